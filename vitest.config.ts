import { existsSync } from 'node:fs';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

/** Where a Chromium is looked for; CONVLAB_CHROMIUM names another one, and then only that counts. */
const candidates = process.env.CONVLAB_CHROMIUM
  ? [process.env.CONVLAB_CHROMIUM]
  : [
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      'C:/Program Files/Google/Chrome/Application/chrome.exe',
    ];
const chromium = candidates.find((path) => existsSync(path));

if (!chromium) {
  const reason = `no Chromium at ${candidates.join(', ')}; CONVLAB_CHROMIUM=PATH names one`;
  if (process.env.CI) throw new Error(`the browser tests must run in CI, but there is ${reason}`);
  process.once('exit', () => console.warn(`The browser tests were LEFT OUT: ${reason}.\n`));
}

// SwiftShader stands in for a GPU: it proves that programs are right, not that they are fast.
const args = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'out/tests.json' }]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.browser.test.ts', 'test/package/**'],
          testTimeout: 120_000,
        },
      },
      ...(chromium
        ? [
            {
              extends: true as const,
              // threads need shared memory, which a page has only when it is isolated
              server: { headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } },
              test: {
                name: 'browser',
                include: ['test/**/*.browser.test.ts'],
                testTimeout: 300_000,
                browser: {
                  enabled: true,
                  headless: true,
                  screenshotFailures: false,
                  provider: playwright({ launchOptions: { executablePath: chromium, args } }),
                  instances: [{ browser: 'chromium' as const }],
                },
              },
            },
          ]
        : []),
    ],
  },
});

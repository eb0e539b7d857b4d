import { availableParallelism } from 'node:os';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { CHROMIUM_PATHS, chromium, SOFTWARE_GPU } from './test/chromium.js';

if (!chromium) {
  const reason = `no Chromium at ${CHROMIUM_PATHS.join(', ')}; CONVLAB_CHROMIUM=PATH names one`;
  if (process.env.CI) throw new Error(`the browser tests must run in CI, but there is ${reason}`);
  process.once('exit', () => console.warn(`The browser tests were LEFT OUT: ${reason}.\n`));
}

/** Tests that start processes, compile, draw whole sheets or train for long, which `npm run test:unit` leaves to `npm test`. */
const APART = [
  'test/{cli,docs,examples,faults,fuzz,reference,site}/**/*.test.ts',
  'test/*-bundle.test.ts',
  'test/cnn/thesis.test.ts',
  'test/conformance/wasm.test.ts',
  'test/image/codec-threads.test.ts',
  'test/kernels/{thread-pool,wasm-memory}.test.ts',
];

/** Tests that replace a module, or look at what a process has loaded, and so need one of their own. */
const ALONE = [
  'test/cnn/exchange/tfjs.test.ts',
  'test/conformance/{gpu-default-backend,gpu-hardware}.test.ts',
  'test/faults/every-call.test.ts',
  'test/image/{files,sharp}.test.ts',
];

/** Every program on software GPUs, what becomes of their devices, and training there: npm run test:gpu. */
export const ON_GPUS = ['test/conformance/gpu-{devices,operations,pictures,webgl2,webgpu}.browser.test.ts', 'test/cnn/train.browser.test.ts'];

/** Processes that are killed, full disks, bundlers, gigabytes of memory: npm run test:slow. */
export const SLOW = [
  'test/faults/{training,writing}.test.ts',
  'test/cli/{filter,volume}-killed.test.ts',
  'test/kernels/wasm-memory.test.ts',
  'test/threads-bundle.test.ts',
];

/** So does the playground. */
export const PLAYGROUND_ON_GPUS = 'test/playground/resident.test.ts';

/** Tests that drive the built page from outside, as a visitor does: npm run test:playground. */
export function ofPlayground(name: string, include: string[], exclude: string[] = []) {
  return {
    extends: true as const,
    test: {
      name,
      include,
      exclude,
      globalSetup: 'test/playground/setup.ts',
      testTimeout: 60_000,
      hookTimeout: 60_000,
      expect: { poll: { timeout: 20_000 } },
    },
  };
}

/** Tests in Chromium. @param more arguments for it */
export function inChromium(name: string, include: string[], exclude: string[] = [], more: string[] = []) {
  return {
    extends: true as const,
    // threads need shared memory, which a page has only when it is isolated
    server: { headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } },
    test: {
      name,
      include,
      exclude,
      provide: { isCI: Boolean(process.env.CI) },
      testTimeout: 300_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions: { executablePath: chromium, args: [...SOFTWARE_GPU, ...more] } }),
        instances: [{ browser: 'chromium' as const }],
      },
    },
  };
}

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'out/tests.json' }]] : ['default'],
    // by default one less than there are cores
    maxWorkers: availableParallelism(),
    setupFiles: 'test/typed-arrays.ts',
    coverage: { provider: 'v8', include: ['src/**/*.ts'], exclude: ['src/**/assembly/**', 'src/**/*.generated.ts'], reportsDirectory: 'coverage' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.browser.test.ts', 'test/{exchange,growth,load,package,playground,servers}/**', ...APART, ...ALONE],
          // what the files of a worker import is loaded once
          isolate: false,
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        // npm run test:lecture trains the networks of all lessons
        test: {
          name: 'node',
          include: APART,
          exclude: ['test/examples/lecture.test.ts', ...SLOW, ...ALONE],
          globalSetup: 'test/cli/setup.ts',
          isolate: false,
          testTimeout: 120_000,
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, testTimeout: 120_000 } },
      ...(chromium ? [inChromium('browser', ['test/**/*.browser.test.ts'], ON_GPUS)] : []),
    ],
  },
});

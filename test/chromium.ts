import { existsSync } from 'node:fs';

/** Where a Chromium is looked for; CONVLAB_CHROMIUM names another one, and then only that counts. */
export const CHROMIUM_PATHS = process.env.CONVLAB_CHROMIUM
  ? [process.env.CONVLAB_CHROMIUM]
  : [
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      'C:/Program Files/Google/Chrome/Application/chrome.exe',
    ];

/** The Chromium that the browser tests run in; undefined if there is none. */
export const chromium = CHROMIUM_PATHS.find((path) => existsSync(path));

/** Starts Chromium with SwiftShader in place of a GPU: it proves that programs are right, not that they are fast. */
export const SOFTWARE_GPU = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

import { existsSync } from 'node:fs';

/** Paths to search for Chromium; if CONVLAB_CHROMIUM is set, only that is used. */
export const CHROMIUM_PATHS = process.env.CONVLAB_CHROMIUM
  ? [process.env.CONVLAB_CHROMIUM]
  : [
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      'C:/Program Files/Google/Chrome/Application/chrome.exe',
    ];

/** WebGPU on SwiftShader, which stands in for a GPU: it proves that programs are right, not that they are fast. */
export const SOFTWARE_WEBGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** Without these, a canvas that SwiftShader draws on ends the GPU process of Chromium. */
export const DRAWS_ON_CANVAS = ['--enable-features=Vulkan', '--use-vulkan=swiftshader', '--use-angle=swiftshader'];

/** The Chromium that the browser tests run in; undefined if there is none. */
export const chromium = CHROMIUM_PATHS.find((path) => existsSync(path));

/** Starts Chromium with that. */
export const SOFTWARE_GPU = [
  '--no-sandbox',
  ...SOFTWARE_WEBGPU,
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

import { rmSync, writeFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const MODULE = 'dist/kernels/backends/gpu/gpu-js-library.js';

/**
 * Substitutes for the packages that GPU.js requires: for headless GL, the module found by `createBackend`, if any; the
 * others are for modes that convlab does not use. The packages themselves are 107 MB.
 */
const STANDINS: Readonly<Record<string, string>> = {
  gl: 'module.exports = (...settings) => globalThis.convlabHeadlessGl?.(...settings) ?? null;',
  os: 'module.exports = {};',
  worker_threads: 'module.exports = {};',
};

// GPU.js, with its license beside it, in dist/browser, whose files need nothing beyond their folder. The compiled module that imports GPU.js
// passes it on. The same file serves Node and pages.
export default defineConfig({
  publicDir: false,
  resolve: { alias: [{ find: /^gpu\.js$/, replacement: 'gpu.js/src/index.js' }] },
  plugins: [
    {
      name: 'stand-ins',
      enforce: 'pre',
      resolveId: (id) => (Object.hasOwn(STANDINS, id) ? `\0${id}` : undefined),
      load: (id) => STANDINS[id.slice(1)],
    },
    {
      name: 'pass-on',
      writeBundle() {
        writeFileSync(MODULE, "export { library } from '../../../browser/gpu-js-library.js';\n");
        rmSync(`${MODULE}.map`);
      },
    },
  ],
  build: {
    target: 'es2022',
    outDir: 'dist/browser',
    modulePreload: false,
    license: { fileName: 'gpu-js-licenses.md' },
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: { 'gpu-js-library': MODULE },
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: '[name].js' },
    },
  },
});

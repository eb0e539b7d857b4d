import { defineConfig } from 'vite';

const FOLDER = 'dist/kernels/backends/gpu';

/**
 * What GPU.js asks for, in place of the packages: headless GL is what `createBackend` has found of it, or nothing; the others serve modes that
 * convlab does not use. The packages themselves are 107 MB.
 */
const STANDINS: Readonly<Record<string, string>> = {
  gl: 'module.exports = (...settings) => globalThis.convlabHeadlessGl?.(...settings) ?? null;',
  os: 'module.exports = {};',
  worker_threads: 'module.exports = {};',
};

// GPU.js, with its license beside it, in place of the compiled module that imports it. The same file serves Node and pages.
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
  ],
  build: {
    target: 'es2022',
    outDir: FOLDER,
    emptyOutDir: false,
    modulePreload: false,
    license: { fileName: 'gpu-js-licenses.md' },
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      input: { 'gpu-js-library': `${FOLDER}/gpu-js-library.js` },
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: '[name].js' },
    },
  },
});

import { defineConfig } from 'vite';

// dist/browser: convlab for a page without a bundler. GPU.js, the wasm backend and the reference are files of their own, loaded when asked for.
export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2022',
    outDir: 'dist/browser',
    modulePreload: false,
    license: { fileName: 'licenses.md' },
    // GPU.js is as large as it is
    chunkSizeWarningLimit: 1000,
    rollupOptions: {
      input: { convlab: 'dist/index.js' },
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
});

import { defineConfig } from 'vite';

// dist/browser: convlab for a page without a bundler. The wasm backend, the reference backend and GPU.js (already built
// by gpu-js.config.ts) are separate files that are loaded on demand.
export default defineConfig({
  publicDir: false,
  plugins: [
    {
      name: 'one-gpu-js',
      enforce: 'pre',
      resolveId: (id) => (id === './gpu-js-library.js' ? { id, external: true } : undefined),
    },
  ],
  build: {
    target: 'es2022',
    outDir: 'dist/browser',
    emptyOutDir: false,
    modulePreload: false,
    license: { fileName: 'licenses.md' },
    rollupOptions: {
      input: { convlab: 'dist/index.js' },
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
});

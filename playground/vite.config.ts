import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { digitsPlugin } from './digits-plugin.js';
import { offlinePlugin } from './offline-plugin.js';
import { oneGpuJs } from './one-gpu-js.js';
import { takenInPlugin } from './taken-in-plugin.js';

const gpuJs = oneGpuJs();

// Threads need shared memory, which is available only to a cross-origin isolated page.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

// Keeps class names, because the class of a layer is its name in tables and errors.
const rollupOptions = {
  output: { minify: { compress: { keepNames: { class: true, function: false } }, mangle: { keepNames: { class: true, function: false } }, codegen: true } },
};

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // the built folder works from any path
  base: './',
  resolve: { alias: { convlab: fileURLToPath(new URL('../src/index.ts', import.meta.url)) } },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [digitsPlugin(), takenInPlugin(), gpuJs.ofPage, offlinePlugin()],
  server: { headers },
  preview: { headers },
  worker: { format: 'es', plugins: () => [gpuJs.ofWorkers], rollupOptions },
  build: { target: 'es2022', outDir: 'dist', emptyOutDir: true, manifest: true, license: { fileName: 'licenses.md' }, rollupOptions },
});

import { defineConfig } from 'vite';

// dist/cli: the command line and all that it imports. Node takes about a millisecond to load a file, so what is always needed is in one,
// and what filters images in another; the rest is loaded by the commands and codecs that need it.

/**
 * commander loads node:child_process for commands that are separate programs, which takes 3 ms and is not needed here.
 */
function withoutPrograms(code: string): string {
  const loads = "const childProcess = require('node:child_process');";
  if (!code.includes(loads)) throw new Error(`commander does not hold ${loads}`);
  return code.replace(loads, '');
}

export default defineConfig({
  publicDir: false,
  plugins: [
    { name: 'without-programs', transform: (code, id) => (id.endsWith('commander/lib/command.js') ? withoutPrograms(code) : undefined) },
    {
      // GPU.js is in the package already
      name: 'one-gpu-js',
      enforce: 'pre',
      resolveId: (id) => (id === './gpu-js-library.js' ? { id: '../kernels/backends/gpu/gpu-js-library.js', external: true } : undefined),
    },
  ],
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist/cli',
    emptyOutDir: true,
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      // doctor.ts also imports parts of auto/ directly
      checks: { ineffectiveDynamicImport: false },
      input: { main: 'src/cli/main.ts', 'filter-process': 'src/cli/filter/filter-process.ts', 'queue-entry': 'src/cli/queue-entry.ts' },
      output: {
        // what is short is read sooner; names of functions stay, for --debug
        minify: { compress: true, mangle: { toplevel: true, keepNames: true }, codegen: true },
        entryFileNames: '[name].js',
        chunkFileNames: '[name]-[hash].js',
        codeSplitting: {
          // each with what it imports, but for what an earlier group holds
          groups: [
            { name: 'start', test: /\/src\/cli\/program\.ts$/, priority: 3 },
            { name: 'pictures', test: /\/src\/cli\/filter\/filter-command\.ts$/, priority: 2 },
            { name: 'wasm', test: /\/src\/kernels\/backends\/wasm\/wasm\.ts$/, priority: 1 },
          ],
        },
      },
    },
  },
});

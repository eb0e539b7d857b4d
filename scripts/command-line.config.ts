import { defineConfig } from 'vite';

// dist/cli: the command line and all that it imports. Node takes about a millisecond to load a file, so what is always needed is in one,
// and what filters pictures in another; the rest is loaded by the commands and codecs that need it.
const START = /\/src\/(errors|cli\/(program|terminal))\.ts|\/node_modules\/commander\//;
const PICTURES =
  /\/src\/(\w+\.ts|cli\/(flags|open-backend|filter\/(?!filter-(many|process)|work)[\w-]+)\.ts|filters\/|image\/|kernels\/(?!backends\/(gpu\/(?!modes)|reference\/|wasm\/module)))|\/node_modules\/(leven|write-file-atomic|imurmurhash|signal-exit)\//;

export default defineConfig({
  publicDir: false,
  // write-file-atomic, which is CommonJS, names its temporary files by it
  define: { __filename: 'import.meta.filename' },
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist/cli',
    emptyOutDir: true,
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      input: { main: 'src/cli/main.ts', 'filter-process': 'src/cli/filter/filter-process.ts' },
      output: {
        // what is short is read sooner; names of functions stay, for --debug
        minify: { compress: true, mangle: { toplevel: true, keepNames: true }, codegen: true },
        entryFileNames: '[name].js',
        chunkFileNames: '[name]-[hash].js',
        codeSplitting: {
          groups: [
            { name: 'start', test: START, priority: 1 },
            { name: 'pictures', test: PICTURES },
          ],
        },
      },
    },
  },
});

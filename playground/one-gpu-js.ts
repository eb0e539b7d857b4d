import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const MODULE = fileURLToPath(new URL('../src/kernels/backends/gpu/gpu-js-library.ts', import.meta.url));
/** The file name, in the folder of the workers. */
const NAME = 'gpu-js-library.js';

/** Bundles GPU.js, which has 630 kB, once with the page. Every worker is bundled in a separate build, and loads that file. */
export function oneGpuJs(): { readonly ofPage: Plugin; readonly ofWorkers: Plugin } {
  return {
    ofPage: {
      name: 'convlab-gpu-js',
      apply: 'build',
      buildStart() {
        if (this.environment.name === 'client') this.emitFile({ type: 'chunk', id: MODULE, fileName: `assets/${NAME}`, preserveSignature: 'strict' });
      },
    },
    ofWorkers: {
      name: 'convlab-gpu-js-of-page',
      apply: 'build',
      enforce: 'pre',
      resolveId: (id) => (id === './gpu-js-library.js' ? { id: `./${NAME}`, external: true } : undefined),
    },
  };
}

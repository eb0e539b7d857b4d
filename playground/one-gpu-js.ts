import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const MODULE = fileURLToPath(new URL('../src/kernels/backends/gpu/gpu-js-library.ts', import.meta.url));
/** Beside the workers, which are in the same folder. */
const NAME = 'gpu-js-library.js';

/** The page bundles GPU.js, which is 630 kB, once. Every worker is bundled by a build of its own, and loads that. */
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

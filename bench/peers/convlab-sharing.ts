import { type Backend, createBackend } from '../../src/index.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import type { Peer } from '../row.js';
import { prepare } from './convlab.js';

/**
 * Ways to run a job: one thread, two that share everything, and two that learn which jobs to share. The repetition of
 * the second shows how much two times of the same way differ.
 */
export const [ALONE, SHARED, LEARNED, AGAIN] = ['convlab, alone', 'convlab, shared', 'convlab, learned', 'convlab, shared again'] as const;

export const convlabSharing: readonly Peer[] = [
  sharing(ALONE, () => createBackend('wasm', { threads: 1, blocking: true })),
  sharing(SHARED, () => createWasmBackend(2, { handOver: 0, blocking: true })),
  sharing(AGAIN, () => createWasmBackend(2, { handOver: 0, blocking: true })),
  sharing(LEARNED, () => createBackend('wasm', { threads: 2, blocking: true })),
];

function sharing(name: string, create: () => Promise<Backend>): Peer {
  return {
    name,
    threaded: false,
    groups: ['sharing'],
    quick: true,
    async load() {
      const backend = await create();
      return (work) => prepare(work, backend);
    },
  };
}

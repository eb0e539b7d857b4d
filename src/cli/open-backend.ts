import type { Backend } from '../kernels/backend.js';
import { createBackend } from '../kernels/backends/create.js';
import type { BackendFlags } from './flags.js';

/**
 * Opens the backend selected by the flags. On wasm, the calling thread computes too, because commands wait for each
 * result anyway.
 */
export function openBackend({ backend = 'auto', gpuMode, threads }: BackendFlags): Promise<Backend> {
  return createBackend(backend, { gpuMode, threads, ...(backend === 'auto' || backend === 'wasm' ? { blocking: true } : {}) });
}

import type { Backend } from '../kernels/backend.js';
import { createBackend } from '../kernels/backends/create.js';
import type { BackendFlags } from './flags.js';

/** The backend that the flags name. A command waits for each result anyway: where wasm computes, the calling thread takes part. */
export function openBackend({ backend = 'auto', gpuMode, threads }: BackendFlags): Promise<Backend> {
  return createBackend(backend, { gpuMode, threads, ...(backend === 'auto' || backend === 'wasm' ? { blocking: true } : {}) });
}

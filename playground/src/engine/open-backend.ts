import { type Backend, createBackend } from 'convlab';
import type { BackendChoice } from './choice.js';

/**
 * Creates the chosen backend: the only place where the playground creates one, on the main thread or in a worker.
 * @param threads number of threads of WebAssembly, if threads can share memory. Default: that of the library
 * @throws UnsupportedError if it does not run here, with the reason
 */
export function openBackend(choice: BackendChoice, threads?: number): Promise<Backend> {
  if (choice === 'webgl2' || choice === 'webgpu') return createBackend('gpu', { gpuMode: choice });
  return createBackend(choice, choice !== 'reference' && globalThis.crossOriginIsolated ? { threads } : {});
}

import { type Backend, createBackend } from 'convlab';
import type { BackendChoice } from './choice.js';

/**
 * The backend of a choice: the one place where the playground makes one, on the main thread or in a worker.
 * @param threads of WebAssembly, where they may share memory. Default: the library's
 * @throws UnsupportedError if it does not run here, with the reason
 */
export function openBackend(choice: BackendChoice, threads?: number): Promise<Backend> {
  if (choice === 'webgl2' || choice === 'webgpu') return createBackend('gpu', { gpuMode: choice });
  return createBackend(choice, choice !== 'reference' && globalThis.crossOriginIsolated ? { threads } : {});
}

import { OptionError, refuseUnknownOptions } from '../../errors.js';
import type { Backend } from '../backend.js';
import { GPU_MODES, type GpuMode } from './gpu/modes.js';
import type { ReferenceBackend } from './reference/reference.js';

export { GPU_MODES, type GpuMode };

/** Backends by name; `auto` is `wasm` for now, see {@link createBackend}. */
export const BACKENDS = ['auto', 'gpu', 'wasm', 'reference'] as const;
/** One of {@link BACKENDS}. */
export type BackendName = (typeof BACKENDS)[number];

/** Options of {@link createBackend}. */
export interface BackendOptions {
  /** For `'gpu'` only: which of GPU.js's backends must run. Default: the first of webgpu, webgl2, webgl, headlessgl that answers. */
  gpuMode?: GpuMode;
  /**
   * For `'wasm'` and `'auto'`: how many threads compute, including the calling one. The number does not change a bit of the results. Default: one a core, at most 4; 1 where threads cannot share memory, in a page that is not cross-origin isolated.
   */
  threads?: number;
}

/** More would only cost memory. */
const MOST_THREADS = 64;

/**
 * Creates a backend by name.
 * - `auto`: `wasm`; a GPU is used only where it is asked for by name;
 * - `gpu`: GPU.js, on a software GPU (SwiftShader, llvmpipe) too, as it was asked for by name;
 * - `wasm`: WebAssembly SIMD, on several threads where they can share memory;
 * - `reference`: plain float64 loops, for tests.
 * @throws UnsupportedError with the reasons, if it does not run here, or not on so many threads
 * @throws OptionError if the name or an option is unknown, or an option goes with another backend
 * @example
 * ```ts
 * import { conv, createBackend, tensor } from 'convlab';
 *
 * const backend = await createBackend('wasm', { threads: 2 });
 * console.log(backend.device); // → wasm simd, 2 threads
 * await conv(tensor([[[1, 2, 4]]]), tensor([[[-1, 1]]]), { backend });
 * backend.dispose(); // ends its threads
 * ```
 */
export function createBackend(name: 'reference'): Promise<ReferenceBackend>;
export function createBackend(name?: BackendName, options?: BackendOptions): Promise<Backend>;
export async function createBackend(name: BackendName = 'auto', options: BackendOptions = {}): Promise<Backend> {
  refuseUnknownOptions('createBackend', options, ['gpuMode', 'threads']);
  const { gpuMode, threads } = options;
  if (!BACKENDS.includes(name)) throw new OptionError('createBackend', 'name', `must be one of ${BACKENDS.join(', ')}`, name);
  if (gpuMode !== undefined) {
    if (!GPU_MODES.includes(gpuMode)) throw new OptionError('createBackend', 'gpuMode', `must be one of ${GPU_MODES.join(', ')}`, gpuMode);
    if (name !== 'gpu') throw new OptionError('createBackend', 'gpuMode', `goes with the backend 'gpu' only, here it is '${name}'`, gpuMode);
  }
  if (threads !== undefined) {
    if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
      throw new OptionError('createBackend', 'threads', `must be a whole number from 1 to ${MOST_THREADS}`, threads);
    }
    if (name !== 'wasm' && name !== 'auto')
      throw new OptionError('createBackend', 'threads', `goes with the backends 'wasm' and 'auto' only, here it is '${name}'`, threads);
  }
  if (name === 'reference') return new (await import('./reference/reference.js')).ReferenceBackend();
  if (name === 'gpu') return (await import('./gpu/create-gpu.js')).createGpuBackend({ mode: gpuMode });
  return (await import('./wasm/wasm.js')).createWasmBackend(threads);
}

let shared: Promise<Backend> | undefined;

/** The backend that operators use when none is handed in: `auto`, created at the first call and then shared. */
export function defaultBackend(): Promise<Backend> {
  if (!shared) {
    const created = createBackend();
    // what failed may work at the next call
    created.catch(() => {
      shared = undefined;
    });
    shared = created;
  }
  return shared;
}

/** The backend of an option, or the default one. @throws OptionError if it is none */
export async function chosenBackend(operation: string, chosen: Backend | undefined): Promise<Backend> {
  return chosen === undefined ? defaultBackend() : checkBackend(operation, chosen);
}

/** @throws OptionError unless it is a backend */
export function checkBackend(operation: string, chosen: Backend): Backend {
  if (typeof chosen?.allocate !== 'function') throw new OptionError(operation, 'backend', 'must be a backend, as `await createBackend()` gives', chosen);
  return chosen;
}

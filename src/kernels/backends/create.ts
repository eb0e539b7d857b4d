import { CONTROL_OPTIONS, type Control, within } from '../../control.js';
import { OptionError } from '../../errors.js';
import { check, checkOptions, flag, type OptionsOf, oneOf, option, type Rows, rule, whole } from '../../options.js';
import type { Backend } from '../backend.js';
import { keep } from '../keep.js';
import { GPU_MODES, type GpuMode } from './gpu/modes.js';
import type { ReferenceBackend } from './reference/reference.js';

export { GPU_MODES, type GpuMode };

/** Names of the backends; `auto` chooses between the next two, see {@link createBackend}. */
export const BACKENDS = ['auto', 'gpu', 'wasm', 'reference'] as const;
/** An element of {@link BACKENDS}. */
export type BackendName = (typeof BACKENDS)[number];

/** Maximum number of threads; more would only use more memory. */
const MOST_THREADS = 64;

/** Rules and defaults of {@link BackendOptions}. */
export const BACKEND_OPTIONS = {
  /** For `'gpu'` only: the mode of GPU.js. Default: the first available one of webgpu, webgl2, webgl and headlessgl. */
  gpuMode: option(oneOf(GPU_MODES), { help: 'with --backend gpu: mode of GPU.js', placeholder: 'mode' }),
  /**
   * For `'wasm'` and `'auto'`: number of threads, including the calling one. It does not affect the bits of the
   * results. Default: one per core, at most 4; 1 if threads cannot share memory, as in a page that is not cross-origin
   * isolated.
   */
  threads: option(whole(1, MOST_THREADS), { help: 'with wasm: number of threads (default: one per core, at most 4)' }),
  /**
   * For `'wasm'` and `'auto'`: whether long calls block the calling thread. With false, calls that take longer than about 8 ms are computed by
   * workers. With true, the calling thread blocks and computes too, which suits scripts that
   * only wait for the result. The results are the same. Default false.
   */
  blocking: option(flag, { default: false }),
} satisfies Rows;

/** Options of {@link createBackend}. */
export interface BackendOptions extends OptionsOf<typeof BACKEND_OPTIONS> {}

/** The name of a backend. */
export const BACKEND_NAME = option(oneOf(BACKENDS), { default: 'auto', help: 'backend' });

/** Rules and defaults of {@link BackendOption}. */
export const BACKEND_OPTION = {
  /** The backend. Default: one that is created at the first call, see `createBackend('auto')`, and shared. */
  backend: rule<Backend>('a backend from `await createBackend()`', (value) => typeof (value as Backend)?.allocate === 'function'),
} satisfies Rows;

/** The backend of a computation or of stored data. */
export interface BackendOption extends OptionsOf<typeof BACKEND_OPTION> {}

/** Rules and defaults of {@link RunOptions}. */
export const RUN_OPTIONS = { ...BACKEND_OPTION, ...CONTROL_OPTIONS } satisfies Rows;

/** Options of all operations that run on a backend. */
export interface RunOptions extends OptionsOf<typeof RUN_OPTIONS> {}

/**
 * Creates a backend by name.
 * - `auto`: `wasm`, and a hardware GPU for calls to image functions, `conv` and its gradients that were measured to be faster there. It
 *   searches for a GPU and loads its library once a GPU could have saved a quarter of a second; models stay on `wasm`;
 * - `gpu`: GPU.js, including software GPUs (SwiftShader, llvmpipe);
 * - `wasm`: WebAssembly SIMD, on several threads if they can share memory;
 * - `reference`: plain float64 loops, for tests.
 * @throws UnsupportedError, with the reasons, if the backend or this number of threads is not available
 * @throws OptionError if the name or an option is unknown, or an option belongs to another backend
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
  checkOptions('createBackend', options, BACKEND_OPTIONS);
  check('createBackend', 'name', name, BACKEND_NAME);
  const { gpuMode, threads, blocking } = options;
  if (gpuMode !== undefined && name !== 'gpu') {
    throw new OptionError('createBackend', 'gpuMode', `requires the backend 'gpu' (it is '${name}')`, gpuMode);
  }
  if (threads !== undefined && name !== 'wasm' && name !== 'auto') {
    throw new OptionError('createBackend', 'threads', `requires the backend 'wasm' or 'auto' (it is '${name}')`, threads);
  }
  if (blocking !== undefined && name !== 'wasm' && name !== 'auto') {
    throw new OptionError('createBackend', 'blocking', `requires the backend 'wasm' or 'auto' (it is '${name}')`, blocking);
  }
  if (name === 'reference') return new (await import('./reference/reference.js')).ReferenceBackend();
  if (name === 'gpu') return (await import('./gpu/create-gpu.js')).createGpuBackend({ mode: gpuMode });
  const { createWasmBackend } = await import('./wasm/wasm.js');
  if (name === 'wasm') return createWasmBackend(threads, { blocking });
  const [wasm, { AutoBackend }] = await Promise.all([createWasmBackend(threads, { blocking }), import('./auto/auto.js')]);
  return new AutoBackend(wasm, async () => (await import('./gpu/hardware-gpu.js')).createHardwareGpu());
}

let shared: Promise<Backend> | undefined;
let started: Backend | undefined;

/** The default backend, if it is running. */
function running(): Backend | undefined {
  // a crashed instance is replaced
  if (started?.lost) shared = started = undefined;
  return started;
}

/** The backend that calls use if none is passed: `auto`, created at the first call and then shared. */
export function defaultBackend(): Promise<Backend> {
  running();
  if (!shared) {
    const created = createBackend();
    created.then(
      (backend) => {
        started = backend;
      },
      // retries at the next call
      () => {
        shared = undefined;
      },
    );
    shared = created;
  }
  return shared;
}

/** The backend of an option, or the default one. @throws OptionError if it is not a backend */
export async function chosenBackend(operation: string, chosen: Backend | undefined): Promise<Backend> {
  return chosen === undefined ? defaultBackend() : checkBackend(operation, chosen);
}

/**
 * Runs a call on the backend of its option, or the default one. Its arguments are read before it returns: directly if the backend
 * is running, or from copies while the default backend starts, see {@link keep}.
 * @param run the call; its `control` cancels it and reports its progress, except the end, which is reported here
 * @throws OptionError if the option is not a backend
 * @throws the signal's reason
 */
export async function onBackend<I, R>(
  operation: string,
  options: RunOptions,
  handed: I,
  run: (on: Backend, handed: I, control: Control) => Promise<R> | R,
): Promise<R> {
  const { backend: chosen, signal, onProgress } = options;
  const on = chosen === undefined ? running() : checkBackend(operation, chosen);
  signal?.throwIfAborted();
  const control = within(options);
  const result = on
    ? run(on, handed, control)
    : defaultBackend().then(
        (
          (kept) => (started) =>
            run(started, kept, control)
        )(keep(handed)),
      );
  const settled = await result;
  signal?.throwIfAborted();
  onProgress?.(1);
  return settled;
}

/** @throws OptionError unless it is a backend */
export function checkBackend(operation: string, chosen: Backend): Backend {
  check(operation, 'backend', chosen, RUN_OPTIONS.backend);
  return chosen;
}

import { OptionError, refuseUnknownOptions } from '../../errors.js';
import type { Backend } from '../backend.js';
import type { ReferenceBackend } from './reference/reference.js';

/** Backends by name; `auto` picks one, see {@link createBackend}. */
export const BACKENDS = ['auto', 'gpu', 'wasm', 'reference'] as const;
/** One of {@link BACKENDS}. */
export type BackendName = (typeof BACKENDS)[number];

/** Which of GPU.js's own backends runs the programs. */
export const GPU_MODES = ['webgpu', 'webgl2', 'webgl', 'headlessgl', 'cpu'] as const;
/** One of {@link GPU_MODES}. */
export type GpuMode = (typeof GPU_MODES)[number];

/** Options of {@link createBackend}. */
export interface BackendOptions {
  /** For `'gpu'` only: which of GPU.js's backends must run. Default: the first of webgpu, webgl2, webgl, headlessgl that answers. */
  gpuMode?: GpuMode;
}

/** Creates a backend by name. */
export function createBackend(name: 'reference'): Promise<ReferenceBackend>;
export function createBackend(name?: BackendName, options?: BackendOptions): Promise<Backend>;
export async function createBackend(name: BackendName = 'auto', options: BackendOptions = {}): Promise<Backend> {
  refuseUnknownOptions('createBackend', options, ['gpuMode']);
  if (name === 'reference') return new (await import('./reference/reference.js')).ReferenceBackend();
  if (name === 'wasm' || name === 'auto') return (await import('./wasm/wasm.js')).createWasmBackend();
  throw new OptionError('createBackend', 'name', `must be one of ${BACKENDS.join(', ')}`, name);
}

let shared: Promise<Backend> | undefined;

/** The backend that operators use when none is handed in: `auto`, created at the first call and then shared. */
export function defaultBackend(): Promise<Backend> {
  shared ??= createBackend();
  return shared;
}

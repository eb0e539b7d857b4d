import type { Backend } from '../../src/index.js';
import { ReferenceBackend } from '../../src/kernels/backends/reference/reference.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';

/** The backends that run everywhere, for tests of the public operators. */
export const BACKENDS: readonly { readonly name: string; readonly backend: Backend }[] = [
  { name: 'reference', backend: new ReferenceBackend() },
  { name: 'wasm', backend: await createWasmBackend() },
];

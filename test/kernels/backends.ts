import { type Backend, createBackend } from '../../src/index.js';

/** The backends that run everywhere, for tests of the public operators. */
export const BACKENDS: readonly { readonly name: string; readonly backend: Backend }[] = [
  { name: 'reference', backend: await createBackend('reference') },
  { name: 'wasm', backend: await createBackend('wasm') },
];

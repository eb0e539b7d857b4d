import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { kernel2d } from './make/kernel2d.js';

/** Changes nothing: out = f(x, y), `[1, 1]`. The neutral element of convolution, and where sharpening starts from. */
export const IDENTITY = kernel2d([[1]]);

export const IDENTITY_ENTRY: KernelEntry = {
  group: 'blur',
  summary: 'changes nothing',
  formula: 'f(x, y)',
  code: 'IDENTITY',
  parameters: [],
  make: () => IDENTITY,
  output: 'clamp',
};

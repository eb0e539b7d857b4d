import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { kernel2d } from './make/kernel2d.js';

/** The identity of convolution, `[1, 1]`: out = f(x, y). */
export const IDENTITY = kernel2d([[1]]);

export const IDENTITY_ENTRY: KernelEntry = {
  name: 'identity',
  group: 'blur',
  summary: 'changes nothing',
  formula: 'f(x, y)',
  code: 'IDENTITY',
  parameters: [],
  make: () => IDENTITY,
  output: 'clamp',
};

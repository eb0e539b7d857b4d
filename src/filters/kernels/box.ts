import { check, count } from '../../options.js';
import { full, type Tensor } from '../../tensor.js';
import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { checkKernelSize } from './make/kernel-parameters.js';

/**
 * The mean of n × n pixels, `[n, n]`, sum 1: every weight is 1 / n².
 * @param n side in pixels, an integer ≥ 1. Default 3. The anchor of an even window is right of and below its center
 * @throws OptionError if n breaks its rule
 * @see Gonzalez & Woods, Digital Image Processing, 3.5 (box kernels)
 * @example
 * ```ts
 * import { box } from 'convlab';
 *
 * console.log(box(2).data); // → Float32Array(4) [ 0.25, 0.25, 0.25, 0.25 ]
 * ```
 */
export function box(n = 3): Tensor {
  check('box', 'n', n, count);
  checkKernelSize('box', 'n', n, [n, n]);
  return full([n, n], 1 / n ** 2);
}

export const BOX_ENTRY: KernelEntry = {
  name: 'box',
  group: 'blur',
  summary: 'blur: the mean of n × n pixels',
  formula: '1 / n²',
  code: 'box(n)',
  parameters: [{ name: 'n', default: 3, rule: 'side in pixels, an integer ≥ 1' }],
  make: box,
  output: 'clamp',
};

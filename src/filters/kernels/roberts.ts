import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { kernel2d } from './make/kernel2d.js';

/**
 * The slope down the diagonal: f(x, y) − f(x − 1, y − 1), `[2, 2]`, sum 0. Together with {@link ROBERTS_RISING}, it is the smallest
 * pair of kernels that measures every direction. The anchor of a 2 × 2 kernel is its lower right cell.
 * @see Roberts, Machine Perception of Three-Dimensional Solids (1963)
 */
export const ROBERTS_FALLING = kernel2d([
  [-1, 0],
  [0, 1],
]);

/** The slope up the other diagonal: f(x, y − 1) − f(x − 1, y), `[2, 2]`, sum 0. */
export const ROBERTS_RISING = kernel2d([
  [0, 1],
  [-1, 0],
]);

export const ROBERTS_FALLING_ENTRY: KernelEntry = {
  name: 'roberts-falling',
  group: 'edges',
  summary: 'falling diagonal slope over 2 × 2 pixels',
  formula: '−1 0 / 0 1',
  code: 'ROBERTS_FALLING',
  parameters: [],
  make: () => ROBERTS_FALLING,
  output: 'abs',
};

export const ROBERTS_RISING_ENTRY: KernelEntry = {
  name: 'roberts-rising',
  group: 'edges',
  summary: 'rising diagonal slope over 2 × 2 pixels',
  formula: '0 1 / −1 0',
  code: 'ROBERTS_RISING',
  parameters: [],
  make: () => ROBERTS_RISING,
  output: 'abs',
};

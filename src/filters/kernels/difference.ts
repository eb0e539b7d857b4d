import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { kernel2d } from './make/kernel2d.js';

/** The backward difference f(x, y) − f(x − 1, y), `[1, 2]`, sum 0. The anchor of an even kernel is its right cell. */
export const DIFFERENCE_X = kernel2d([[-1, 1]]);

/**
 * Differences of neighbors along the diagonal, `[3, 3]`. The weights sum to 1, not 0: flat areas keep their gray level, and
 * edges are added to them.
 */
export const DIFFERENCE_DIAGONAL = kernel2d([
  [1, -1, 0],
  [0, 1, -1],
  [0, 0, 1],
]);

export const DIFFERENCE_X_ENTRY: KernelEntry = {
  name: 'difference-x',
  group: 'edges',
  summary: 'vertical edges: f(x, y) − f(x − 1, y)',
  formula: '−1 1',
  code: 'DIFFERENCE_X',
  parameters: [],
  make: () => DIFFERENCE_X,
  output: 'abs',
};

export const DIFFERENCE_DIAGONAL_ENTRY: KernelEntry = {
  name: 'difference-diagonal',
  group: 'edges',
  summary: 'diagonal edges added to the image',
  formula: '1 −1 0 / 0 1 −1 / 0 0 1',
  code: 'DIFFERENCE_DIAGONAL',
  parameters: [],
  make: () => DIFFERENCE_DIAGONAL,
  output: 'clamp',
};

import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { kernel2d } from './make/kernel2d.js';

/** The simplest edge: f(x, y) − f(x − 1, y), `[1, 2]`, sum 0. The anchor of an even kernel is its right cell, so nothing moves. */
export const DIFFERENCE_X = kernel2d([[-1, 1]]);

/**
 * Differences of neighbors along the diagonal, `[3, 3]`. Its weights sum to 1 and not to 0, so flat areas keep
 * their gray and edges stand out on them.
 */
export const DIFFERENCE_DIAGONAL = kernel2d([
  [1, -1, 0],
  [0, 1, -1],
  [0, 0, 1],
]);

export const DIFFERENCE_X_ENTRY: KernelEntry = {
  group: 'edges',
  summary: 'vertical edges: f(x, y) − f(x − 1, y)',
  formula: '−1 1',
  code: 'DIFFERENCE_X',
  parameters: [],
  make: () => DIFFERENCE_X,
  output: 'abs',
};

export const DIFFERENCE_DIAGONAL_ENTRY: KernelEntry = {
  group: 'edges',
  summary: 'diagonal edges on top of the picture',
  formula: '1 −1 0 / 0 1 −1 / 0 0 1',
  code: 'DIFFERENCE_DIAGONAL',
  parameters: [],
  make: () => DIFFERENCE_DIAGONAL,
  output: 'clamp',
};

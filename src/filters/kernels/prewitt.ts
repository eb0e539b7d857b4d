import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { kernel2d } from './make/kernel2d.js';

/**
 * ∂f/∂x, the mean of three rows: [1 1 1]ᵀ · [−1 0 1], `[3, 3]`, sum 0. A slope of one gray level per pixel gives 6.
 * @see Prewitt, Object Enhancement and Extraction (1970)
 */
export const PREWITT_X = kernel2d([
  [-1, 0, 1],
  [-1, 0, 1],
  [-1, 0, 1],
]);

/** ∂f/∂y: {@link PREWITT_X} transposed, `[3, 3]`, sum 0. Positive where brightness increases downwards. */
export const PREWITT_Y = kernel2d([
  [-1, -1, -1],
  [0, 0, 0],
  [1, 1, 1],
]);

export const PREWITT_X_ENTRY: KernelEntry = {
  name: 'prewitt-x',
  group: 'edges',
  summary: 'vertical edges: the mean slope of three rows',
  formula: '−1 0 1 / −1 0 1 / −1 0 1',
  code: 'PREWITT_X',
  parameters: [],
  make: () => PREWITT_X,
  output: 'abs',
};

export const PREWITT_Y_ENTRY: KernelEntry = {
  name: 'prewitt-y',
  group: 'edges',
  summary: 'horizontal edges: the mean slope of three columns',
  formula: 'prewitt-x, transposed',
  code: 'PREWITT_Y',
  parameters: [],
  make: () => PREWITT_Y,
  output: 'abs',
};

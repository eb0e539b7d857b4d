import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { kernel2d } from './make/kernel2d.js';

/**
 * ∂f/∂x, smoothed with the weights that estimate edge directions most accurately: [3 10 3]ᵀ · [−1 0 1], `[3, 3]`, sum 0.
 * A slope of one gray level per pixel gives 32.
 * @see Scharr, Optimale Operatoren in der Digitalen Bildverarbeitung (2000)
 */
export const SCHARR_X = kernel2d([
  [-3, 0, 3],
  [-10, 0, 10],
  [-3, 0, 3],
]);

/** ∂f/∂y: {@link SCHARR_X} transposed, `[3, 3]`, sum 0. Positive where brightness increases downwards. */
export const SCHARR_Y = kernel2d([
  [-3, -10, -3],
  [0, 0, 0],
  [3, 10, 3],
]);

export const SCHARR_X_ENTRY: KernelEntry = {
  name: 'scharr-x',
  group: 'edges',
  summary: 'vertical edges, with the most accurate direction',
  formula: '−3 0 3 / −10 0 10 / −3 0 3',
  code: 'SCHARR_X',
  parameters: [],
  make: () => SCHARR_X,
  output: 'abs',
};

export const SCHARR_Y_ENTRY: KernelEntry = {
  name: 'scharr-y',
  group: 'edges',
  summary: 'horizontal edges, with the most accurate direction',
  formula: 'scharr-x, transposed',
  code: 'SCHARR_Y',
  parameters: [],
  make: () => SCHARR_Y,
  output: 'abs',
};

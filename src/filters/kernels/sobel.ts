import type { KernelEntry } from '../catalogue/catalogue-entry.js';
import { kernel2d } from './make/kernel2d.js';

/**
 * ∂f/∂x, smoothed across the derivative: [1 2 1]ᵀ · [−1 0 1], `[3, 3]`, sum 0. Positive where brightness increases to the right.
 * A slope of one gray level per pixel gives 8.
 * @see Sobel & Feldman, A 3×3 Isotropic Gradient Operator for Image Processing (1968)
 */
export const SOBEL_X = kernel2d([
  [-1, 0, 1],
  [-2, 0, 2],
  [-1, 0, 1],
]);

/** ∂f/∂y: {@link SOBEL_X} transposed, `[3, 3]`, sum 0. Positive where brightness increases downwards. */
export const SOBEL_Y = kernel2d([
  [-1, -2, -1],
  [0, 0, 0],
  [1, 2, 1],
]);

export const SOBEL_X_ENTRY: KernelEntry = {
  name: 'sobel-x',
  group: 'edges',
  summary: 'vertical edges: the smoothed slope to the right',
  formula: '−1 0 1 / −2 0 2 / −1 0 1',
  code: 'SOBEL_X',
  parameters: [],
  make: () => SOBEL_X,
  output: 'abs',
};

export const SOBEL_Y_ENTRY: KernelEntry = {
  name: 'sobel-y',
  group: 'edges',
  summary: 'horizontal edges: the smoothed slope downwards',
  formula: 'sobel-x, transposed',
  code: 'SOBEL_Y',
  parameters: [],
  make: () => SOBEL_Y,
  output: 'abs',
};

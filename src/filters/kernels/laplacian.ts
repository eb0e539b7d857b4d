import { kernel2d } from './make/kernel2d.js';

/**
 * The Laplacian ∂²f/∂x² + ∂²f/∂y² by second differences along the axes, `[3, 3]`, sum 0.
 * @see Gonzalez & Woods, Digital Image Processing, 3.6
 */
export const LAPLACIAN_4 = kernel2d([
  [0, 1, 0],
  [1, -4, 1],
  [0, 1, 0],
]);

/** The Laplacian with the second differences along both diagonals added: the same answer in eight directions, `[3, 3]`, sum 0. */
export const LAPLACIAN_8 = kernel2d([
  [1, 1, 1],
  [1, -8, 1],
  [1, 1, 1],
]);

import type { KernelEntry } from '../catalogue/catalogue-entry.js';
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

/** The Laplacian with the second differences along both diagonals added: the same response in eight directions, `[3, 3]`, sum 0. */
export const LAPLACIAN_8 = kernel2d([
  [1, 1, 1],
  [1, -8, 1],
  [1, 1, 1],
]);

export const LAPLACIAN_4_ENTRY: KernelEntry = {
  name: 'laplacian-4',
  group: 'edges',
  summary: 'edges and fine detail: second differences along the axes',
  formula: '0 1 0 / 1 −4 1 / 0 1 0',
  code: 'LAPLACIAN_4',
  parameters: [],
  make: () => LAPLACIAN_4,
  output: 'abs',
};

export const LAPLACIAN_8_ENTRY: KernelEntry = {
  name: 'laplacian-8',
  group: 'edges',
  summary: 'edges and fine detail: second differences, including the diagonals',
  formula: '1 1 1 / 1 −8 1 / 1 1 1',
  code: 'LAPLACIAN_8',
  parameters: [],
  make: () => LAPLACIAN_8,
  output: 'abs',
};

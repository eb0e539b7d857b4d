import { kernel2d } from './kernel2d.js';

/**
 * The camera moved 9 pixels along the diagonal while the shutter was open: the mean of these 9 pixels, `[9, 9]`, sum 1.
 */
export const MOTION_DIAGONAL = kernel2d(
  [
    [1, 0, 0, 0, 0, 0, 0, 0, 0],
    [0, 1, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 1, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 1, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 1, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 1, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 1, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 1, 0],
    [0, 0, 0, 0, 0, 0, 0, 0, 1],
  ].map((row) => row.map((weight) => weight / 9)),
);

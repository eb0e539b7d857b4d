import { kernel2d } from './kernel2d.js';

/**
 * The picture as a relief, bright is high, lit from the upper left: the derivative along the diagonal, `[3, 3]`, sum 0.
 * Made for the output `'signed'`: flat areas become mid-grey, slopes that face the light bright, the others dark.
 */
export const EMBOSS = kernel2d([
  [-1, -1, 0],
  [-1, 0, 1],
  [0, 1, 1],
]);

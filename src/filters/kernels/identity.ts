import { kernel2d } from './make/kernel2d.js';

/** Changes nothing: out = f(x, y), `[1, 1]`. The neutral element of convolution, and where sharpening starts from. */
export const IDENTITY = kernel2d([[1]]);

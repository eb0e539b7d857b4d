import { checkUpsampling, type UpsampleOptions, upsample } from '../functional/upsampling.js';
import type { Value } from '../graph.js';
import { Module } from '../module.js';

/**
 * Enlarges `[N, C, ...spatial]`; see {@link upsample}.
 * @throws OptionError if an option is unknown or breaks its rule, or when it runs if the mode does not match the axes
 * @example
 * ```ts
 * import { full, Upsample } from 'convlab';
 *
 * const layer = new Upsample({ scaleFactor: 2, mode: 'bilinear' });
 * console.log((await layer.run(full([1, 8, 14, 14]))).shape); // → [ 1, 8, 28, 28 ]
 * ```
 */
export class Upsample extends Module {
  constructor(readonly options: UpsampleOptions) {
    super();
    checkUpsampling(options);
  }

  forward(x: Value): Value {
    return upsample(x, this.options);
  }
}

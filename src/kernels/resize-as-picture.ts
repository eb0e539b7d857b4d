import { convGeometry } from './geometry.js';
import type { PictureJob, ResizeJob, Store } from './job.js';

/** Opacity, as a fraction of white, up to which a rounded sum counts as zero. */
const NOTHING = 1e-6;

/**
 * Describes the loading and storing of a resize as an image job with a 1 × 1 convolution; the windows are replaced by
 * those of the resize.
 */
export function resizeAsPicture({ load, rows, columns, store }: ResizeJob): PictureJob {
  const cells = load.chosen.length;
  const geometry = convGeometry([1, cells, rows.input, columns.input], [cells, 1, 1, 1], { groups: cells });
  const premultiplied = { alphaScale: 1, nothing: NOTHING * load.white, bias: 0 };
  const whole: Store = { ...store, ...premultiplied, kept: undefined, absolute: false, normalized: false, offset: 0, part: undefined };
  return { operation: 'picture', load, passes: [{ geometry, border: [], bias: 0, sum: { kind: 'sums', weight: 1 } }], store: whole };
}

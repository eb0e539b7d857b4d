import { convGeometry } from './geometry.js';
import type { PictureJob, ResizeJob, Store } from './job.js';

/** What sums leave of no opacity, as a share of white. */
const NOTHING = 1e-6;

/** What a resize loads and stores, as around a convolution of one cell over its source: the windows are the resize's own. */
export function resizeAsPicture({ load, rows, columns, store }: ResizeJob): PictureJob {
  const cells = load.chosen.length;
  const geometry = convGeometry([1, cells, rows.input, columns.input], [cells, 1, 1, 1], { groups: cells });
  const premultiplied = { alphaScale: 1, nothing: NOTHING * load.white, bias: 0 };
  const whole: Store = { ...store, ...premultiplied, kept: undefined, absolute: false, normalized: false, offset: 0, part: undefined };
  return { operation: 'picture', load, passes: [{ geometry, border: [], bias: 0, sum: { kind: 'sums', weight: 1 } }], store: whole };
}

import type { ResizeJob } from '../../../job.js';
import { cellsOf } from './load-text.js';
import { FLOATS } from './picture-launches.js';
import type { ResizeLaunch } from './picture-program.js';
import type { ResampledStage } from './resampled-text.js';
import { COLUMNS } from './store-text.js';
import { literal, typeOf } from './wgsl-words.js';
import type { Pair } from './window-stage.js';

/** The two launches of a resize, and the number of floats between them. */
export function resizeLaunches(job: ResizeJob): { readonly launches: readonly ResizeLaunch[]; readonly floats: readonly number[] } {
  const { load, rows, columns, columnsFirst, limited } = job;
  const cells = cellsOf(load);
  const type = typeOf(cells);
  const stage = (axis: 0 | 1, [height, width]: Pair): ResampledStage => ({
    ...{ axis, resampling: axis === 0 ? rows : columns, input: [height, width] },
    output: axis === 0 ? [rows.output, width] : [height, columns.output],
    ...{ first: [0, 0], columns: COLUMNS, cells, layers: 1, windows: [[[1]]] },
  });
  const first = stage(columnsFirst ? 0 : 1, [rows.input, columns.input]);
  const second = stage(columnsFirst ? 1 : 0, first.output);
  const between = { floats: 0 };
  return {
    launches: [
      { window: first, from: 'picture', to: between, value: limited ? `clamp(s0, ${type}(0), ${type}(${literal(load.white)}))` : 's0' },
      { window: second, from: between, to: 'samples', value: 's0' },
    ],
    floats: [first.output[0] * first.output[1] * FLOATS[cells]],
  };
}

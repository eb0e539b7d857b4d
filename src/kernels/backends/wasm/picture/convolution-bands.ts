import { borderTable, OUTSIDE } from '../../../border.js';
import type { PictureJob } from '../../../job.js';
import { bytesTask } from './bytes-task.js';
import type { BandedJob } from './picture-bands.js';
import { pictureProgram } from './picture-programs.js';

/** A convolution of a picture, whose output is as large as its input. */
export function convolutionBands(job: PictureJob): BandedJob {
  const task = bytesTask(job);
  const { geometry, needsOpaque } = task;
  const rows = geometry.output[1];
  // the input row of each padded row, and how many more padded rows there are
  const table = borderTable(geometry, 1);
  const reach = table.length - rows;
  return {
    ...{ inRows: rows, outRows: rows, reach },
    wraps: geometry.paddingMode === 'wrap',
    opaque: needsOpaque ? geometry.inChannels : 0,
    program: (tables) => pictureProgram(task, tables),
    rowsUnder(top, bottom) {
      let [from, to] = [top, bottom]; // alpha is that of the rows themselves
      for (let padded = top; padded < bottom + reach; padded++) {
        if (table[padded] === OUTSIDE) continue;
        from = Math.min(from, table[padded]);
        to = Math.max(to, table[padded] + 1);
      }
      return [from, to];
    },
  };
}

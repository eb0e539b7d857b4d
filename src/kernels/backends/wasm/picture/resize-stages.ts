import type { ResizeJob } from '../../../job.js';
import { resizeAsPicture } from '../../../resize-as-picture.js';
import { NOWHERE } from '../address.js';
import type { Machine } from '../machine.js';
import { RESIZED_ROWS } from '../records.generated.js';
import type { Tables, TablesOn } from '../tables.js';
import { type LinePass, rowBytesOf, SAMPLE_BYTES } from './line-pass.js';
import { lineResizeProgram } from './line-programs.js';
import { storeLine } from './line-records.js';
import type { PictureProgram } from './picture-program.js';
import { type PicturePrograms, type PictureStages, withBands } from './picture-stages.js';
import { bytesResizeProgram } from './resize-bytes.js';

/** A resize as one stage. */
export function resizeStages(job: ResizeJob, tablesOn: TablesOn): PictureStages {
  const { load, rows, columns } = job;
  const line = linePass(job);
  const stride = rows.input / rows.output;
  const made = new Map<Machine, PicturePrograms>();
  const picture: PictureStages = {
    ...{ load, store: line.job.store, width: columns.input, pixels: columns.input * rows.input, wraps: false },
    stages: [
      {
        ...{ height: rows.output, stride, reach: rows.taps, onPicture: false, rowBytes: rowBytesOf(line) },
        // RESIZED_ROWS rows of bytes are summed together
        rowsUnder: ([from, to]) => [Math.max(0, rows.starts[from] - RESIZED_ROWS), Math.min(rows.input, rows.starts[to - 1] + rows.taps + RESIZED_ROWS)],
      },
    ],
    kept: undefined,
    besideRowBytes: job.addend ? SAMPLE_BYTES[job.addend.samples] * load.channels * columns.output : 0,
    rectangle: line.rectangle,
    on(where) {
      const known = made.get(where);
      if (known) return known;
      const program = resizeProgram(job, line, tablesOn(where));
      const all = withBands(picture, { programs: [program], measured: undefined });
      made.set(where, all);
      return all;
    },
  };
  return picture;
}

function resizeProgram(job: ResizeJob, line: LinePass, tables: Tables): PictureProgram {
  return job.limited ? bytesResizeProgram(tables, job) : lineResizeProgram(job, line, storeLine(tables, line, NOWHERE), tables);
}

/** Describes loading and storing. */
function linePass(resize: ResizeJob): LinePass {
  const job = resizeAsPicture(resize);
  const rectangle = { x: 0, y: 0, width: resize.columns.output, height: resize.rows.output };
  return { job, pass: job.passes[0], first: true, last: true, rectangle, addend: resize.addend };
}

import type { RowRange, ValueRange } from '../../../backend.js';
import { OUTSIDE } from '../../../border.js';
import type { Load, PictureJob, PicturePart, Store } from '../../../job.js';
import type { Address } from '../address.js';
import type { Machine } from '../machine.js';
import type { Tables, TablesOn } from '../tables.js';
import { type LinePass, rowBytesOf, wanted } from './line-pass.js';
import type { PictureProgram } from './picture-program.js';
import { pictureProgram } from './picture-programs.js';

/** One pass of an image: the dependencies between its rows, and its programs. */
export interface Stage {
  /** rows of its output */
  readonly height: number;
  /** input rows per output row; may be fractional */
  readonly stride: number;
  /** output row i also reads `reach` rows after row i · stride */
  readonly reach: number;
  /** the input rows under output rows `from` … `to` − 1 */
  rowsUnder(rows: Rows): Rows;
  /** True if it reads the image and, pixel by pixel, the output of the previous stage. */
  readonly onPicture: boolean;
  /** bytes per row of its input, which is the output of the previous stage, and of its output */
  readonly rowBytes: readonly [input: number, output: number];
}

/** All data of an image job that does not depend on the samples. */
export interface PictureStages {
  readonly load: Pick<Load, 'samples' | 'channels' | 'opaque' | 'take' | 'light'>;
  readonly store: Pick<Store, 'samples' | 'part' | 'normalized'>;
  /** width of the image in pixels */
  readonly width: number;
  readonly pixels: number;
  /** windows reach the opposite end of the image, so that a single band is used */
  readonly wraps: boolean;
  readonly stages: readonly Stage[];
  /** additional image rows needed by each row of the result, besides those under its windows */
  readonly kept: Int32Array | undefined;
  /** bytes per row of a second image, of the result's size, that is added to sums; 0: none */
  readonly besideRowBytes: number;
  /** the filtered rectangle */
  readonly rectangle: Pick<PicturePart, 'x' | 'y' | 'width' | 'height'>;
  /** The programs of all stages on the machine with threads, or on the caller's own; created on first use. */
  on(machine: Machine): PicturePrograms;
}

/** The programs of an image's stages on one machine. */
export interface PicturePrograms {
  readonly programs: readonly PictureProgram[];
  /** The image in bands of that many rows. */
  bands(rows: number): readonly Band[];
  /** for normalized results: the same programs, but the last one measures values */
  readonly measured: Measuring | undefined;
}

/** Programs that measure values instead of storing them. */
export interface Measuring {
  readonly programs: readonly PictureProgram[];
  /** called before they run */
  begin(): void;
  /** the range measured since {@link begin} */
  range(): ValueRange;
  /** makes the storing programs map this range to black … white */
  settle(range: ValueRange): void;
}

export function pictureStages(job: PictureJob, tablesOn: TablesOn): PictureStages {
  const { passes, store } = job;
  const [, outH, outW] = passes[passes.length - 1].geometry.output;
  const rectangle = store.part ?? { x: 0, y: 0, width: outW, height: outH };
  const lines = passes.map((pass, i): LinePass => {
    const [first, last] = [i === 0 || pass.sum.kind === 'likeness', i === passes.length - 1];
    const [, height, width] = pass.geometry.output;
    return { job, pass, first, last, rectangle: last ? rectangle : { x: 0, y: 0, width, height } };
  });
  const stages = lines.map((line, i): Stage => {
    const { y, height } = line.rectangle;
    const { geometry, sum } = line.pass;
    const [input, output] = rowBytesOf(line);
    if (sum.kind === 'likeness') {
      return { height, stride: 1, reach: 0, onPicture: true, rowBytes: [rowBytesOf(lines[i - 1])[1], output], rowsUnder: (rows) => rows };
    }
    const reach = (geometry.kernel[1] - 1) * geometry.dilation[1];
    const stride = geometry.stride[1];
    const table = wanted(geometry, 1, y, height);
    return { height, stride, reach, onPicture: false, rowBytes: [input, output], rowsUnder: (rows) => rowsUnder(table, stride, reach, rows) };
  });
  const kept = store.part ? Int32Array.from({ length: rectangle.height }, (_, row) => rectangle.y + row) : store.kept?.rows;
  const made = new Map<Machine, PicturePrograms>();
  const [, inH, inW] = passes[0].geometry.input;
  const wraps = passes.some(({ geometry }) => geometry.paddingMode === 'wrap');
  const picture: PictureStages = {
    ...{ load: job.load, store, width: inW, pixels: inH * inW, wraps, stages, kept, rectangle },
    besideRowBytes: 0,
    on(where) {
      const known = made.get(where);
      if (known) return known;
      const all = withBands(picture, programsOf(lines, tablesOn(where)));
      made.set(where, all);
      return all;
    },
  };
  return picture;
}

/** The programs, and the cached bands of each height. */
export function withBands(stages: PictureStages, programs: Omit<PicturePrograms, 'bands'>): PicturePrograms {
  const known = new Map<number, readonly Band[]>();
  return {
    ...programs,
    bands(rows) {
      const bands = known.get(rows) ?? bandsOf(stages, programs.programs, rows);
      known.set(rows, bands);
      return bands;
    },
  };
}

function programsOf(lines: readonly LinePass[], tables: Tables): Omit<PicturePrograms, 'bands'> {
  const last = lines[lines.length - 1];
  const before = lines.slice(0, -1).map((line) => pictureProgram(line, tables));
  if (!last.job.store.normalized) return { programs: [...before, pictureProgram(last, tables)], measured: undefined };
  const final = pictureProgram(last, tables);
  const units = final.across * Math.ceil(last.rectangle.height / final.rows);
  const ranges: Address<'Floats'> = tables.allocate(8 * units);
  const { machine } = tables;
  const nothing = Float32Array.from({ length: 2 * units }, (_, i) => (i % 2 === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY));
  const begin = () => machine.put(nothing, ranges);
  const range = () => rangeOf(machine.floats(ranges, 2 * units));
  const settle = ({ least, largest }: ValueRange) => final.normalize?.(least, largest);
  return {
    programs: [...before, final],
    measured: { programs: [...before, pictureProgram(last, tables, ranges)], begin, range, settle },
  };
}

function rangeOf(ranges: Float32Array): ValueRange {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < ranges.length; i += 2) {
    least = Math.min(least, ranges[i]);
    largest = Math.max(largest, ranges[i + 1]);
  }
  return { least, largest };
}

/** The rows of an image that are processed together. */
export interface Band {
  /** first row of the result that is copied */
  readonly top: number;
  /** row after the last one that is copied */
  readonly bottom: number;
  /** rows of the image */
  readonly source: Rows;
  /** output rows of each stage, in complete units of its program */
  readonly outputs: readonly Rows[];
}

export type Rows = RowRange;

/** Divides an image into bands of `rows` rows. */
function bandsOf(stages: PictureStages, programs: readonly PictureProgram[], rows: number): readonly Band[] {
  const { height } = stages.rectangle;
  return Array.from({ length: Math.ceil(height / rows) }, (_, i) => bandOf(stages, programs, i * rows, Math.min(height, (i + 1) * rows)));
}

/** Some rows of the result, with the rows that their windows reach. */
export function bandOf({ stages, kept }: PictureStages, programs: readonly PictureProgram[], top: number, bottom: number): Band {
  const last = stages.length - 1;
  const outputs: Rows[] = [];
  for (let i = last, rows: Rows = [top, bottom]; i >= 0; i--) {
    const unit = programs[i].rows;
    outputs[i] = [Math.floor(rows[0] / unit) * unit, Math.min(stages[i].height, Math.ceil(rows[1] / unit) * unit)];
    rows = stages[i].rowsUnder(outputs[i]);
  }
  return { top, bottom, outputs, source: withKept(stages[0].rowsUnder(outputs[0]), kept?.subarray(...outputs[last])) };
}

/** @param table the input row of each padded row */
function rowsUnder(table: Int32Array, stride: number, reach: number, [from, to]: Rows): Rows {
  let [first, end] = [Number.POSITIVE_INFINITY, 0];
  for (let padded = from * stride; padded <= (to - 1) * stride + reach; padded++) {
    if (table[padded] === OUTSIDE) continue;
    first = Math.min(first, table[padded]);
    end = Math.max(end, table[padded] + 1);
  }
  return first < end ? [first, end] : [0, 0];
}

function withKept([from, to]: Rows, kept: Int32Array | undefined): Rows {
  let [first, end] = from < to ? [from, to] : [Number.POSITIVE_INFINITY, 0];
  for (const row of kept ?? []) {
    if (row === OUTSIDE) continue;
    first = Math.min(first, row);
    end = Math.max(end, row + 1);
  }
  return first < end ? [first, end] : [0, 0];
}

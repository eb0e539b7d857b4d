import { FRAME_BYTES } from '../constants';
import { Bytes, Flag, Floats, Ints } from '../memory';

// Converts pixels to floats line by line: samples → cells → sums → samples. Cells are the convolved floats of a pixel,
// up to four of them. Rows are counted from the top of the whole image, even if only a band is in memory.

/** How the samples of a picture become cells. */
@unmanaged
export class LineLoad {
  /** 1, 2, or 4: floats */
  sampleBytes: i32;
  /** samples of a pixel */
  channels: i32;
  /** of a pixel */
  cells: i32;
  /** TAKE_ALL, TAKE_CHOSEN, TAKE_PREMULTIPLIED, TAKE_LUMINANCE or TAKE_GRAY */
  take: i32;
  /** bytes [16]: where the bytes of the chosen samples lie in a pixel of floats */
  order: Bytes;
  /** [3], TAKE_GRAY: of red, green and blue; or 0 */
  weights: Floats;
  /** sRGB samples, except alpha, become light first */
  light: Flag;
  /** [2, 256]: the light of each byte, and each byte as a float */
  lightOfBytes: Floats;
  /** the sample value of white */
  white: f32;
  /** of the picture */
  rowBytes: i32;
  /** [4]: the cells of a pixel beyond the border */
  border: Floats;
  /** [12], of as many cells: subtracted from each; or 0 */
  origins: Floats;
  /** becomes 0 if a pixel that is read has an alpha below white, see `judges` of line-load.ts; or 0: nobody asks */
  verdict: Ints;
}

/** Which cells a window sees, and where. */
@unmanaged
export class LineGrid {
  outH: i32;
  outW: i32;
  /** (outW − 1) · strideW + 1: sums are made for every column, and the wanted ones are kept */
  denseW: i32;
  strideH: i32;
  strideW: i32;
  KH: i32;
  KW: i32;
  dilationH: i32;
  dilationW: i32;
  /** the row of the picture that each padded row shows, and the column; −1: beyond the border */
  tableH: Ints;
  tableW: Ints;
  /** the longest run of neighbors in tableW, and the column that its first entry shows */
  runFrom: i32;
  runTo: i32;
  runSource: i32;
}

/** How sums become samples. */
@unmanaged
export class LineStore {
  /** 1, 2, or 4: floats */
  sampleBytes: i32;
  /** samples of a pixel */
  channels: i32;
  /** of a row of the result, and of a pixel */
  rowBytes: i32;
  /** of the cells, see LineLoad */
  take: i32;
  cells: i32;
  /** bytes [16]: where the bytes of the cells go in a pixel of floats */
  order: Bytes;
  /** [12], of as many samples: all bits of those that are filtered and no alpha */
  filtered: Ints;
  /** how the samples of the original picture that are not filtered are loaded */
  original: LineLoad;
  /** the row of the original under each row's anchor, and the column; −1: beyond the border, where samples are `beyond` */
  originalRows: Ints;
  originalColumns: Ints;
  /** [4] */
  beyond: Floats;
  /** from each of originalColumns to the next, if that is always the same; else 0 */
  originalStep: i32;
  /** cells are colors, and all that is left for them is to become samples; alpha, if it is kept, is that of a pixel of the same type in a straight line */
  plain: Flag;
  /** with a stride, only the columns that are wanted are summed */
  compact: Flag;
  /** TAKE_PREMULTIPLIED: factors of alpha and of colors, what sums leave of zeros, and what is added to colors after they are divided by alpha */
  alphaScale: f32;
  colorScale: f32;
  nothing: f32;
  bias: f32;
  /** how the original is loaded that sums are mixed with, see line-mix.ts; or 0 */
  mixed: LineLoad;
  amount: f32;
  threshold: f32;
  /** [12]: all bits of the samples that are mixed; `brightness`: by the change of the luminance, where cells are all samples */
  mixes: Ints;
  brightness: Flag;
  /** how the picture of the result's size, at `mask`, is loaded whose samples · besideUnit are added to sums · sumUnit; or 0 */
  beside: LineLoad;
  besideUnit: f32;
  sumUnit: f32;
  /** light becomes sRGB; `early`: the cells, of which none is alpha, before they are put in their places */
  light: Flag;
  early: Flag;
  absolute: Flag;
  /** filtered samples from `least` on become `white`, and all others 0 */
  divides: Flag;
  least: f32;
  white: f32;
  /** [12], of as many samples: value · scale + offset, from the units of the picture to those of the result */
  scales: Floats;
  offsets: Floats;
  /** all scales are 1 and all offsets 0 */
  same: Flag;
  /** 0 to white */
  clamped: Flag;
  /** [units, 2]: the least and the largest filtered value of each unit; nothing is stored then. Or 0 */
  ranges: Floats;
  /** the share of the filter in each row, and in each column; or 0: all */
  rowShares: Floats;
  columnShares: Floats;
  /** bytes of a sample, white, and bytes of a row of the picture that masks the filter, one sample for each pixel of the result */
  maskBytes: i32;
  maskWhite: f32;
  maskRowBytes: i32;
  /** the original as it is stored, and where it lies: the pixel of the result's first */
  blended: LineLoad;
  top: i32;
  left: i32;
  /** from its units to those of the result */
  unit: f32;
}

/** What every program of lines needs. */
@unmanaged
export class LineTask {
  x: Bytes;
  out: Bytes;
  /** the picture that the samples which are not filtered come from */
  original: Bytes;
  /** or 0 */
  mask: Bytes;
  grid: LineGrid;
  load: LineLoad;
  store: LineStore;
  /** bytes from scratch to floats of a line of samples, twice: where it is loaded, and where it is stored */
  loadAt: usize;
  storeAt: usize;
}

/** The addresses of a thread's lines. Stored at the end of its frame. */
@unmanaged
export class Line {
  loaded: usize;
  stored: usize;
  /** address for the minimum and maximum of the unit, or 0 */
  range: usize;
  /** the summed row of the result, if it is a single one */
  oh: i32;
}

const LINE_AT: usize = FRAME_BYTES - 16;

/** The thread's lines for unit `unit`. */
export function lineOf(task: LineTask, scratch: usize, unit: i32): Line {
  const line = changetype<Line>(scratch + LINE_AT);
  line.loaded = scratch + task.loadAt;
  line.stored = scratch + task.storeAt;
  const ranges = task.store.ranges;
  line.range = ranges ? ranges + (<usize>unit << 3) : 0;
  if (ranges) {
    store<f32>(line.range, Infinity);
    store<f32>(line.range, -Infinity, 4);
  }
  return line;
}

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
  /** cells of a pixel */
  cells: i32;
  /** TAKE_ALL, TAKE_CHOSEN, TAKE_PREMULTIPLIED, TAKE_LUMINANCE or TAKE_GRAY */
  take: i32;
  /** bytes [16]: where the bytes of the chosen samples lie in a pixel of floats */
  order: Bytes;
  /** TAKE_GRAY: [3], of red, green and blue; or 0 */
  weights: Floats;
  /** sRGB samples, except alpha, are converted to linear light first */
  light: Flag;
  /** [2, 256]: the linear light of each byte, and each byte as a float */
  lightOfBytes: Floats;
  /** the sample value of white */
  white: f32;
  /** bytes of a row of the image */
  rowBytes: i32;
  /** [4]: the cells of a pixel beyond the border */
  border: Floats;
  /** [12], repeated every 12 cells: subtracted from them; or 0 */
  origins: Floats;
  /** points to a value that becomes 0 if a pixel that is read is not opaque, see `judges`; or 0: opacity is not checked */
  verdict: Ints;
}

/** The cells that windows read, and their positions. */
@unmanaged
export class LineGrid {
  outH: i32;
  outW: i32;
  /** (outW − 1) · strideW + 1: every column is summed, and the required ones are kept */
  denseW: i32;
  strideH: i32;
  strideW: i32;
  KH: i32;
  KW: i32;
  dilationH: i32;
  dilationW: i32;
  /** the row of the image that each padded row copies; −1: beyond the border */
  tableH: Ints;
  /** the column of the image that each padded column copies; −1: beyond the border */
  tableW: Ints;
  /** first entry of the longest run of neighbors in tableW */
  runFrom: i32;
  /** entry after that run */
  runTo: i32;
  /** column of the image in the first entry of that run */
  runSource: i32;
}

/** How sums become samples. */
@unmanaged
export class LineStore {
  /** 1, 2, or 4: floats */
  sampleBytes: i32;
  /** samples of a pixel */
  channels: i32;
  /** bytes of a row of the result */
  rowBytes: i32;
  /** how the cells were made from samples, see LineLoad */
  take: i32;
  /** cells of a pixel */
  cells: i32;
  /** bytes [16]: where the bytes of the cells go in a pixel of floats */
  order: Bytes;
  /** [12], repeated every 12 samples: all bits of those that are filtered, except alpha */
  filtered: Ints;
  /** how the samples of the original image that are not filtered are loaded */
  original: LineLoad;
  /** for each row of the result, the row of the original under the anchor; −1: beyond the border */
  originalRows: Ints;
  /** for each column of the result, the column of the original under the anchor; −1: beyond the border */
  originalColumns: Ints;
  /** [4]: the samples beyond the border */
  beyond: Floats;
  /** distance from each of originalColumns to the next, if it is constant; otherwise 0 */
  originalStep: i32;
  /**
   * cells need no processing except conversion to samples, and samples that are not filtered are copied from consecutive pixels of the
   * same format, see line-plain.ts
   */
  plain: Flag;
  /** with a stride, only the required columns are summed */
  compact: Flag;
  /** TAKE_PREMULTIPLIED: factor of alpha */
  alphaScale: f32;
  /** TAKE_PREMULTIPLIED: factor of the colors */
  colorScale: f32;
  /** TAKE_PREMULTIPLIED: the largest alpha that counts as zero, because of rounding */
  nothing: f32;
  /** TAKE_PREMULTIPLIED: added to the colors after dividing them by alpha */
  bias: f32;
  /** how to load the original that sums are mixed with, see line-mix.ts; or 0 */
  mixed: LineLoad;
  amount: f32;
  threshold: f32;
  /** [12], repeated every 12 cells: all bits of those that are mixed */
  mixes: Ints;
  /** colors change by the change in luminance; cells are all samples */
  brightness: Flag;
  /** how to load a second image, of the size of the result and at `mask`, that is added to the sums; or 0 */
  beside: LineLoad;
  /** factor of the samples of the second image */
  besideUnit: f32;
  /** factor of the sums to which they are added */
  sumUnit: f32;
  /** linear light is encoded to sRGB */
  light: Flag;
  /** cells, none of which is alpha, are encoded to sRGB before they are stored in their channels */
  early: Flag;
  absolute: Flag;
  /** filtered samples from `least` on become `white`, and all others 0 */
  divides: Flag;
  least: f32;
  white: f32;
  /** [12], repeated every 12 samples: factors from the units of the image to those of the result */
  scales: Floats;
  /** [12], repeated every 12 samples: added to the products */
  offsets: Floats;
  /** all scales are 1 and all offsets 0 */
  same: Flag;
  /** clamp floats to 0 … 1 */
  clamped: Flag;
  /** [units, 2]: the smallest and the largest filtered value of each unit, stored instead of samples; or 0 */
  ranges: Floats;
  /** the strength of the filter in each row; or 0: full strength everywhere */
  rowShares: Floats;
  /** the strength of the filter in each column */
  columnShares: Floats;
  /** bytes of a sample of the mask, which has one sample per pixel */
  maskBytes: i32;
  /** the sample value of white in the mask */
  maskWhite: f32;
  /** bytes of a row of the mask */
  maskRowBytes: i32;
  /** how to load the original with which the result is blended: all samples, unchanged */
  blended: LineLoad;
  /** row of the original at the first row of the result */
  top: i32;
  /** column of the original at the first column of the result */
  left: i32;
  /** factor from the units of the original to those of the result */
  unit: f32;
}

/** Fields of all line programs. */
@unmanaged
export class LineTask {
  x: Bytes;
  out: Bytes;
  /** the image from which samples that are not filtered are copied */
  original: Bytes;
  /** the mask, or the second image; or 0 */
  mask: Bytes;
  grid: LineGrid;
  load: LineLoad;
  store: LineStore;
  /** bytes from scratch to floats of a line of samples that is loaded */
  loadAt: usize;
  /** bytes from scratch to floats of a line of samples that is to be stored */
  storeAt: usize;
}

/** The addresses of a thread's lines. Stored at the end of its frame. */
@unmanaged
export class Line {
  loaded: usize;
  stored: usize;
  /** address for the minimum and maximum of the unit, or 0 */
  range: usize;
  /** the row of the result that is summed; of several, the first */
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

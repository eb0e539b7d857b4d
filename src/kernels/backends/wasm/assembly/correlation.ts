import { Ints } from './memory';

/**
 * One correlation as the programs see it.
 *
 * The input is never padded as a whole. For a *strip* of output rows, `gather` copies the rows that the strip needs into
 * scratch memory, padding included, and the blocks run over the copy, which stays in the cache. Every padding mode, every
 * stride and the zeros of a strided input gradient are expressed as index tables. A single input channel that is read only once is not
 * copied: only its border is gathered.
 */
@unmanaged
export class Correlation {
  batch: i32;
  groups: i32;
  /** per group */
  inChannels: i32;
  /** per group */
  outChannels: i32;
  inD: i32;
  inH: i32;
  inW: i32;
  KD: i32;
  KH: i32;
  KW: i32;
  outD: i32;
  outH: i32;
  outW: i32;
  strideD: i32;
  strideH: i32;
  strideW: i32;
  dilationD: i32;
  dilationH: i32;
  dilationW: i32;
  /** value of padded cells */
  value: f32;
  /** per axis, for each padded position: the input position, or a negative number outside the input */
  tableD: Ints;
  tableH: Ints;
  tableW: Ints;
  /** for each cell of a gathered row: the input column, or a negative number; with a stride in W the row is stored phase by phase */
  columns: Ints;
  /** cells in a gathered row: all phases, and slack at the end for whole vectors */
  rowLength: i32;
  /** gathered cells [runFrom, runTo) are the input columns from runSource on, in order */
  runFrom: i32;
  runTo: i32;
  runSource: i32;
  /** output rows in a strip; the last strip may have fewer */
  stripRows: i32;
  /** rows gathered for a whole strip, per input channel and kernel slice */
  gatheredRows: i32;
  /** inChannels · KD · KH · KW */
  taps: i32;
  /** byte offset of each tap in the gathered strip */
  offsets: Ints;
  /** windows of output columns [directFrom, directTo) cover only neighboring cells of x; where their rows are neighbors too, nothing is gathered */
  directFrom: i32;
  directTo: i32;
  /** input column under the first tap of output column directFrom */
  directSource: i32;
  /** byte offset of each tap in x */
  directOffsets: Ints;
}

@inline
export function stripsPerSlice(c: Correlation): i32 {
  return (c.outH + c.stripRows - 1) / c.stripRows;
}

/** Bytes of one input plane. */
@inline
export function inPlaneBytes(c: Correlation): usize {
  return <usize>(c.inD * c.inH * c.inW) << 2;
}

/** Bytes of one output plane. */
@inline
export function outPlaneBytes(c: Correlation): usize {
  return <usize>(c.outD * c.outH * c.outW) << 2;
}

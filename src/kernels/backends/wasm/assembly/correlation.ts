/**
 * One correlation as the programs see it; TypeScript fills the fields in this order (correlation.ts one folder up).
 *
 * The input is never padded as a whole. For a *strip* of output rows, `gather` copies the rows that the strip needs
 * into scratch memory, padding included, and the blocks run over that: it stays in the cache, and every padding mode,
 * stride and zero-stuffing (the input gradient of a strided convolution) is nothing but an index table. Where a single
 * input channel is read once, copying would cost more than it saves: there only the border is gathered.
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
  dilationD: i32;
  dilationH: i32;
  /** what padded cells hold */
  value: f32;
  /** for each padded slice / row: the input's, or −1 */
  tableD: usize;
  tableH: usize;
  /** for each cell of a gathered row: the input column, or −1; with a stride in W the row is stored phase by phase */
  columns: usize;
  /** cells in a gathered row, all phases, with slack behind for whole vectors */
  rowLength: i32;
  /** gathered cells [runFrom, runTo) show the input columns from runSource on, in order */
  runFrom: i32;
  runTo: i32;
  runSource: i32;
  /** output rows in a strip; the last one may have fewer */
  stripRows: i32;
  /** rows gathered for a whole strip, per input channel and kernel slice */
  gatheredRows: i32;
  /** inChannels · KD · KH · KW */
  taps: i32;
  /** byte offset of each tap in the gathered strip */
  offsets: usize;
  /** output columns [directFrom, directTo) see nothing but neighbouring cells of x: where the rows do too, nothing is gathered */
  directFrom: i32;
  directTo: i32;
  /** input column under the first tap of output column directFrom */
  directSource: i32;
  /** byte offset of each tap in x */
  directOffsets: usize;
}

@inline
export function stripsPerSlice(c: Correlation): i32 {
  return (c.outH + c.stripRows - 1) / c.stripRows;
}

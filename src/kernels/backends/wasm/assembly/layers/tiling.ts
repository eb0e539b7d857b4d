import { Correlation } from '../correlation';
import { Floats } from '../memory';

/**
 * How a correlation is cut into tiles for the Fourier transform.
 *
 * Overlap-save: a tile of rows × columns padded cells, borders included, gives the outputs whose whole windows lie in it.
 * Two tiles go through one complex transform, one as its real and one as its imaginary part: the kernel is real, so they never
 * mix. With a stride, every output is computed and the wanted ones are kept.
 */
@unmanaged
export class Tiling {
  /** rows of a tile, a power of 2 ≥ 16 */
  rows: i32;
  /** columns of a tile, a power of 2 ≥ 16 */
  columns: i32;
  /** rows of outputs that a tile gives */
  outRows: i32;
  /** columns of outputs that a tile gives */
  outColumns: i32;
  /** cells of the padded axis H */
  paddedH: i32;
  /** cells of the padded axis W */
  paddedW: i32;
  /** [rows, 2], see forward */
  rowTwiddles: Floats;
  /** [columns, 2], see forward */
  columnTwiddles: Floats;
}

/**
 * True for a kernel with one row, whose rows are independent. Its tile is a list of row pieces, each transformed along
 * W only: piece i is part i % across of output row i / across.
 */
@inline
export function isFlat(c: Correlation): bool {
  return c.KH === 1;
}

// Bytes from row to row: 64 more than the row itself, so that the rows of a panel do not map to the same cache sets,
// unless there is only one panel.

@inline
function bytesOf(cells: i32): usize {
  return cells > 16 ? (<usize>cells << 2) + 64 : 64;
}

@inline
export function pitchOf(t: Tiling): usize {
  return bytesOf(t.columns);
}

@inline
export function turnedPitch(t: Tiling): usize {
  return bytesOf(t.rows);
}

/** Bytes of one part, real or imaginary, of a loaded tile: [rows, columns]. */
@inline
export function partBytes(t: Tiling): usize {
  return <usize>t.rows * pitchOf(t);
}

/** Bytes of one part of a spectrum, which is stored transposed: [columns, rows]. */
@inline
export function turnedBytes(t: Tiling): usize {
  return <usize>t.columns * turnedPitch(t);
}

/** Bytes of scratch memory that fftConv needs after the frame, and lineFft at `tileAt`: a tile, a sum, the spectra of the input. */
export function fftScratch(c: Correlation, t: Tiling): f64 {
  return 2 * (<f64>partBytes(t) + (1 + <f64>(c.inChannels * c.KD)) * <f64>turnedBytes(t));
}

/** Bytes of a spectrum; the kernels of a group have outChannels · inChannels · KD of them. */
export function fftSpectrumBytes(t: Tiling): f64 {
  return 2 * <f64>turnedBytes(t);
}

/** Transforms of x per group: batch · outD · those that cover an output slice, each with two lots of pieces, see lotOf. */
export function fftTransforms(c: Correlation, t: Tiling): i32 {
  return c.batch * c.outD * transformsPerSlice(c, t);
}

@inline
export function transformsPerSlice(c: Correlation, t: Tiling): i32 {
  const lots = 2 * lotOf(c, t);
  return (piecesOf(c, t) + lots - 1) / lots;
}

/** Pieces of an output slice: row pieces for a flat kernel, otherwise tiles. */
@inline
export function piecesOf(c: Correlation, t: Tiling): i32 {
  return isFlat(c) ? c.outH * acrossOf(c, t) : ((c.outH + t.outRows - 1) / t.outRows) * acrossOf(c, t);
}

@inline
export function acrossOf(c: Correlation, t: Tiling): i32 {
  return (c.outW + t.outColumns - 1) / t.outColumns;
}

/** Pieces in each of the two parts of a transform. */
@inline
export function lotOf(c: Correlation, t: Tiling): i32 {
  return isFlat(c) ? t.rows : 1;
}

import { Correlation } from './correlation';
import { forward, inverse, transpose } from './fft';

/**
 * How a correlation is cut into tiles for the Fourier transform; TypeScript fills the fields in this order (fft.ts one
 * folder up).
 *
 * Overlap-save: a tile of rows × columns padded cells, borders included, gives the outputs whose whole windows lie in it.
 * Two tiles go through one complex transform, one as its real part, the other as its imaginary part: the kernel is real,
 * so they never mix. With a stride every output is computed and the wanted ones are kept.
 */
@unmanaged
export class Tiling {
  /** of a tile, powers of 2 ≥ 16 */
  rows: i32;
  columns: i32;
  /** outputs that a tile gives */
  outRows: i32;
  outColumns: i32;
  strideW: i32;
  dilationW: i32;
  tableW: usize;
  /** cells of the padded axes */
  paddedH: i32;
  paddedW: i32;
  /** [rows, 2] and [columns, 2], see forward */
  rowTwiddles: usize;
  columnTwiddles: usize;
}

/**
 * A kernel of one row couples no rows. Its tile then is a list of row pieces, each transformed along W alone: piece i is
 * the (i % across)-th part of output row i / across.
 */
@inline
function isFlat(c: Correlation): bool {
  return c.KH === 1;
}

// Bytes from row to row: 64 more than the row has, so that the rows of a panel do not fall into the same cache lines,
// unless the panel is all there is.

@inline
function bytesOf(cells: i32): usize {
  return cells > 16 ? (<usize>cells << 2) + 64 : 64;
}

@inline
function pitchOf(t: Tiling): usize {
  return bytesOf(t.columns);
}

@inline
function turnedPitch(t: Tiling): usize {
  return bytesOf(t.rows);
}

/** One part, real or imaginary, of a tile as it is loaded: [rows, columns]. */
@inline
export function partBytes(t: Tiling): usize {
  return <usize>t.rows * pitchOf(t);
}

/** One part of a spectrum, which lies turned: [columns, rows]. */
@inline
export function turnedBytes(t: Tiling): usize {
  return <usize>t.columns * turnedPitch(t);
}

/** Bytes of scratch that fftConv needs: a tile, a sum, the spectra of what is read. */
export function fftScratch(geometry: usize, tiling: usize): f64 {
  const c = changetype<Correlation>(geometry);
  const t = changetype<Tiling>(tiling);
  return 2 * (<f64>partBytes(t) + (1 + <f64>(c.inChannels * c.KD)) * <f64>turnedBytes(t));
}

/** Bytes of a spectrum; a group has outChannels · inChannels · KD of them. */
export function fftSpectrumBytes(tiling: usize): f64 {
  return 2 * <f64>turnedBytes(changetype<Tiling>(tiling));
}

/** How many transforms a slice of x needs, for all slices: batch · outD · what cover a slice, two lots of pieces each. */
export function fftTransforms(geometry: usize, tiling: usize): i32 {
  const c = changetype<Correlation>(geometry);
  const t = changetype<Tiling>(tiling);
  return c.batch * c.outD * transformsPerSlice(c, t);
}

@inline
function transformsPerSlice(c: Correlation, t: Tiling): i32 {
  const lots = 2 * lotOf(c, t);
  return (piecesOf(c, t) + lots - 1) / lots;
}

/** Pieces of an output slice: row pieces for a flat kernel, else tiles. */
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
function lotOf(c: Correlation, t: Tiling): i32 {
  return isFlat(c) ? t.rows : 1;
}

/** True if these bytes are equal: then kernels need not be transformed again. */
export function sameBytes(a: usize, b: usize, bytes: usize): bool {
  return memory.compare(a, b, bytes) === 0;
}

/**
 * The spectra of kernel slices `from` … `to` − 1 of a group; slice number (cout · inChannels + cin) · KD + kd.
 * @param tile scratch
 * @param reverse turns every kernel round
 */
export function fftKernels(tile: usize, geometry: usize, tiling: usize, kernel: usize, spectra: usize, reverse: bool, from: i32, to: i32): void {
  const c = changetype<Correlation>(geometry);
  const t = changetype<Tiling>(tiling);
  const window = <usize>(c.KH * c.KW) << 2;
  for (let i = from; i < to; i++) {
    loadKernel(c, t, kernel + <usize>i * window, kernel + <usize>mirror(c, i) * window, tile, reverse);
    transform(c, t, tile, spectra + <usize>i * 2 * turnedBytes(t));
  }
}

/**
 * The correlation by Fourier transform: of one group transforms `from` … `to` − 1, as fftTransforms counts them.
 * @param kernels the spectra of the group's kernels
 */
export function fftConv(
  scratch: usize, geometry: usize, tiling: usize, x: usize, kernels: usize, bias: usize, out: usize, group: i32, from: i32, to: i32,
): void {
  const c = changetype<Correlation>(geometry);
  const t = changetype<Tiling>(tiling);
  const slices = c.inChannels * c.KD;
  const spectrum = 2 * turnedBytes(t);
  const sum = scratch + 2 * partBytes(t);
  const spectra = sum + spectrum;
  const across = acrossOf(c, t);
  const pieces = piecesOf(c, t);
  const lot = lotOf(c, t);
  const perSlice = transformsPerSlice(c, t);
  const inGroup = <usize>(c.inChannels * c.inD * c.inH * c.inW) << 2;
  const outPlane = <usize>(c.outD * c.outH * c.outW) << 2;
  for (let index = from; index < to; index++) {
    const piece = (index % perSlice) * 2 * lot;
    const od = (index / perSlice) % c.outD;
    const n = index / (perSlice * c.outD);
    const plane = n * c.groups + group;
    for (let slice = 0; slice < slices; slice++) {
      const d = load<i32>(c.tableD + (<usize>(od * c.strideD + (slice % c.KD) * c.dilationD) << 2));
      const source = d < 0 ? <usize>0 : x + <usize>plane * inGroup + (<usize>(((slice / c.KD) * c.inD + d) * c.inH * c.inW) << 2);
      loadTile(c, t, source, piece, pieces, across, scratch);
      loadTile(c, t, source, piece + lot, pieces, across, scratch + partBytes(t));
      transform(c, t, scratch, spectra + <usize>slice * spectrum);
    }
    for (let cout = 0; cout < c.outChannels; cout++) {
      multiply(t, spectra, kernels + <usize>(cout * slices) * spectrum, slices, sum);
      transformBack(c, t, sum, scratch);
      const channel = group * c.outChannels + cout;
      const start = bias ? load<f32>(bias + (<usize>channel << 2)) : <f32>0;
      const target = out + <usize>(n * c.groups * c.outChannels + channel) * outPlane + (<usize>(od * c.outH * c.outW) << 2);
      storeTile(c, t, scratch, piece, pieces, across, start, target);
      storeTile(c, t, scratch + partBytes(t), piece + lot, pieces, across, start, target);
    }
  }
}

/** Slice (cout, cin, kd) with kd turned round. */
@inline
function mirror(c: Correlation, i: i32): i32 {
  const kd = i % c.KD;
  return i - kd + c.KD - 1 - kd;
}

/** [rows, columns] into the turned spectrum. */
export function transform(c: Correlation, t: Tiling, tile: usize, spectrum: usize): void {
  const pitch = pitchOf(t);
  const turned = turnedPitch(t);
  const im = tile + partBytes(t);
  const spectrumIm = spectrum + turnedBytes(t);
  if (!isFlat(c)) forward(tile, im, t.rows, pitch, <usize>t.columns << 2, t.rowTwiddles);
  transpose(tile, pitch, spectrum, turned, t.rows, t.columns);
  transpose(im, pitch, spectrumIm, turned, t.rows, t.columns);
  forward(spectrum, spectrumIm, t.columns, turned, <usize>t.rows << 2, t.columnTwiddles);
}

export function transformBack(c: Correlation, t: Tiling, spectrum: usize, tile: usize): void {
  const pitch = pitchOf(t);
  const turned = turnedPitch(t);
  const im = tile + partBytes(t);
  const spectrumIm = spectrum + turnedBytes(t);
  inverse(spectrum, spectrumIm, t.columns, turned, <usize>t.rows << 2, t.columnTwiddles);
  transpose(spectrum, turned, tile, pitch, t.columns, t.rows);
  transpose(spectrumIm, turned, im, pitch, t.columns, t.rows);
  if (!isFlat(c)) inverse(tile, im, t.rows, pitch, <usize>t.columns << 2, t.rowTwiddles);
}

/** sum = Σ over slices of spectrum · kernel */
export function multiply(t: Tiling, spectra: usize, kernels: usize, slices: i32, sum: usize): void {
  const part = turnedBytes(t);
  for (let i: usize = 0; i < part; i += 16) {
    let re = f32x4.splat(0), im = f32x4.splat(0);
    let x = spectra + i, k = kernels + i;
    for (let slice = 0; slice < slices; slice++) {
      const xr = v128.load(x), xi = v128.load(x + part), kr = v128.load(k), ki = v128.load(k + part);
      re = f32x4.add(re, f32x4.sub(f32x4.mul(xr, kr), f32x4.mul(xi, ki)));
      im = f32x4.add(im, f32x4.add(f32x4.mul(xr, ki), f32x4.mul(xi, kr)));
      x += 2 * part;
      k += 2 * part;
    }
    v128.store(sum + i, re);
    v128.store(sum + part + i, im);
  }
}

/**
 * One kernel slice [KH, KW] where it makes a correlation: weight (kh, kw) at (−kh·dilation, −kw·dilation), counted round
 * the tile, and divided by what forward and inverse multiply by.
 */
function loadKernel(c: Correlation, t: Tiling, slice: usize, mirrored: usize, tile: usize, reverse: bool): void {
  memory.fill(tile, 0, 2 * partBytes(t));
  const flat = isFlat(c);
  const scale: f32 = <f32>1 / <f32>(flat ? t.columns : t.rows * t.columns);
  const window = c.KH * c.KW;
  for (let tap = 0; tap < window; tap++) {
    const from = reverse ? mirrored + (<usize>(window - 1 - tap) << 2) : slice + (<usize>tap << 2);
    const weight = load<f32>(from) * scale;
    const row = -(tap / c.KW) * c.dilationH & (t.rows - 1);
    const column = -(tap % c.KW) * t.dilationW & (t.columns - 1);
    const at = tile + <usize>row * pitchOf(t) + (<usize>column << 2);
    // without a transform along H every row holds the same kernel
    if (flat) for (let r = 0; r < t.rows; r++) store<f32>(at + <usize>r * pitchOf(t), weight);
    else store<f32>(at, weight);
  }
}

/** The padded cells of a tile, or of a lot of row pieces. @param source the slice of x, 0 if it is padding */
function loadTile(c: Correlation, t: Tiling, source: usize, piece: i32, pieces: i32, across: i32, tile: usize): void {
  const pitch = pitchOf(t);
  for (let row = 0; row < t.rows; row++) {
    const ours = isFlat(c) ? piece + row : piece;
    const h = isFlat(c) ? (ours / across) * c.strideH : (ours / across) * t.outRows * c.strideH + row;
    if (ours < pieces && h < t.paddedH) loadRow(c, t, source, h, (ours % across) * t.outColumns * t.strideW, tile);
    else memory.fill(tile, 0, pitch);
    tile += pitch;
  }
}

/** Padded row `h` from column `from` on; zeros behind the last column. */
function loadRow(c: Correlation, t: Tiling, source: usize, h: i32, from: i32, to: usize): void {
  const count = min(t.columns, t.paddedW - from);
  const row = load<i32>(c.tableH + (<usize>h << 2));
  if (source === 0 || row < 0) {
    for (let i = 0; i < count; i++) store<f32>(to + (<usize>i << 2), c.value);
  } else {
    const cells = source + (<usize>(row * c.inW) << 2);
    let entry = t.tableW + (<usize>from << 2);
    for (let i = 0; i < count; ) {
      const first = load<i32>(entry);
      // what a table shows never advances faster than the table itself
      if (i + 4 <= count && first >= 0 && load<i32>(entry, 12) === first + 3) {
        v128.store(to + (<usize>i << 2), v128.load(cells + (<usize>first << 2)));
        entry += 16;
        i += 4;
      } else {
        store<f32>(to + (<usize>i << 2), first < 0 ? c.value : load<f32>(cells + (<usize>first << 2)));
        entry += 4;
        i++;
      }
    }
  }
  if (count < t.columns) memory.fill(to + (<usize>count << 2), 0, <usize>(t.columns - count) << 2);
}

/** The outputs of a tile, or of a lot of row pieces. @param out the output slice */
function storeTile(c: Correlation, t: Tiling, tile: usize, piece: i32, pieces: i32, across: i32, bias: f32, out: usize): void {
  const rows = isFlat(c) ? t.rows : t.outRows;
  for (let row = 0; row < rows; row++) {
    const ours = isFlat(c) ? piece + row : piece;
    const oh = isFlat(c) ? ours / across : (ours / across) * t.outRows + row;
    if (ours >= pieces || oh >= c.outH) return;
    const ow = (ours % across) * t.outColumns;
    const from = tile + <usize>(isFlat(c) ? row : row * c.strideH) * pitchOf(t);
    storeRow(t, from, min(t.outColumns, c.outW - ow), bias, out + (<usize>(oh * c.outW + ow) << 2));
  }
}

@inline
function storeRow(t: Tiling, from: usize, count: i32, bias: f32, to: usize): void {
  const step = <usize>t.strideW << 2;
  if (t.strideW === 1) {
    const start = f32x4.splat(bias);
    for (; count >= 4; count -= 4) {
      v128.store(to, f32x4.add(v128.load(from), start));
      from += 16;
      to += 16;
    }
  }
  for (; count > 0; count--) {
    store<f32>(to, load<f32>(from) + bias);
    from += step;
    to += 4;
  }
}

/** False if any value is NaN or infinite: such a value would spread over its whole tile. */
export function allFinite(values: usize, length: i32): bool {
  const zero = f32x4.splat(0);
  let sum = zero;
  let left = length;
  for (; left >= 4; left -= 4) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(values), zero)); // 0 · NaN and 0 · ∞ are NaN
    values += 16;
  }
  for (; left > 0; left--) {
    sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(values), zero));
    values += 4;
  }
  return !v128.any_true(f32x4.ne(sum, sum));
}

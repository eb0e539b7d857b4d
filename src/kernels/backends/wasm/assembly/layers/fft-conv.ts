import { FRAME_BYTES } from '../constants';
import { Correlation, inPlaneBytes, outPlaneBytes } from '../correlation';
import { Flag, Floats } from '../memory';
import { forward, inverse, transpose } from './fft';
import { acrossOf, isFlat, lotOf, partBytes, piecesOf, pitchOf, Tiling, transformsPerSlice, turnedBytes, turnedPitch } from './tiling';

@unmanaged
export class FftKernelsTask {
  correlation: Correlation;
  tiling: Tiling;
  /** of one group */
  kernel: Floats;
  spectra: Floats;
  /** kernels are flipped */
  reverse: Flag;
}

/**
 * The spectra of kernel slices `from` … `to` − 1 of a group; slice number (cout · inChannels + cin) · KD + kd.
 * @param scratch frame; a tile
 */
export function fftKernels(task: FftKernelsTask, scratch: usize, from: i32, to: i32): void {
  const c = task.correlation, t = task.tiling;
  const tile = scratch + FRAME_BYTES;
  const window = <usize>(c.KH * c.KW) << 2;
  for (let i = from; i < to; i++) {
    loadKernel(c, t, task.kernel + <usize>i * window, task.kernel + <usize>mirror(c, i) * window, tile, task.reverse);
    transform(c, t, tile, task.spectra + <usize>i * 2 * turnedBytes(t));
  }
}

@unmanaged
export class FftConvTask {
  correlation: Correlation;
  tiling: Tiling;
  x: Floats;
  /** the spectra of the group's kernels */
  spectra: Floats;
  /** [groups · outChannels], or 0 */
  bias: Floats;
  out: Floats;
  group: i32;
}

/**
 * The correlation by Fourier transform: of one group, transforms `from` … `to` − 1 as fftTransforms counts them.
 * @param scratch frame; as many bytes as fftScratch returns
 */
export function fftConv(task: FftConvTask, scratch: usize, from: i32, to: i32): void {
  const c = task.correlation, t = task.tiling;
  const x = task.x, kernels = task.spectra, bias = task.bias, out = task.out, group = task.group;
  const slices = c.inChannels * c.KD;
  const spectrum: usize = 2 * turnedBytes(t);
  const tile = scratch + FRAME_BYTES, second = tile + partBytes(t);
  const sum = tile + 2 * partBytes(t);
  const spectra = sum + spectrum;
  const lot = lotOf(c, t);
  const perSlice = transformsPerSlice(c, t);
  const inGroup = <usize>c.inChannels * inPlaneBytes(c);
  const outPlane = outPlaneBytes(c);
  for (let index = from; index < to; index++) {
    const piece = (index % perSlice) * 2 * lot;
    const od = (index / perSlice) % c.outD;
    const n = index / (perSlice * c.outD);
    const plane = n * c.groups + group;
    for (let slice = 0; slice < slices; slice++) {
      const d = load<i32>(c.tableD + (<usize>(od * c.strideD + (slice % c.KD) * c.dilationD) << 2));
      const source = d < 0 ? <usize>0 : x + <usize>plane * inGroup + (<usize>(((slice / c.KD) * c.inD + d) * c.inH * c.inW) << 2);
      loadTile(c, t, source, piece, tile);
      loadTile(c, t, source, piece + lot, second);
      transform(c, t, tile, spectra + <usize>slice * spectrum);
    }
    for (let cout = 0; cout < c.outChannels; cout++) {
      multiply(t, spectra, kernels + <usize>(cout * slices) * spectrum, slices, sum);
      transformBack(c, t, sum, tile);
      const channel = group * c.outChannels + cout;
      const start = bias ? load<f32>(bias + (<usize>channel << 2)) : <f32>0;
      const target = out + <usize>(n * c.groups * c.outChannels + channel) * outPlane + (<usize>(od * c.outH * c.outW) << 2);
      storeTile(c, t, tile, piece, start, target);
      storeTile(c, t, second, piece + lot, start, target);
    }
  }
}

/** Slice (cout, cin, kd) with kd reversed. */
@inline
function mirror(c: Correlation, i: i32): i32 {
  const kd = i % c.KD;
  return i - kd + c.KD - 1 - kd;
}

/** [rows, columns] into the transposed spectrum. */
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
 * One kernel slice [KH, KW] placed for a correlation: weight (kh, kw) at (−kh·dilation, −kw·dilation), modulo the tile, and
 * divided by the factor that forward and inverse together apply.
 */
function loadKernel(c: Correlation, t: Tiling, slice: usize, mirrored: usize, tile: usize, reverse: Flag): void {
  memory.fill(tile, 0, 2 * partBytes(t));
  const flat = isFlat(c);
  const scale: f32 = <f32>1 / <f32>(flat ? t.columns : t.rows * t.columns);
  const window = c.KH * c.KW;
  for (let tap = 0; tap < window; tap++) {
    const from = reverse ? mirrored + (<usize>(window - 1 - tap) << 2) : slice + (<usize>tap << 2);
    const weight = load<f32>(from) * scale;
    const row = -(tap / c.KW) * c.dilationH & (t.rows - 1);
    const column = -(tap % c.KW) * c.dilationW & (t.columns - 1);
    const at = tile + <usize>row * pitchOf(t) + (<usize>column << 2);
    // without a transform along H, every row contains the same kernel
    if (flat) for (let r = 0; r < t.rows; r++) store<f32>(at + <usize>r * pitchOf(t), weight);
    else store<f32>(at, weight);
  }
}

/** Loads the padded cells of a tile, or of a set of row pieces. @param source the slice of x, 0 if it is padding */
function loadTile(c: Correlation, t: Tiling, source: usize, piece: i32, tile: usize): void {
  const pitch = pitchOf(t);
  const pieces = piecesOf(c, t), across = acrossOf(c, t);
  for (let row = 0; row < t.rows; row++) {
    const ours = isFlat(c) ? piece + row : piece;
    const h = isFlat(c) ? (ours / across) * c.strideH : (ours / across) * t.outRows * c.strideH + row;
    if (ours < pieces && h < t.paddedH) loadRow(c, t, source, h, (ours % across) * t.outColumns * c.strideW, tile);
    else memory.fill(tile, 0, pitch);
    tile += pitch;
  }
}

/** Padded row `h` from column `from` on; zeros after the last column. */
function loadRow(c: Correlation, t: Tiling, source: usize, h: i32, from: i32, to: usize): void {
  const count = min(t.columns, t.paddedW - from);
  const row = load<i32>(c.tableH + (<usize>h << 2));
  if (source === 0 || row < 0) {
    for (let i = 0; i < count; i++) store<f32>(to + (<usize>i << 2), c.value);
  } else {
    const cells = source + (<usize>(row * c.inW) << 2);
    let entry = c.tableW + (<usize>from << 2);
    for (let i = 0; i < count; ) {
      const first = load<i32>(entry);
      // table entries never advance faster than their index
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

/** Stores the outputs of a tile, or of a set of row pieces. @param out the output slice */
function storeTile(c: Correlation, t: Tiling, tile: usize, piece: i32, bias: f32, out: usize): void {
  const pieces = piecesOf(c, t), across = acrossOf(c, t);
  const rows = isFlat(c) ? t.rows : t.outRows;
  for (let row = 0; row < rows; row++) {
    const ours = isFlat(c) ? piece + row : piece;
    const oh = isFlat(c) ? ours / across : (ours / across) * t.outRows + row;
    if (ours >= pieces || oh >= c.outH) return;
    const ow = (ours % across) * t.outColumns;
    const from = tile + <usize>(isFlat(c) ? row : row * c.strideH) * pitchOf(t);
    storeRow(c.strideW, from, min(t.outColumns, c.outW - ow), bias, out + (<usize>(oh * c.outW + ow) << 2));
  }
}

@inline
function storeRow(stride: i32, from: usize, count: i32, bias: f32, to: usize): void {
  const step = <usize>stride << 2;
  if (stride === 1) {
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

import { FRAME_BYTES } from '../constants';
import { Correlation } from '../correlation';
import { multiply, transform, transformBack } from '../layers/fft-conv';
import { acrossOf, partBytes, piecesOf, Tiling, turnedBytes } from '../layers/tiling';
import { Floats } from '../memory';
import { rounded } from './bytes-store';
import { PictureTask } from './picture-task';

/** The correlation is that of one channel after the other: planes [H, W]. */
@unmanaged
export class FftBytesTask extends PictureTask {
  tiling: Tiling;
  /** of the kernel */
  spectrum: Floats;
  bias: f32;
}

/**
 * Any window of more than one row, by Fourier transform. Units `from` … `to` − 1, each of two tiles one below the other, left to
 * right and down; channel after channel.
 * @param scratch frame; what fftScratch says
 */
export function fftBytes(task: FftBytesTask, scratch: usize, from: i32, to: i32): void {
  const c = task.correlation, t = task.tiling;
  const tile = scratch + FRAME_BYTES, second = tile + partBytes(t);
  const sum = tile + 2 * partBytes(t);
  const spectrum = sum + 2 * turnedBytes(t);
  const across = acrossOf(c, t);
  for (let index = from; index < to; index++) {
    const number = (index / across) * 2 * across + (index % across);
    for (let channel = 0; channel < task.filtered; channel++) {
      loadChannel(task, number, channel, tile);
      loadChannel(task, number + across, channel, second);
      transform(c, t, tile, spectrum);
      multiply(t, spectrum, task.spectrum, 1, sum);
      transformBack(c, t, sum, tile);
      storeChannel(task, number, channel, tile);
      storeChannel(task, number + across, channel, second);
    }
  }
}

/** The padded cells of a channel in tile number `tile`; zeros behind the last. */
function loadChannel(task: FftBytesTask, tile: i32, channel: i32, to: usize): void {
  const c = task.correlation, t = task.tiling;
  const across = acrossOf(c, t), tiles = piecesOf(c, t);
  const pitch = partBytes(t) / <usize>t.rows;
  const top = (tile / across) * t.outRows, left = (tile % across) * t.outColumns;
  for (let row = 0; row < t.rows; row++) {
    if (tile < tiles && top + row < t.paddedH) loadChannelRow(task, channel, top + row, left, to);
    else memory.fill(to, 0, pitch);
    to += pitch;
  }
}

function loadChannelRow(task: FftBytesTask, channel: i32, h: i32, left: i32, to: usize): void {
  const c = task.correlation, t = task.tiling;
  const count = min(t.columns, t.paddedW - left);
  const pixel = task.channels;
  const row = load<i32>(c.tableH + (<usize>h << 2));
  const cells = task.x + <usize>channel + <usize>(row * c.inW * pixel);
  const entry = c.tableW + (<usize>left << 2);
  // every pixel-th byte becomes the lowest of 32 bits; indices beyond the vector give zero
  const every = i32x4.replace_lane(i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(0), 1, pixel), 2, 2 * pixel), 3, 3 * pixel);
  const places = v128.or(every, i32x4.splat(<i32>0x80808000));
  for (let i = 0; i < count; ) {
    const target = to + (<usize>i << 2);
    const first = load<i32>(entry + (<usize>i << 2));
    // what a table shows never advances faster than the table itself
    if (row >= 0 && i + 4 <= count && first >= 0 && load<i32>(entry + (<usize>i << 2), 12) === first + 3) {
      v128.store(target, f32x4.convert_i32x4_s(v128.swizzle(v128.load(cells + <usize>(first * pixel)), places)));
      i += 4;
    } else {
      store<f32>(target, row < 0 || first < 0 ? c.value : <f32>load<u8>(cells + <usize>(first * pixel)));
      i++;
    }
  }
  if (count < t.columns) memory.fill(to + (<usize>count << 2), 0, <usize>(t.columns - count) << 2);
}

/** The outputs of a channel in tile number `tile`; along with the first channel go those that are only copied. */
function storeChannel(task: FftBytesTask, tile: i32, channel: i32, sums: usize): void {
  const c = task.correlation, t = task.tiling;
  const across = acrossOf(c, t);
  if (tile >= piecesOf(c, t)) return;
  const pitch = partBytes(t) / <usize>t.rows;
  const top = (tile / across) * t.outRows, left = (tile % across) * t.outColumns;
  const rows = min(t.outRows, c.outH - top), columns = min(t.outColumns, c.outW - left);
  for (let row = 0; row < rows; row++) {
    const place = <usize>(((top + row) * c.outW + left) * task.channels);
    storePixels(task, sums + <usize>row * pitch, columns, channel, place);
  }
}

/** One channel of `count` pixels; the bytes of the others are those of x, or already of the result. @param place in the picture, in bytes */
function storePixels(task: FftBytesTask, sums: usize, count: i32, channel: i32, place: usize): void {
  const pixel = task.channels;
  const out = task.out + place, others = (channel === 0 ? task.x : task.out) + place;
  const start = f32x4.splat(task.bias);
  const least = i32x4.splat(0), most = i32x4.splat(255);
  const shift = 8 * channel;
  const ours = i32x4.shl(most, shift);
  let i = 0;
  if (pixel === 4) {
    for (; i + 4 <= count; i += 4) {
      const values = rounded(f32x4.add(v128.load(sums + (<usize>i << 2)), start));
      const bytes = i32x4.shl(i32x4.min_s(i32x4.max_s(values, least), most), shift);
      v128.store(out + (<usize>i << 2), v128.bitselect(bytes, v128.load(others + (<usize>i << 2)), ours));
    }
  }
  for (; i < count; i++) {
    const at = <usize>(i * pixel);
    if (channel === 0) memory.copy(out + at, others + at, <usize>pixel);
    const value = <i32>Mathf.floor(load<f32>(sums + (<usize>i << 2)) + task.bias + 0.5);
    store<u8>(out + at + <usize>channel, min(max(value, 0), 255));
  }
}

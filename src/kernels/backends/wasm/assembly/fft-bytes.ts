import { rounded } from './bytes-store';
import { Correlation } from './correlation';
import { acrossOf, multiply, partBytes, piecesOf, Tiling, transform, transformBack, turnedBytes } from './fft-conv';

/**
 * A picture from bytes to bytes by Fourier transform, under a kernel of more than one row: units `from` … `to` − 1, of two
 * tiles one below the other, left to right and down; channel after channel.
 * @param scratch as fftConv needs it
 * @param geometry of its planes
 * @param kernel the spectrum of the kernel
 * @param kept how many of the `pixel` bytes of each pixel are filtered: all, or all but the last, which passes through
 */
export function fftBytes(
  scratch: usize, geometry: usize, tiling: usize, x: usize, kernel: usize, out: usize, pixel: i32, kept: i32, bias: f32, from: i32, to: i32,
): void {
  const c = changetype<Correlation>(geometry);
  const t = changetype<Tiling>(tiling);
  const second = scratch + partBytes(t);
  const sum = scratch + 2 * partBytes(t);
  const spectrum = sum + 2 * turnedBytes(t);
  const across = acrossOf(c, t);
  const tiles = piecesOf(c, t);
  for (let index = from; index < to; index++) {
    const tile = (index / across) * 2 * across + (index % across);
    for (let channel = 0; channel < kept; channel++) {
      loadTile(c, t, x, tile, tiles, across, channel, pixel, scratch);
      loadTile(c, t, x, tile + across, tiles, across, channel, pixel, second);
      transform(c, t, scratch, spectrum);
      multiply(t, spectrum, kernel, 1, sum);
      transformBack(c, t, sum, scratch);
      storeTile(c, t, scratch, tile, tiles, across, channel, pixel, bias, x, out);
      storeTile(c, t, second, tile + across, tiles, across, channel, pixel, bias, x, out);
    }
  }
}

/** The padded cells of a channel in a tile; zeros behind the last. */
function loadTile(c: Correlation, t: Tiling, x: usize, tile: i32, tiles: i32, across: i32, channel: i32, pixel: i32, to: usize): void {
  const pitch = partBytes(t) / <usize>t.rows;
  const top = (tile / across) * t.outRows, left = (tile % across) * t.outColumns;
  for (let row = 0; row < t.rows; row++) {
    if (tile < tiles && top + row < t.paddedH) loadRow(c, t, x + <usize>channel, top + row, left, pixel, to);
    else memory.fill(to, 0, pitch);
    to += pitch;
  }
}

/** @param x the channel's first byte */
function loadRow(c: Correlation, t: Tiling, x: usize, h: i32, left: i32, pixel: i32, to: usize): void {
  const count = min(t.columns, t.paddedW - left);
  const row = load<i32>(c.tableH + (<usize>h << 2));
  const cells = x + <usize>(row * c.inW * pixel);
  const entry = t.tableW + (<usize>left << 2);
  // every pixel-th byte takes the first place of 32 bits; what is beyond the vector is zero
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

/** The outputs of a channel in a tile; along with the first channel goes what only passes through. */
function storeTile(
  c: Correlation, t: Tiling, sums: usize, tile: i32, tiles: i32, across: i32, channel: i32, pixel: i32, bias: f32, x: usize, out: usize,
): void {
  if (tile >= tiles) return;
  const pitch = partBytes(t) / <usize>t.rows;
  const top = (tile / across) * t.outRows, left = (tile % across) * t.outColumns;
  const rows = min(t.outRows, c.outH - top), columns = min(t.outColumns, c.outW - left);
  for (let row = 0; row < rows; row++) {
    const at = <usize>(((top + row) * c.outW + left) * pixel);
    storeRow(sums + <usize>row * pitch, columns, channel, pixel, bias, (channel === 0 ? x : out) + at, out + at);
  }
}

/** @param others where the bytes of the other channels are: of the picture, or already of the result */
function storeRow(sums: usize, count: i32, channel: i32, pixel: i32, bias: f32, others: usize, out: usize): void {
  const start = f32x4.splat(bias);
  const least = i32x4.splat(0), most = i32x4.splat(255);
  const place = 8 * channel;
  const ours = i32x4.shl(most, place);
  let i = 0;
  if (pixel === 4) {
    for (; i + 4 <= count; i += 4) {
      const values = rounded(f32x4.add(v128.load(sums + (<usize>i << 2)), start));
      const bytes = i32x4.shl(i32x4.min_s(i32x4.max_s(values, least), most), place);
      v128.store(out + (<usize>i << 2), v128.bitselect(bytes, v128.load(others + (<usize>i << 2)), ours));
    }
  }
  for (; i < count; i++) {
    const at = <usize>(i * pixel);
    if (channel === 0) memory.copy(out + at, others + at, <usize>pixel);
    const value = <i32>Mathf.floor(load<f32>(sums + (<usize>i << 2)) + bias + 0.5);
    store<u8>(out + at + <usize>channel, min(max(value, 0), 255));
  }
}

import { pairsOf1, rowsOf1 } from './blocks';
import { gatherFloats } from './bytes-gather';
import { storeFloats } from './bytes-store';
import { Correlation } from './correlation';
import { usedRows } from './gather';

/**
 * Any window, in float32. Tiles `from` … `to` − 1, left to right and down: so small that what a row sees stays in the first-level
 * cache.
 * @param tile scratch, floats [bandRows + what the window reaches below, rowLength]: cells
 * @param sumsAt bytes behind `tile`: scratch, floats: two rows of sums [2, tileCells]
 * @param geometry of the cells that count, `kept` of the `pixel` bytes of each pixel
 * @param offsets of the taps in the tile, in bytes
 * @param paired these are all taps of the window, one row below the other
 */
export function bytesFloat(
  tile: usize, sumsAt: usize, geometry: usize, x: usize, out: usize, pixel: i32, kept: i32,
  tileCells: i32, bandRows: i32, rowLength: i32, halo: i32, taps: i32, offsets: usize, weights: usize, paired: bool, bias: f32, from: i32, to: i32,
): void {
  const c = changetype<Correlation>(geometry);
  const sums = tile + sumsAt;
  const tileRow = <usize>rowLength << 2;
  const sumsRow = <usize>tileCells << 2;
  const outRow = <usize>(c.outW / kept * pixel);
  const across = (c.outW + tileCells - 1) / tileCells;
  const width = min(tileCells, c.outW);
  const whole = paired && c.KH > 1 ? width & ~15 : 0;
  const skipped = <usize>whole << 2;
  for (let index = from; index < to; index++) {
    const oh = (index / across) * bandRows;
    const rows = min(bandRows, c.outH - oh);
    // the last tile of a row overlaps the one before
    const ow = min((index % across) * tileCells, c.outW - width);
    for (let row = 0, used = usedRows(c, rows); row < used; row++) {
      const h = load<i32>(c.tableH + (<usize>(oh + row) << 2));
      gatherFloats(c, x, h, ow, ow + width + halo, pixel, kept, tile + <usize>row * tileRow);
    }
    const first = <usize>oh * outRow + <usize>(ow / kept * pixel);
    for (let row = 0; row < rows; row += 2) {
      const pair = min(2, rows - row);
      const source = tile + <usize>row * tileRow;
      if (whole) pairsOf1(source, tileRow, offsets, 1, c.KH, c.KW, weights, bias, sums, sumsRow, pair, whole);
      if (whole < width) rowsOf1(source + skipped, tileRow, offsets, taps, weights, bias, sums + skipped, sumsRow, pair, width - whole);
      for (let i = 0; i < pair; i++) {
        const at = first + <usize>(row + i) * outRow;
        storeFloats(sums + <usize>i * sumsRow, width, pixel, kept, out + at, x + at);
      }
    }
  }
}

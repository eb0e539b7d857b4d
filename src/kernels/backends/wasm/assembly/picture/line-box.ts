import { SUMMED_ROWS } from '../constants';
import { loadRow } from './line-load';
import { Line, lineOf } from './line-task';
import { LineTurnedTask, storeTurnedLine, turn } from './line-turned';

// Boxes of any size at a constant cost, as in layers/running-sum.ts: blocks as long as the window, sums from each cell
// to its block's end and from its block's start to each cell. Nothing is subtracted: integers stay exact, errors do not
// grow, and NaN and infinity affect only the windows that contain them. Blocks are counted from the top and from the
// left of the whole image.

/** Its bands are whole blocks of KH padded rows: a multiple of KH / gcd(KH, strideH) rows of the result, or all rows. */
@unmanaged
export class LineBoxTask extends LineTurnedTask {
  weight: f32;
  bias: f32;
  /** bytes from scratch to floats [KH, rowLength], sums to the end of a block */
  suffixesAt: usize;
  /** bytes from scratch to floats [rowLength], sums from the start of a block */
  prefixAt: usize;
  /** bytes from scratch to vectors of sums of rows */
  turnedAt: usize;
  /** bytes from scratch to vectors of sums to the end of a block of columns */
  alongAt: usize;
}

/**
 * One weight for the whole window, in float32. Tiles `from` … `to` − 1, left to right and down; tiles begin with a block of columns.
 * @param scratch frame; lines; floats [rowLength], cells
 */
export function lineBox(task: LineBoxTask, scratch: usize, from: i32, to: i32): void {
  const g = task.grid;
  const tilePixels = task.tilePixels, bandRows = task.bandRows;
  const cells = scratch + task.cellsAt, suffixes = scratch + task.suffixesAt, prefix = scratch + task.prefixAt;
  const rowBytes = <usize>task.rowLength << 2;
  const KH = g.KH, strideH = g.strideH;
  const across = (g.outW + tilePixels - 1) / tilePixels;
  for (let index = from; index < to; index++) {
    const line = lineOf(task, scratch, index);
    const oh = (index / across) * bandRows, ow = (index % across) * tilePixels;
    const rows = min(bandRows, g.outH - oh), dense = (min(tilePixels, g.outW - ow) - 1) * g.strideW + 1;
    const left = ow * g.strideW, end = left + dense + g.KW - 1;
    const width = (end - left) * task.load.cells;
    const first = oh * strideH;
    let waiting = 0, block = -1;
    for (let row = 0; row < rows; row++) {
      const at = row * strideH;
      // sums from here to the end of the block
      if (at / KH !== block) {
        block = at / KH;
        for (let i = KH - 1; i >= 0; i--) {
          const to = suffixes + <usize>i * rowBytes;
          loadRow(task, line, first + block * KH + i, left, end, to);
          if (i < KH - 1) add(to, to, to + rowBytes, width);
        }
      }
      const from = at - block * KH;
      const out = scratch + task.sumsAt + <usize>waiting * rowBytes;
      const suffix = suffixes + <usize>from * rowBytes;
      if (from === 0) memory.copy(out, suffix, <usize>width << 2);
      else {
        // rows that entered the window since the previous one, or since the end of the block
        for (let i = from >= strideH ? from - strideH : 0; i < from; i++) {
          const entered = first + (block + 1) * KH + i;
          if (i === 0) loadRow(task, line, entered, left, end, prefix);
          else {
            loadRow(task, line, entered, left, end, cells);
            add(prefix, prefix, cells, width);
          }
        }
        add(out, suffix, prefix, width);
      }
      waiting++;
      if (waiting < SUMMED_ROWS && row + 1 < rows) continue;
      turn(scratch + task.sumsAt, rowBytes, width, scratch + task.lineAt);
      boxesAlong(task, scratch, dense + g.KW - 1);
      line.oh = oh + row + 1 - waiting;
      storeTurnedLine(task, line, scratch + task.turnedAt, scratch, waiting, ow);
      waiting = 0;
    }
  }
}

/** to = a + b, by whole vectors */
function add(to: usize, a: usize, b: usize, cells: i32): void {
  for (let i: usize = 0; i < <usize>cells << 2; i += 16) v128.store(to + i, f32x4.add(v128.load(a + i), v128.load(b + i)));
}

/** Sums of KW pixels along a line of vectors, times the weight. @param pixels of the line */
function boxesAlong(task: LineBoxTask, scratch: usize, pixels: i32): void {
  const KW = task.grid.KW, kept = task.load.cells;
  const pixel = <usize>kept << 4;
  const suffixes = scratch + task.alongAt;
  const weight = f32x4.splat(task.weight), bias = f32x4.splat(task.bias);
  for (let cell: usize = 0; cell < pixel; cell += 16) {
    const line = scratch + task.lineAt + cell, out = scratch + task.turnedAt + cell;
    for (let block = 0; block + KW <= pixels; block += KW) {
      let sum = f32x4.splat(0);
      for (let i = KW - 1; i >= 0; i--) {
        const v = v128.load(line + <usize>(block + i) * pixel);
        sum = i === KW - 1 ? v : f32x4.add(sum, v);
        v128.store(suffixes + (<usize>i << 4), sum);
      }
      for (let i = 0, last = min(KW, pixels - KW + 1 - block); i < last; i++) {
        let whole = v128.load(suffixes + (<usize>i << 4));
        if (i > 0) {
          const v = v128.load(line + <usize>(block + KW + i - 1) * pixel);
          sum = i === 1 ? v : f32x4.add(sum, v);
          whole = f32x4.add(whole, sum);
        }
        v128.store(out + <usize>(block + i) * pixel, f32x4.add(f32x4.mul(whole, weight), bias));
      }
    }
  }
}

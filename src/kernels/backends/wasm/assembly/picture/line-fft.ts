import { blockOf } from '../blocks';
import { rowsOf1 } from '../blocks-of-one';
import { Correlation } from '../correlation';
import { multiply, transform, transformBack } from '../layers/fft-conv';
import { partBytes, Tiling, turnedBytes } from '../layers/tiling';
import { allFinite, Flag, Floats, Ints } from '../memory';
import { rowsOfCells } from './line-cells';
import { loadRow } from './line-load';
import { storeLine } from './line-store';
import { Line, lineOf, LineTask } from './line-task';

@unmanaged
export class LineFftTask extends LineTask {
  /** of one channel */
  correlation: Correlation;
  tiling: Tiling;
  /** the spectra of the kernel, one per cell or one for all */
  spectrum: Floats;
  /** bytes from the spectrum of a cell to that of the next; 0 if all cells share one */
  spectrumStep: usize;
  /** number of taps: tiles that contain NaN or infinity, which a transform would spread, are summed tap by tap */
  taps: i32;
  /** byte offsets of the taps in a tile of cells */
  offsets: Ints;
  /** see LineWindowTask */
  weights: Floats;
  /** see LineWindowTask */
  patterned: Flag;
  bias: f32;
  /** bytes from scratch to floats [2, rows, rowLength], the cells of two tiles */
  cellsAt: usize;
  /** bytes from scratch to as many bytes as fftScratch returns */
  tileAt: usize;
  /** floats of a row of cells */
  rowLength: i32;
}

/**
 * Any window of more than one row, by Fourier transform. Units `from` … `to` − 1, each of two tiles one below the other, left to
 * right and down; sums replace the cells.
 * @param scratch frame; lines
 */
export function lineFft(task: LineFftTask, scratch: usize, from: i32, to: i32): void {
  const g = task.grid, c = task.correlation, t = task.tiling;
  const cells = scratch + task.cellsAt, second = cells + <usize>t.rows * (<usize>task.rowLength << 2);
  const tile = scratch + task.tileAt;
  const sum = tile + 2 * partBytes(t);
  const spectrum = sum + 2 * turnedBytes(t);
  const across = (g.outW + t.outColumns - 1) / t.outColumns;
  for (let index = from; index < to; index++) {
    const line = lineOf(task, scratch, index);
    const oh = (index / across) * 2 * t.outRows, ow = (index % across) * t.outColumns;
    const finite = loadTile(task, line, oh, ow, cells);
    if (loadTile(task, line, oh + t.outRows, ow, second) && finite) {
      for (let channel = 0; channel < task.load.cells; channel++) {
        deinterleave(task, cells, channel, tile);
        deinterleave(task, second, channel, tile + partBytes(t));
        transform(c, t, tile, spectrum);
        multiply(t, spectrum, task.spectrum + <usize>channel * task.spectrumStep, 1, sum);
        transformBack(c, t, sum, tile);
        interleave(task, tile, channel, cells);
        interleave(task, tile + partBytes(t), channel, second);
      }
    } else {
      windows(task, scratch, oh, ow, cells);
      windows(task, scratch, oh + t.outRows, ow, second);
    }
    const pixels = min(t.outColumns, g.outW - ow);
    for (let i = 0; i < 2 * t.outRows && oh + i < g.outH; i++) {
      const rows = i < t.outRows ? cells : second;
      const row = <usize>((i % t.outRows) * g.strideH) * (<usize>task.rowLength << 2);
      storeLine(task, line, rows + row, oh + i, ow, pixels);
    }
  }
}

/** Loads the cells of a tile, with zeros after the last row and column. @returns false if one is not finite */
function loadTile(task: LineFftTask, line: Line, oh: i32, ow: i32, to: usize): bool {
  const g = task.grid, t = task.tiling;
  const kept = task.load.cells;
  const rowBytes = <usize>task.rowLength << 2;
  const left = ow * g.strideW, pixels = min(t.columns, t.paddedW - left);
  memory.fill(to, 0, <usize>t.rows * rowBytes);
  let finite = true;
  for (let row = 0, top = oh * g.strideH; row < t.rows && top + row < t.paddedH; row++) {
    const at = to + <usize>row * rowBytes;
    loadRow(task, line, top + row, left, left + pixels, at);
    memory.fill(at + (<usize>(pixels * kept) << 2), 0, 16);
    if (task.load.sampleBytes === 4 && !allFinite(at, pixels * kept)) finite = false;
  }
  return finite;
}

function deinterleave(task: LineFftTask, cells: usize, channel: i32, tile: usize): void {
  const t = task.tiling;
  const kept = task.load.cells, pixel = <usize>kept << 2;
  const pitch = partBytes(t) / <usize>t.rows;
  for (let row = 0; row < t.rows; row++) {
    let from = cells + <usize>row * (<usize>task.rowLength << 2) + (<usize>channel << 2);
    const to = tile + <usize>row * pitch;
    if (kept === 1) memory.copy(to, from, <usize>t.columns << 2);
    else {
      for (let i: usize = 0; i < <usize>t.columns << 2; i += 16) {
        let four = v128.load32_zero(from);
        four = v128.load32_lane(from + pixel, four, 1);
        four = v128.load32_lane(from + 2 * pixel, four, 2);
        v128.store(to + i, v128.load32_lane(from + 3 * pixel, four, 3));
        from += 4 * pixel;
      }
    }
  }
}

/** Replaces the cells by sums with the bias. */
function interleave(task: LineFftTask, tile: usize, channel: i32, cells: usize): void {
  const t = task.tiling;
  const pixel = <usize>task.load.cells << 2;
  const pitch = partBytes(t) / <usize>t.rows;
  const bias = f32x4.splat(task.bias);
  for (let row = 0; row < t.rows; row++) {
    const from = tile + <usize>row * pitch;
    let to = cells + <usize>row * (<usize>task.rowLength << 2) + (<usize>channel << 2);
    for (let i: usize = 0; i < <usize>t.columns << 2; i += 16) {
      const four = f32x4.add(v128.load(from + i), bias);
      v128.store32_lane(to, four, 0);
      v128.store32_lane(to + pixel, four, 1);
      v128.store32_lane(to + 2 * pixel, four, 2);
      v128.store32_lane(to + 3 * pixel, four, 3);
      to += 4 * pixel;
    }
  }
}

/** Replaces the cells by sums of products; a window never reads replaced cells. */
function windows(task: LineFftTask, scratch: usize, oh: i32, ow: i32, cells: usize): void {
  const g = task.grid, t = task.tiling;
  const b = blockOf(scratch);
  const rowBytes = <usize>task.rowLength << 2;
  const dense = (min(t.outColumns, g.outW - ow) - 1) * g.strideW + 1;
  b.source = cells;
  b.out = cells;
  b.step = rowBytes;
  b.outRow = rowBytes;
  b.offsets = task.offsets;
  b.width = dense * task.load.cells;
  b.rows = (min(t.outRows, g.outH - oh) - 1) * g.strideH + 1;
  if (oh >= g.outH) return;
  if (task.patterned) rowsOfCells(b, task.taps, task.weights, task.bias);
  else rowsOf1(b, task.taps, task.weights, task.bias);
}

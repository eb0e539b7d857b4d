import { LIKE_CORRELATION, LIKE_SSD, LIKE_ZNCC, MOMENT_DEVIATION, MOMENT_MEAN } from '../constants';
import { Flag, Floats } from '../memory';
import { loadRow, luminanceOf } from './line-load';
import { storeLine } from './line-store';
import { Line, lineOf, LineTask } from './line-task';

// Mean and variance of boxes of any size at a constant cost, by blocks as in line-box.ts, but in float64, because the
// difference of two large sums is inaccurate in float32. A vector contains the sum of values and the sum of their
// squares. Nothing is subtracted from a sum, so NaN and infinity affect only the windows that contain them, and squares
// of 8-bit and 16-bit samples are summed exactly.

/** Its bands are whole blocks of KH rows, and its tiles whole blocks of KW columns. */
@unmanaged
export class LineMomentsTask extends LineTask {
  /** pixels of the result in a row of a tile */
  tilePixels: i32;
  /** rows of the result in a tile */
  bandRows: i32;
  /** cells of a row that is loaded */
  rowLength: i32;
  /** MOMENT_MEAN, MOMENT_VARIANCE or MOMENT_DEVIATION; or LIKE_ZNCC and so on, of all cells together */
  measure: i32;
  /** variances are divided by it */
  white: f32;
  /** the last cell, from 0 to white, is the weight of the other cells of its pixel */
  weighted: Flag;
  /** the first cell is replaced by the luminance of the first three */
  brightness: Flag;
  /** LIKE_…: Σ template² over all cells */
  energy: f32;
  /** LIKE_…: [4], the mean of the template's rounded weights, per cell */
  rests: Floats;
  /** LIKE_ZNCC and LIKE_NCC: a window whose energy does not exceed this value scores 0 */
  nothing: f32;
  /** bytes from scratch to floats of cells */
  cellsAt: usize;
  /** bytes from scratch to vectors [KH, rowLength], sums to the end of a block */
  suffixesAt: usize;
  /** bytes from scratch to vectors [rowLength], sums from the start of a block */
  prefixAt: usize;
  /** bytes from scratch to vectors [rowLength], sums of columns */
  columnsAt: usize;
  /** bytes from scratch to vectors [KW], sums to the end of a block of columns */
  alongAt: usize;
  /** bytes from scratch to vectors [tilePixels]: the total weight of the pixels of a window; LIKE_…: its energy and its product with the template */
  countsAt: usize;
  /** bytes from scratch to float64 [4], the origin of each cell */
  originsAt: usize;
  /** bytes from scratch to floats [rowLength], results */
  sumsAt: usize;
}

/**
 * Tiles `from` … `to` − 1, left to right and down.
 * @param scratch frame; lines; floats [rowLength], cells
 */
export function lineMoments(task: LineMomentsTask, scratch: usize, from: i32, to: i32): void {
  const g = task.grid;
  const tilePixels = task.tilePixels, bandRows = task.bandRows;
  const suffixes = scratch + task.suffixesAt, prefix = scratch + task.prefixAt, columns = scratch + task.columnsAt;
  const rowBytes = <usize>task.rowLength << 4;
  const cells = scratch + task.cellsAt;
  const KH = g.KH;
  const across = (g.outW + tilePixels - 1) / tilePixels;
  for (let index = from; index < to; index++) {
    const line = lineOf(task, scratch, index);
    const oh = (index / across) * bandRows, ow = (index % across) * tilePixels;
    const rows = min(bandRows, g.outH - oh), pixels = min(tilePixels, g.outW - ow);
    const end = ow + pixels + g.KW - 1;
    const width = (end - ow) * task.load.cells;
    setOrigins(task, line, scratch, oh, ow);
    for (let row = 0; row < rows; row++) {
      const within = row % KH;
      if (within === 0) {
        for (let i = KH - 1; i >= 0; i--) {
          const suffix = suffixes + <usize>i * rowBytes;
          loadRow(task, line, oh + row + i, ow, end, cells);
          addRow(task, scratch, end - ow, i === KH - 1 ? 0 : suffix + rowBytes, suffix);
        }
      } else {
        loadRow(task, line, oh + row + KH - 1, ow, end, cells);
        addRow(task, scratch, end - ow, within === 1 ? 0 : prefix, prefix);
      }
      let sums = suffixes + <usize>within * rowBytes;
      if (within > 0) {
        add(columns, sums, prefix, width);
        sums = columns;
      }
      const products = task.mask + (<usize>((oh + row) * g.outW + ow) * <usize>task.load.cells << 2);
      along(task, scratch, sums, pixels, products);
      if (task.measure >= LIKE_ZNCC) likeness(task, scratch + task.countsAt, pixels, scratch + task.sumsAt);
      storeLine(task, line, scratch + task.sumsAt, oh + row, ow, pixels);
    }
  }
}

/** Sets the origins to the cells of the tile's first pixel, or to 0 where a cell is not finite. */
function setOrigins(task: LineMomentsTask, line: Line, scratch: usize, oh: i32, ow: i32): void {
  const cells = scratch + task.cellsAt;
  loadRow(task, line, oh, ow, ow + 1, cells);
  if (task.brightness) store<f32>(cells, luminanceOf(cells));
  for (let cell = 0; cell < task.load.cells; cell++) {
    const x = <f64>load<f32>(cells + (<usize>cell << 2));
    store<f64>(scratch + task.originsAt + (<usize>cell << 3), isFinite<f64>(x) ? x : 0);
  }
}

/** to = before + the values of a row of cells and their squares; `before` may be 0: nothing. */
function addRow(task: LineMomentsTask, scratch: usize, pixels: i32, before: usize, to: usize): void {
  let cells = scratch + task.cellsAt;
  const origins = scratch + task.originsAt;
  if (task.weighted) {
    addWeighted(task, scratch, pixels, before, to);
    return;
  }
  const kept = <usize>task.load.cells << 2;
  for (; pixels > 0; pixels--) {
    for (let cell: usize = 0; cell < kept; cell += 4) {
      const x = f64x2.splat(<f64>load<f32>(cells + cell) - load<f64>(origins + (cell << 1)));
      const both = f64x2.mul(x, f64x2.replace_lane(x, 0, 1));
      v128.store(to, before ? f64x2.add(v128.load(before), both) : both);
      if (before) before += 16;
      to += 16;
    }
    cells += kept;
  }
}

/** The same, where the last cell of a pixel is its weight. */
function addWeighted(task: LineMomentsTask, scratch: usize, pixels: i32, before: usize, to: usize): void {
  let cells = scratch + task.cellsAt;
  const origins = scratch + task.originsAt;
  const weight = <usize>(task.load.cells - 1) << 2;
  for (; pixels > 0; pixels--) {
    if (task.brightness) store<f32>(cells, luminanceOf(cells));
    const share = <f64>load<f32>(cells + weight) / <f64>task.white;
    for (let cell: usize = 0; cell <= weight; cell += 4) {
      const x = cell === weight ? 1 : <f64>load<f32>(cells + cell) - load<f64>(origins + (cell << 1));
      const both = f64x2.mul(f64x2.splat(share * x), f64x2.replace_lane(f64x2.splat(x), 0, 1));
      v128.store(to, before ? f64x2.add(v128.load(before), both) : both);
      if (before) before += 16;
      to += 16;
    }
    cells += weight + 4;
  }
}

function add(to: usize, a: usize, b: usize, cells: i32): void {
  for (let i: usize = 0; i < <usize>cells << 4; i += 16) v128.store(to + i, f64x2.add(v128.load(a + i), v128.load(b + i)));
}

/**
 * Sums KW pixels along a row of sums of columns, and computes the measure.
 * @param products LIKE_…: floats [pixels, cells], Σ template · window
 */
function along(task: LineMomentsTask, scratch: usize, columns: usize, pixels: i32, products: usize): void {
  const KW = task.grid.KW, kept = task.load.cells;
  const pixel = <usize>kept << 4;
  const suffixes = scratch + task.alongAt, out = scratch + task.sumsAt, counts = scratch + task.countsAt;
  // weights are summed first
  for (let cell = kept - 1; cell >= 0; cell--) {
    const origin = load<f64>(scratch + task.originsAt + (<usize>cell << 3));
    const line = columns + (<usize>cell << 4);
    for (let block = 0; block < pixels; block += KW) {
      let sum = f64x2.splat(0);
      for (let i = KW - 1; i >= 0; i--) {
        const v = v128.load(line + <usize>(block + i) * pixel);
        sum = i === KW - 1 ? v : f64x2.add(sum, v);
        v128.store(suffixes + (<usize>i << 4), sum);
      }
      for (let i = 0, last = min(KW, pixels - block); i < last; i++) {
        let whole = v128.load(suffixes + (<usize>i << 4));
        if (i > 0) {
          const v = v128.load(line + <usize>(block + KW + i - 1) * pixel);
          sum = i === 1 ? v : f64x2.add(sum, v);
          whole = f64x2.add(whole, sum);
        }
        const at = out + (<usize>((block + i) * kept + cell) << 2), counted = counts + (<usize>(block + i) << 4);
        if (task.measure >= LIKE_ZNCC) {
          const both = energyAndProduct(task, whole, origin, <usize>cell << 2, products + (<usize>((block + i) * kept + cell) << 2));
          v128.store(counted, cell === kept - 1 ? both : f64x2.add(v128.load(counted), both));
        } else if (!task.weighted) store<f32>(at, measure(task, whole, <f64>(task.grid.KH * KW), origin));
        else if (cell === kept - 1) store<f64>(counted, f64x2.extract_lane(whole, 0));
        else store<f32>(at, measure(task, whole, load<f64>(counted), origin));
      }
    }
  }
}

/** @param sums of values and of squares @param count total weight of the pixels */
@inline
function measure(task: LineMomentsTask, sums: v128, count: f64, origin: f64): f32 {
  // 0 if the weight is zero; NaN stays NaN
  if (count <= 1e-6 * <f64>(task.grid.KH * task.grid.KW)) return <f32>(0 * f64x2.extract_lane(sums, 0));
  const means = f64x2.div(sums, f64x2.splat(count));
  const mean = f64x2.extract_lane(means, 0);
  if (task.measure === MOMENT_MEAN) return <f32>(origin + mean);
  const variance = max<f64>(0, f64x2.extract_lane(means, 1) - mean * mean);
  return <f32>(task.measure === MOMENT_DEVIATION ? sqrt<f64>(variance) : variance / <f64>task.white);
}

/**
 * For one cell: the energy of a window, and its product with the template, minus the contribution of the template's
 * mean.
 */
@inline
function energyAndProduct(task: LineMomentsTask, sums: v128, origin: f64, cell: usize, products: usize): v128 {
  const count = <f64>(task.grid.KH * task.grid.KW);
  const sum = f64x2.extract_lane(sums, 0), squares = f64x2.extract_lane(sums, 1);
  const all = sum + count * origin;
  const energy = task.measure === LIKE_ZNCC ? squares - (sum * sum) / count : squares + origin * (sum + all);
  return f64x2.replace_lane(f64x2.splat(energy), 1, <f64>load<f32>(products) - <f64>load<f32>(task.rests + cell) * all);
}

/** Scores of windows, whose energies and products are at `both`. */
function likeness(task: LineMomentsTask, both: usize, pixels: i32, to: usize): void {
  const measure = task.measure, nothing = <f64>task.nothing, template = <f64>task.energy;
  for (; pixels > 0; pixels--, both += 16, to += 4) {
    const energy = load<f64>(both), product = load<f64>(both, 8);
    if (measure === LIKE_CORRELATION) store<f32>(to, <f32>product);
    else if (measure === LIKE_SSD) store<f32>(to, <f32>max<f64>(0, template - 2 * product + energy));
    else store<f32>(to, energy <= nothing ? 0 : <f32>min<f64>(1, max<f64>(-1, product / sqrt<f64>(template * energy))));
  }
}

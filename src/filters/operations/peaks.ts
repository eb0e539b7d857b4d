import type { Tensor } from '../../tensor.js';
import type { Turns } from '../../turns.js';

/** A local optimum of a score map. */
export interface Peak {
  /** horizontal position in the map, with subcell precision */
  readonly x: number;
  /** vertical position, from the top */
  readonly y: number;
  /** the score of the cell */
  readonly score: number;
}

/** Criteria for peaks, see {@link findPeaks}. */
export interface PeakRules {
  readonly count: number;
  readonly threshold?: number;
  readonly minDistance: number;
  /** smaller scores are better */
  readonly smallest: boolean;
}

/** Cells processed without a pause; takes about a millisecond. */
const CELLS = 2 ** 16;

/**
 * The peaks of a map, best first: cells that are at least as good as their eight neighbors, and at least `minDistance`
 * from every better peak (non-maximum suppression). Positions are refined to a fraction of a cell by a parabola through
 * the cell and its two neighbors on each axis, except at the border of the map.
 * @param scores `[H, W]`; NaN cells are ignored
 */
export async function findPeaks(
  { shape: [height, width], data }: Tensor,
  { count, threshold, minDistance, smallest }: PeakRules,
  turns: Turns,
): Promise<Peak[]> {
  const sign = smallest ? -1 : 1;
  const at = (y: number, x: number) => {
    const score = y < 0 || x < 0 || y >= height || x >= width ? Number.NaN : data[y * width + x];
    return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : sign * score;
  };
  const candidates: number[] = [];
  const look = (y: number) => {
    for (let x = 0, i = y * width; x < width; x++, i++) {
      const here = sign * data[i];
      // among equals, the first one in reading order is the peak; most cells are rejected by one of the nearest four
      if (x > 0 && here <= sign * data[i - 1]) continue;
      if (x < width - 1 && here < sign * data[i + 1]) continue;
      if (y > 0 && here <= sign * data[i - width]) continue;
      if (y < height - 1 && here < sign * data[i + width]) continue;
      if (!(here > Number.NEGATIVE_INFINITY) || (threshold !== undefined && here < sign * threshold)) continue;
      if (here > at(y - 1, x - 1) && here > at(y - 1, x + 1) && here >= at(y + 1, x - 1) && here >= at(y + 1, x + 1)) candidates.push(i);
    }
  };
  await turns.each(height, Math.ceil(CELLS / width), (from, to) => {
    for (let y = from; y < to; y++) look(y);
  });

  const kept: { readonly x: number; readonly y: number }[] = [];
  for (const i of inOrder(candidates, (a, b) => sign * (data[b] - data[a]) || a - b)) {
    if (kept.length === count) break;
    const [y, x] = [Math.floor(i / width), i % width];
    if (kept.every((peak) => Math.hypot(peak.x - x, peak.y - y) >= minDistance)) kept.push({ x, y });
  }
  return kept.map(({ x, y }) => ({
    x: x + vertex(at(y, x - 1), at(y, x), at(y, x + 1)),
    y: y + vertex(at(y - 1, x), at(y, x), at(y + 1, x)),
    score: data[y * width + x],
  }));
}

/** Yields cells in order; a heap, because only a few of many cells are needed. @param cells modified @param order negative: a goes before b */
function* inOrder(cells: number[], order: (a: number, b: number) => number): Generator<number> {
  const sink = (from: number, end: number) => {
    const cell = cells[from];
    let at = from;
    for (let child = 2 * at + 1; child < end; child = 2 * at + 1) {
      if (child + 1 < end && order(cells[child + 1], cells[child]) < 0) child++;
      if (order(cells[child], cell) >= 0) break;
      cells[at] = cells[child];
      at = child;
    }
    cells[at] = cell;
  };
  for (let i = (cells.length >> 1) - 1; i >= 0; i--) sink(i, cells.length);
  for (let end = cells.length; end > 0; ) {
    yield cells[0];
    cells[0] = cells[--end];
    if (end > 0) sink(0, end);
  }
}

/** The position of the vertex of the parabola through (−1, before), (0, here), (1, after). */
function vertex(before: number, here: number, after: number): number {
  const bend = before - 2 * here + after;
  return Number.isFinite(bend) && bend < 0 ? (before - after) / (2 * bend) : 0;
}

import type { Tensor } from '../../tensor.js';

/** One place where a score is best. */
export interface Peak {
  /** where, in cells of the map from its left, to a part of a cell */
  readonly x: number;
  /** from its top */
  readonly y: number;
  /** the score of the cell */
  readonly score: number;
}

/** What counts as a peak, see {@link findPeaks}. */
export interface PeakRules {
  readonly count: number;
  readonly threshold?: number;
  readonly minDistance: number;
  /** the smallest scores are the best */
  readonly smallest: boolean;
}

/**
 * The best places of a map: cells that are no worse than all eight around them, the best first, each at least
 * `minDistance` from every better one (non-maximum suppression). The part of a cell is where a parabola through the cell and
 * its two neighbors has its top, on each axis by itself; at the border of the map there is none.
 * @param scores `[H, W]`; a cell that is NaN is as if it were not there
 */
export function findPeaks({ shape: [height, width], data }: Tensor, { count, threshold, minDistance, smallest }: PeakRules): Peak[] {
  const sign = smallest ? -1 : 1;
  const at = (y: number, x: number) => {
    const score = y < 0 || x < 0 || y >= height || x >= width ? Number.NaN : data[y * width + x];
    return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : sign * score;
  };
  const candidates: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const here = at(y, x);
      if (!(here > Number.NEGATIVE_INFINITY) || (threshold !== undefined && here < sign * threshold)) continue;
      // of equals the first one in reading order is the peak
      const before = here > at(y - 1, x - 1) && here > at(y - 1, x) && here > at(y - 1, x + 1) && here > at(y, x - 1);
      if (before && here >= at(y, x + 1) && here >= at(y + 1, x - 1) && here >= at(y + 1, x) && here >= at(y + 1, x + 1)) candidates.push(y * width + x);
    }
  }
  candidates.sort((a, b) => sign * (data[b] - data[a]) || a - b);

  const kept: { readonly x: number; readonly y: number }[] = [];
  for (const i of candidates) {
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

/** Where the parabola through (−1, before), (0, here), (1, after) has its top. */
function vertex(before: number, here: number, after: number): number {
  const bend = before - 2 * here + after;
  return Number.isFinite(bend) && bend < 0 ? (before - after) / (2 * bend) : 0;
}

import type { ConvGeometry, PaddingMode } from './geometry.js';

/** Marks a padded cell that contains the padding value instead of a cell of the input. */
export const OUTSIDE = -1;

/**
 * Every padding mode is one table per axis: for each cell of the padded axis, the input cell that it shows, or {@link OUTSIDE}.
 * Padding is therefore a gather by three tables, and its gradient the scatter by the same tables.
 * @param axis 0 = D, 1 = H, 2 = W
 * @returns `[before + n + after]`
 */
export function borderTable(geometry: ConvGeometry, axis: 0 | 1 | 2): Int32Array {
  const n = geometry.input[axis];
  const before = geometry.before[axis];
  const table = new Int32Array(before + n + geometry.after[axis]);
  for (let p = 0; p < table.length; p++) table[p] = borderSource(geometry.paddingMode, p - before, n);
  return table;
}

/** The input cell that a padded axis of n cells shows at position i, which may be less than 0 or greater than n − 1. */
export function borderSource(mode: PaddingMode, i: number, n: number): number {
  if (i >= 0 && i < n) return i;
  switch (mode) {
    case 'zero':
    case 'constant':
      return OUTSIDE;
    case 'replicate':
      return i < 0 ? 0 : n - 1;
    case 'wrap':
      return modulo(i, n);
    case 'symmetric': {
      const m = modulo(i, 2 * n);
      return m < n ? m : 2 * n - 1 - m;
    }
    case 'reflect': {
      const m = modulo(i, 2 * n - 2);
      return m < n ? m : 2 * n - 2 - m;
    }
  }
}

function modulo(i: number, n: number): number {
  return ((i % n) + n) % n;
}

/**
 * Decomposes a kernel into a few products of one-dimensional kernels. This detects separable kernels, such as box,
 * Gaussian and Sobel, from their numbers alone.
 */

/**
 * Maximum error of the decomposition in the Frobenius norm, relative to the largest singular value: about the rounding
 * error of float32 sums. A kernel that was separable before rounding to float32 is well within it (6e-8 per weight);
 * one that was written with five digits is not.
 */
export const TOLERANCE = 1e-6;

/** A product of one-dimensional kernels, one for each axis. */
export type Product = readonly Float64Array[];

/**
 * The kernel as a sum of products, the largest first; none if every weight is zero.
 * @param sizes sizes of its axes, one or more; row-major
 * @returns undefined if more than `limit` products are needed to reach {@link TOLERANCE}
 */
export function separate(values: Float64Array, sizes: readonly number[], limit: number): readonly Product[] | undefined {
  if (sizes.length === 1) return [[values]];
  const [rows, ...rest] = sizes;
  const crosses = crossApproximation(values, rows, limit);
  const products: Product[] = [];
  for (const { column, row } of crosses ?? []) {
    const inner = separate(row, rest, limit - products.length);
    if (!inner) return undefined;
    for (const product of inner) products.push([column, ...product]);
  }
  return crosses && products.length <= limit ? products : undefined;
}

/**
 * The matrix as a sum of columns times rows: the cross of the largest remaining entry is subtracted until nothing is
 * left (adaptive cross approximation, i.e. Gaussian elimination with complete pivoting). Unlike the singular value
 * decomposition, it preserves small integers, so integer filters stay exact.
 * @see Bebendorf, Approximation of boundary element matrices, 2000
 */
function crossApproximation(matrix: Float64Array, rows: number, limit: number): { column: Float64Array; row: Float64Array }[] | undefined {
  const columns = matrix.length / rows;
  const left = matrix.slice();
  const crosses: { column: Float64Array; row: Float64Array }[] = [];
  let largest = 0;
  for (;;) {
    let [pivot, squares] = [0, 0];
    for (let i = 0; i < left.length; i++) {
      squares += left[i] ** 2;
      if (Math.abs(left[i]) > Math.abs(left[pivot])) pivot = i;
    }
    if (Math.sqrt(squares) <= TOLERANCE * largest) return crosses;
    if (crosses.length === limit) return undefined;
    const [i, j] = [Math.floor(pivot / columns), pivot % columns];
    const row = left.slice(i * columns, (i + 1) * columns);
    const column = Float64Array.from({ length: rows }, (_, r) => left[r * columns + j] / left[pivot]);
    if (crosses.length === 0) largest = stretch(matrix, row);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) left[r * columns + c] -= column[r] * row[c];
    }
    crosses.push(wholeColumn(column, row));
  }
}

/** ‖M·v‖ / ‖v‖: at most the largest singular value, and equal to it if M has rank one and v is one of its rows. */
function stretch(matrix: Float64Array, v: Float64Array): number {
  let squares = 0;
  for (let from = 0; from < matrix.length; from += v.length) {
    squares += v.reduce((sum, value, c) => sum + value * matrix[from + c], 0) ** 2;
  }
  return Math.sqrt(squares / v.reduce((sum, value) => sum + value ** 2, 0));
}

/**
 * If dividing the column by its smallest entry gives integers (up to float32 rounding), as in 1 4 6 4 1, the column is
 * replaced by those integers.
 */
function wholeColumn(column: Float64Array, row: Float64Array): { column: Float64Array; row: Float64Array } {
  const unit = column.reduce((least, value) => (value !== 0 && Math.abs(value) < least ? Math.abs(value) : least), Infinity);
  const whole = column.map((value) => Math.round(value / unit));
  const isWhole = whole.every((value, r) => Math.abs(value) < 2 ** 14 && Math.abs(column[r] / unit - value) <= 2 ** -22 * Math.abs(value));
  return isWhole ? { column: whole, row: row.map((value) => value * unit) } : { column, row };
}

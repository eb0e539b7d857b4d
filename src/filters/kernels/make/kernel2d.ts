import { DataError, ShapeError, show } from '../../../errors.js';
import { float32 } from '../../../options.js';
import { type Tensor, tensor } from '../../../tensor.js';
import { LISTS, mayBeSquare, twoReadings } from './flat-weights.js';

/**
 * Creates a filter kernel `[kH, kW]` from its matrix: `kernel2d([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])`. Any size is
 * allowed, including even and non-square ones.
 * @throws ShapeError unless it is a list of equally long, non-empty rows
 * @throws DataError if a weight is not a finite number, or exceeds the range of float32, 3.4e38
 * @example
 * ```ts
 * import { kernel2d } from 'convlab';
 *
 * const rightMinusLeft = kernel2d([
 *   [-1, 0, 1],
 *   [-2, 0, 2],
 *   [-1, 0, 1],
 * ]);
 * console.log(rightMinusLeft.shape); // → [ 3, 3 ]
 * ```
 */
export function kernel2d(rows: readonly (readonly number[])[]): Tensor {
  return kernelFromRows('kernel2d', rows);
}

/** {@link kernel2d} on behalf of another operation. */
export function kernelFromRows(operation: string, rows: readonly (readonly number[])[]): Tensor {
  const flat: readonly unknown[] = Array.isArray(rows) ? rows : [];
  if (mayBeSquare(flat.length) && flat.every(isNumber)) throw new ShapeError(operation, twoReadings(flat, LISTS), { rows });
  if (!Array.isArray(rows) || !rows.every(Array.isArray) || !rows[0]?.length) {
    throw new ShapeError(operation, `rows must be a list of rows of numbers, [[…], …], received ${show(rows)}`, { rows });
  }
  rows.forEach((row, y) => {
    if (row.length !== rows[0].length) {
      throw new ShapeError(operation, `all rows must have the same length, but row 1 has ${rows[0].length} weights and row ${y + 1} has ${row.length}`, {
        rows,
      });
    }
    row.forEach((weight, x) => {
      if (!float32.holds(weight)) {
        throw new DataError(operation, `every weight must be ${float32.says}, received ${show(weight)} in row ${y + 1}, column ${x + 1}`, { y, x, weight });
      }
    });
  });
  return tensor(rows);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

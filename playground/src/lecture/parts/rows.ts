import { type Tensor, tensor } from 'convlab';

/** Rows of numbers. */
export type Rows = readonly (readonly number[])[];

/** A plane of a tensor as rows. @param plane index over the axes in front of the last two */
export function rowsOf({ shape, data }: Tensor, plane = 0): number[][] {
  const [height, width] = shape.slice(-2);
  return Array.from({ length: height }, (_, y) => Array.from(data.subarray((plane * height + y) * width, (plane * height + y + 1) * width)));
}

/** Rows as a tensor for the library, `[1, 1, H, W]`. */
export function tensorOf(rows: Rows): Tensor {
  return tensor([[rows.map((row) => [...row])]]);
}

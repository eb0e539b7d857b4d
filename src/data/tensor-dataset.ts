import { ShapeError, show } from '../errors.js';
import { sizeOf, type Tensor } from '../tensor.js';
import { type Batch, isTensor, toLabels } from './collate.js';
import { checkIndex, Dataset, type Sample } from './dataset.js';

/** A tensor of 8-bit samples, 0 black and 255 white, as returned by {@link parseIdx}. */
export interface Bytes {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Bytes as floats from 0 to 1, as in toTensor. */
export const UNIT = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** Targets: a label per sample, or a tensor whose first axis is the dataset's length. */
export type Targets = ArrayLike<number> | Tensor;

/**
 * A dataset in memory: `new TensorDataset(x, y)` with x `[N, ...]` and N labels, or a tensor `[N, ...]` of targets.
 * Neither is copied; samples and batches are copies.
 *
 * x may be bytes, which take a quarter of the memory: samples are converted to floats from 0 to 1 on access.
 * @example
 * ```ts
 * import { full, TensorDataset } from 'convlab';
 *
 * const data = new TensorDataset(full([3, 1, 8, 8], 0.5), Int32Array.of(0, 1, 1));
 * console.log(data.length, data.at(1).x.shape, data.at(1).y); // → 3 [ 1, 8, 8 ] 1
 * ```
 */
export class TensorDataset<T extends Targets = Int32Array> extends Dataset<Sample<T extends Tensor ? Tensor : number>> {
  readonly length: number;
  readonly y: T extends Tensor ? Tensor : Int32Array;

  /**
   * @throws ShapeError if x and y differ in length, or their data does not fit their shapes
   * @throws DataError if a label is not an integer
   */
  constructor(
    readonly x: Tensor | Bytes,
    y: T,
  ) {
    super();
    const targets = isTensor(y) ? y : toLabels('TensorDataset', y as ArrayLike<number>, (k) => `label ${k}`);
    checkRows('x', x);
    if (isTensor(targets)) checkRows('y', targets);
    this.length = x.shape[0];
    const count = isTensor(targets) ? targets.shape[0] : targets.length;
    if (count !== this.length)
      throw new ShapeError('TensorDataset', `x and y must have the same number of samples, received ${this.length} and ${count}`, { x: x.shape, y: count });
    this.y = targets as T extends Tensor ? Tensor : Int32Array;
  }

  at(index: number): Sample<T extends Tensor ? Tensor : number> {
    const { x, y } = this.batch([index]);
    return { x: withoutBatchAxis(x), y: isTensor(y) ? withoutBatchAxis(y) : (y as Int32Array)[0] } as Sample<T extends Tensor ? Tensor : number>;
  }

  override batch(indices: ArrayLike<number>): Batch<Sample<T extends Tensor ? Tensor : number>> {
    for (let k = 0; k < indices.length; k++) checkIndex('TensorDataset', indices[k], this.length);
    const y = this.y as Tensor | Int32Array;
    return { x: gather(this.x, indices), y: isTensor(y) ? gather(y, indices) : Int32Array.from(indices, (i) => y[i]) } as Batch<
      Sample<T extends Tensor ? Tensor : number>
    >;
  }
}

/** The rows of `[N, ...]` at these indices, `[B, ...]`. */
function gather({ shape, data }: Tensor | Bytes, indices: ArrayLike<number>): Tensor {
  const row = shape.slice(1);
  const size = sizeOf(row);
  const out = new Float32Array(indices.length * size);
  for (let k = 0; k < indices.length; k++) {
    const [from, to] = [indices[k] * size, k * size];
    if (data instanceof Float32Array) out.set(data.subarray(from, from + size), to);
    else for (let i = 0; i < size; i++) out[to + i] = UNIT[data[from + i]];
  }
  return { shape: [indices.length, ...row], data: out };
}

/** A batch of one, `[1, ...]`, without its first axis. */
function withoutBatchAxis({ shape, data }: Tensor): Tensor {
  return { shape: shape.slice(1), data };
}

function checkRows(what: string, { shape, data }: Tensor | Bytes): void {
  const known = data instanceof Float32Array || data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  if (!known || !Array.isArray(shape) || shape.length === 0 || sizeOf(shape, 'TensorDataset') !== data.length) {
    throw new ShapeError(
      'TensorDataset',
      `${what} must be a tensor (or bytes) [N, ...] with the number of values of its shape, received ${show(shape)} with ${show(data)}`,
      {
        shape,
      },
    );
  }
}

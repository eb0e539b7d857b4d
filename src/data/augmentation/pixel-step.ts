import type { Random } from '../../random.js';
import type { Tensor } from '../../tensor.js';

/** Returns a changed copy of an image `[C, H, W]`, with the same shape. All randomness comes from `random`. */
export type Augmentation = (x: Tensor, random: Random) => Tensor;

/** Names of the programs that compute the steps. */
export type PixelKind = 'warp' | 'erase' | 'jitter';

/**
 * Computes a step for one image.
 * @param from `[C, H, W]`, not changed
 * @param to the result, with the same shape
 * @param record the numbers that the step drew for this image
 */
export type PixelProgram = (from: Float32Array, to: Float32Array, shape: readonly number[], record: Float64Array) => void;

/** An augmentation in two parts: the caller draws the random numbers, and a program computes the pixels, in another thread if possible. */
export interface PixelStep {
  /** Its name in errors. */
  readonly operation: string;
  readonly kind: PixelKind;
  /** Approximate nanoseconds per value. */
  readonly cost: number;
  /** Length of the record of an image. @param shape `[C, H, W]` */
  size(shape: readonly number[]): number;
  /** Draws the numbers for an image into its record. @param shape `[C, H, W]` @param record initially zero */
  draw(random: Random, shape: readonly number[], record: Float64Array): void;
}

/** Steps to apply to a batch of images. */
export interface PixelTask {
  /** `[B, C, H, W]` */
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly kinds: readonly PixelKind[];
  /** numbers per image of each step */
  readonly sizes: readonly number[];
  /** the numbers of all steps for the first image, then those for the next one */
  readonly records: Float64Array;
  /** approximate nanoseconds for the whole task */
  readonly work: number;
}

/** The task of applying steps to images, with numbers drawn from the generator of each image. @param shape `[B, C, H, W]` */
export function pixelTask(steps: readonly PixelStep[], shape: readonly number[], data: Float32Array, randomOf: (image: number) => Random): PixelTask {
  const one = shape.slice(1);
  const sizes = steps.map((step) => step.size(one));
  const length = sizes.reduce((sum, size) => sum + size, 0);
  const records = new Float64Array(shape[0] * length);
  for (let n = 0, at = 0; n < shape[0]; n++) {
    const random = randomOf(n);
    for (let k = 0; k < steps.length; k++) {
      steps[k].draw(random, one, records.subarray(at, at + sizes[k]));
      at += sizes[k];
    }
  }
  const work = data.length * steps.reduce((sum, { cost }) => sum + cost, 0);
  return { shape, data, kinds: steps.map(({ kind }) => kind), sizes, records, work };
}

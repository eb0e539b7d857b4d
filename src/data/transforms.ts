import { OptionError, ShapeError, show } from '../errors.js';
import { type Image, imageToTensor } from '../image/image.js';
import { whiteOf } from '../image/samples.js';
import type { Tensor } from '../tensor.js';
import { isTensor } from './collate.js';
import { type Bytes, UNIT } from './tensor-dataset.js';

/**
 * Converts an image to the input tensor of a network.
 * @param image an image; or bytes `[H, W]` or `[C, H, W]`, as returned by {@link parseIdx}
 * @returns `[C, H, W]`, 0 black and 1 white
 * @throws ShapeError if it is neither
 */
export function toTensor(image: Image | Bytes): Tensor {
  if (!('shape' in image)) {
    const { shape, data } = imageToTensor(image);
    const white = whiteOf(image.data);
    return { shape: shape.slice(1), data: data.map((value) => value / white) };
  }
  const { shape, data } = image;
  if ((shape.length !== 2 && shape.length !== 3) || shape.reduce((size, n) => size * n, 1) !== data.length || data instanceof Float32Array) {
    throw new ShapeError('toTensor', `bytes must be [H, W] or [C, H, W] with the same number of values, received ${show(shape)} with ${show(data)}`, { shape });
  }
  return { shape: shape.length === 2 ? [1, ...shape] : [...shape], data: Float32Array.from(data, (byte) => UNIT[byte]) };
}

/**
 * (x − mean) / std, channel by channel: `normalize(0.1307, 0.3081)` gives MNIST mean 0 and standard deviation 1.
 * @param mean one number, or one per channel; `std` likewise, not 0
 * @returns a function from `[C, H, W]` to `[C, H, W]`
 * @throws OptionError if a mean is not finite, or a deviation is not finite or 0; the function throws ShapeError if
 * their number does not match the channels
 */
export function normalize(mean: number | readonly number[], std: number | readonly number[]): (x: Tensor) => Tensor {
  const [means, stds] = [[mean].flat(), [std].flat()];
  if (!means.every(Number.isFinite)) throw new OptionError('normalize', 'mean', 'must be finite, a number or a list with one for each channel', mean);
  if (!stds.every((value) => Number.isFinite(value) && value !== 0)) {
    throw new OptionError('normalize', 'std', 'must be finite and not 0, a number or a list with one for each channel', std);
  }
  return (x) => {
    const channels = checkPicture('normalize', x);
    for (const [name, { length }] of Object.entries({ mean: means, std: stds })) {
      if (length !== 1 && length !== channels)
        throw new ShapeError('normalize', `${name} must have one value for each of the ${channels} channels, received ${length}`, { x: x.shape });
    }
    const area = x.shape[1] * x.shape[2];
    const data = x.data.slice();
    for (let c = 0; c < channels; c++) {
      const [m, s] = [means[means.length === 1 ? 0 : c], stds[stds.length === 1 ? 0 : c]];
      for (let i = c * area; i < (c + 1) * area; i++) data[i] = (data[i] - m) / s;
    }
    return { shape: x.shape, data };
  };
}

/**
 * Combines functions into one, applied from first to last: `compose([toTensor, normalize(0.1307, 0.3081)])`.
 * @example
 * ```ts
 * import { compose, normalize, toTensor } from 'convlab';
 * import { mnist } from 'convlab/node';
 *
 * const transform = compose([toTensor, normalize(0.1307, 0.3081)]);
 * const digits = await mnist({ train: false, transform });
 * console.log(digits.at(0).x.shape); // → [ 1, 28, 28 ]
 * ```
 */
export function compose<T>(steps: readonly [(input: T) => Tensor, ...((x: Tensor) => Tensor)[]]): (input: T) => Tensor {
  const [first, ...rest] = steps;
  return (input) => rest.reduce((x, step) => step(x), first(input));
}

/** @returns the channels. @throws ShapeError unless x is `[C, H, W]` */
export function checkPicture(operation: string, x: Tensor): number {
  if (!isTensor(x) || x.shape.length !== 3) throw new ShapeError(operation, `x must be a tensor [C, H, W], received ${show(x?.shape ?? x)}`, { x });
  return x.shape[0];
}

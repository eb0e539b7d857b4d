import { ShapeError, show } from '../errors.js';
import { isGivenBack } from '../lent-memory.js';
import { option, type Rows, rule, settle } from '../options.js';
import { countOf, sizeOf, type Tensor } from '../tensor.js';
import type { Metadata } from './metadata.js';

/** Sample types of an image and their ranges: 0…255, 0…65535, and floats with 0 black and 1 white. */
export type Samples = Uint8ClampedArray | Uint16Array | Float32Array;

/**
 * An image: interleaved rows from top to bottom, as in a canvas.
 * `data[(y·width + x)·channels + c]`; 1 channel is gray, 2 gray and alpha, 3 RGB, 4 RGBA. Alpha is not premultiplied.
 */
export interface Image<S extends Samples = Samples> {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly data: S;
  /** The metadata of the file. Filters and operations copy it to their results. */
  readonly metadata?: Metadata;
}

/** The sample type of an image source; byte arrays become `Uint8ClampedArray`. */
export type SamplesOf<I> = I extends { readonly data: infer D }
  ? D extends Float32Array
    ? Float32Array
    : D extends Uint16Array
      ? Uint16Array
      : D extends Uint8ClampedArray | Uint8Array
        ? Uint8ClampedArray
        : Samples
  : Uint8ClampedArray;

/** The sample type of the result of {@link tensorToImage}: 8 or 16 bits, or floats. */
export type SampleDepth = 8 | 16 | 'float';

/**
 * Creates an image; `data` is not copied.
 * @param data default: 8-bit black, transparent if there is an alpha channel
 * @throws ShapeError if a size or the number of channels is invalid, or if the length of the data does not match
 * @example
 * ```ts
 * import { createImage } from 'convlab';
 *
 * const gray = createImage(4, 3, 1); // 8 bits, black
 * gray.data[1 * gray.width + 2] = 255; // y = 1, x = 2
 * console.log(gray.data.length); // → 12
 * ```
 */
export function createImage<S extends Samples = Uint8ClampedArray>(
  width: number,
  height: number,
  channels: number,
  data?: S,
): Image<SamplesOf<{ readonly data: S }>> {
  checkSize('createImage', width, height, channels);
  const image = { width, height, channels: channels as Image['channels'], data: data ?? new Uint8ClampedArray(width * height * channels) };
  checkImage('createImage', image);
  // without data, S has its default type
  return image as Image<SamplesOf<{ readonly data: S }>>;
}

/** @throws ShapeError unless `image` is an image whose data fits its size, and whose memory was not freed */
export function checkImage(operation: string, image: Image): void {
  checkImageForm(operation, image);
  if (isGivenBack(image.data)) throw new ShapeError(operation, 'the memory of the image was freed and may now belong to another image', { image });
}

/** @throws ShapeError unless `image` is an image whose data fits its size */
export function checkImageForm(operation: string, image: Image): void {
  const { width, height, channels, data } = image ?? {};
  if (!(data instanceof Uint8ClampedArray || data instanceof Uint16Array || data instanceof Float32Array)) {
    throw new ShapeError(
      operation,
      `image must be { width, height, channels, data: Uint8Array, Uint8ClampedArray, Uint16Array or Float32Array }, received ${show(data === undefined ? image : data)}${fileHint(image)}`,
      { image },
    );
  }
  checkSize(operation, width, height, channels);
  const needed = width * height * channels;
  if (data.length !== needed) {
    const wide = data.length === 2 * needed && data instanceof Uint8ClampedArray ? '; 16-bit samples must be in a Uint16Array' : '';
    throw new ShapeError(
      operation,
      `image of ${width} × ${height} pixels with ${channels} channels holds ${needed} samples, but its data has ${countOf(data)}${wide}`,
      { width, height, channels, length: data.length },
    );
  }
}

/**
 * An image as a tensor for {@link conv}.
 * @returns `[1, C, H, W]` in the image's own units: 0…255, 0…65535, or unchanged floats
 * @throws ShapeError if it is not an image
 * @example
 * ```ts
 * import { imageToTensor, tensorToImage } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * const x = imageToTensor(await readImage('photo.jpg'));
 * console.log(x.shape); // → [ 1, 3, 72, 96 ]
 * const back = tensorToImage(x); // rounded to 8 bits
 * ```
 */
export function imageToTensor(image: Image): Tensor {
  checkImage('imageToTensor', image);
  const { width, height, channels, data } = image;
  const planes = new Float32Array(data.length);
  DEINTERLEAVE[channels](data, planes, width * height);
  return { shape: [1, channels, height, width], data: planes };
}

const depths = rule<SampleDepth>("8, 16 or 'float'", (value) => value === 8 || value === 16 || value === 'float');
const TENSOR_TO_IMAGE_OPTIONS = { depth: option(depths, { default: 8 }) } satisfies Rows;

/**
 * A tensor as an image, the inverse of {@link imageToTensor}.
 * @param tensor `[1, C, H, W]` with 1 to 4 channels, in the units of the depth
 * @param options.depth 8: 0…255; 16: 0…65535; both are rounded to the nearest integer, halves up, then clamped; NaN
 * becomes 0. `'float'`: unchanged values. Default 8.
 * @throws ShapeError if the tensor has another shape
 */
export function tensorToImage(tensor: Tensor, options: { depth?: SampleDepth } = {}): Image {
  const { depth } = settle('tensorToImage', options, TENSOR_TO_IMAGE_OPTIONS);
  const shape = tensor?.shape;
  if (!Array.isArray(shape) || shape.length !== 4 || shape[0] !== 1 || sizeOf(shape, 'tensorToImage') !== tensor.data?.length) {
    throw new ShapeError('tensorToImage', `tensor must be [1, C, H, W] with the same number of values, received ${show(shape ?? tensor)}`, { shape });
  }
  const [, channels, height, width] = shape;
  checkSize('tensorToImage', width, height, channels);
  const { data: planes } = tensor;
  const area = width * height;
  const image = { width, height, channels: channels as Image['channels'] };
  if (depth === 8) {
    const data = new Uint8ClampedArray(planes.length);
    INTERLEAVE_8[image.channels](planes, data, area);
    return { ...image, data };
  }
  const data = depth === 16 ? new Uint16Array(planes.length) : new Float32Array(planes.length);
  for (let c = 0; c < channels; c++) {
    for (let i = 0, at = c; i < area; i++, at += channels) data[at] = depth === 16 ? toWhole(planes[c * area + i], 65535) : planes[c * area + i];
  }
  return { ...image, data };
}

// One pass over the pixels for all channels takes half the time of one pass per channel, because each cache line is
// fetched once.
const DEINTERLEAVE: Readonly<Record<Image['channels'], (from: Samples, to: Float32Array, area: number) => void>> = {
  1: (from, to) => to.set(from),
  2: (from, to, area) => {
    for (let i = 0, at = 0; i < area; i++, at += 2) {
      to[i] = from[at];
      to[area + i] = from[at + 1];
    }
  },
  3: (from, to, area) => {
    for (let i = 0, at = 0; i < area; i++, at += 3) {
      to[i] = from[at];
      to[area + i] = from[at + 1];
      to[2 * area + i] = from[at + 2];
    }
  },
  4: (from, to, area) => {
    for (let i = 0, at = 0; i < area; i++, at += 4) {
      to[i] = from[at];
      to[area + i] = from[at + 1];
      to[2 * area + i] = from[at + 2];
      to[3 * area + i] = from[at + 3];
    }
  },
};

/** Uint8ClampedArray clamps, and converts NaN to 0, but it rounds halves to even. */
const INTERLEAVE_8: Readonly<Record<Image['channels'], (from: Float32Array, to: Uint8ClampedArray, area: number) => void>> = {
  1: (from, to, area) => {
    for (let i = 0; i < area; i++) to[i] = Math.floor(from[i] + 0.5);
  },
  2: (from, to, area) => {
    for (let i = 0, at = 0; i < area; i++, at += 2) {
      to[at] = Math.floor(from[i] + 0.5);
      to[at + 1] = Math.floor(from[area + i] + 0.5);
    }
  },
  3: (from, to, area) => {
    for (let i = 0, at = 0; i < area; i++, at += 3) {
      to[at] = Math.floor(from[i] + 0.5);
      to[at + 1] = Math.floor(from[area + i] + 0.5);
      to[at + 2] = Math.floor(from[2 * area + i] + 0.5);
    }
  },
  4: (from, to, area) => {
    for (let i = 0, at = 0; i < area; i++, at += 4) {
      to[at] = Math.floor(from[i] + 0.5);
      to[at + 1] = Math.floor(from[area + i] + 0.5);
      to[at + 2] = Math.floor(from[2 * area + i] + 0.5);
      to[at + 3] = Math.floor(from[3 * area + i] + 0.5);
    }
  },
};

/** The function that decodes a file, if one was passed instead of its pixels. */
function fileHint(image: unknown): string {
  const isFile = image instanceof Uint8Array || image instanceof ArrayBuffer || image instanceof Blob;
  if (isFile) return '; decode the bytes of a file with decodeImage of convlab/node, or a Blob in a browser with imageFromBlob';
  return typeof image === 'string' ? '; read a file with readImage of convlab/node' : '';
}

/**
 * The nearest integer, halves up, from 0 to `white`; NaN is 0. Assigning to typed arrays would round halves to even, or
 * truncate and wrap around.
 */
export function toWhole(value: number, white: number): number {
  const rounded = Math.floor(value + 0.5);
  return rounded > 0 ? Math.min(rounded, white) : 0;
}

/** @throws ShapeError unless sizes are integers of at least 1, and channels 1 to 4 */
export function checkSize(operation: string, width: number, height: number, channels: number): void {
  for (const [name, size] of Object.entries({ width, height })) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new ShapeError(operation, `the ${name} of an image must be an integer ≥ 1, received ${show(size)}`, { [name]: size });
    }
  }
  if (![1, 2, 3, 4].includes(channels)) {
    throw new ShapeError(operation, `the channels of an image must be 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGBA), received ${show(channels)}`, {
      channels,
    });
  }
}

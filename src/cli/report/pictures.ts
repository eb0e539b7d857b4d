import type { Module } from '../../cnn/module.js';
import { encodeImage } from '../../image/codecs.js';
import { createImage, type Image } from '../../image/image.js';
import type { Tensor } from '../../tensor.js';

/** Maximum number of kernels shown. */
const MOST_KERNELS = 64;

/** The kernels of the first layer with two axes. */
export interface FirstKernels {
  /** Name of its weights. */
  readonly name: string;
  /** Shape of its weights. */
  readonly shape: readonly number[];
  /**
   * True for kernels on red, green and blue, which are shown in color, from the minimum in black to the maximum in
   * white. Otherwise, blue is negative and orange positive.
   */
  readonly colored: boolean;
  /** Data URLs of PNG images with one pixel per weight. */
  readonly images: readonly string[];
}

/** The first 64 kernels of the first convolution over images, or undefined without one. */
export async function firstKernels(model: Module): Promise<FirstKernels | undefined> {
  const [name, weights] = [...(await model.stateDict())].find(([, { shape }]) => shape.length === 4 && shape[2] * shape[3] > 1) ?? [];
  if (name === undefined || weights === undefined) return undefined;
  const [cout, cin, height, width] = weights.shape;
  const size = cin * height * width;
  const colored = cin === 3;
  const kernels = Array.from({ length: Math.min(cout, MOST_KERNELS) }, (_, i) => weights.data.subarray(i * size, (i + 1) * size));
  const draw = (kernel: Float32Array) => (colored ? fromRange(kernel, height, width) : signed(kernel.subarray(0, height * width), height, width));
  return { name, shape: weights.shape, colored, images: await Promise.all(kernels.map((kernel) => address(draw(kernel)))) };
}

/** The data URL of an input sample as an image, with 0 black and 1 white. */
export function sampleAddress({ shape: [channels, height, width], data }: Tensor): Promise<string> {
  return address(planes(data, channels === 3 ? 3 : 1, height, width, (value) => 255 * value));
}

function fromRange(kernel: Float32Array, height: number, width: number): Image {
  const [low, high] = [Math.min(...kernel), Math.max(...kernel)];
  return planes(kernel, 3, height, width, (value) => (255 * (value - low)) / (high - low || 1));
}

function planes(data: ArrayLike<number>, channels: 1 | 3, height: number, width: number, level: (value: number) => number): Image {
  const area = height * width;
  const samples = Uint8ClampedArray.from({ length: area * channels }, (_, i) => level(data[(i % channels) * area + Math.floor(i / channels)]));
  return createImage(width, height, channels, samples);
}

/** Maps −most to blue, 0 to white and most to orange. */
function signed(kernel: Float32Array, height: number, width: number): Image {
  const most = kernel.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const [blue, orange] = [
    [33, 102, 172],
    [217, 95, 2],
  ];
  const samples = Uint8ClampedArray.from({ length: 3 * kernel.length }, (_, i) => {
    const share = kernel[Math.floor(i / 3)] / most;
    return 255 + Math.abs(share) * ((share < 0 ? blue : orange)[i % 3] - 255);
  });
  return createImage(width, height, 3, samples);
}

async function address(image: Image): Promise<string> {
  return `data:image/png;base64,${Buffer.from(await encodeImage(image, 'png', { codec: 'built-in' })).toString('base64')}`;
}

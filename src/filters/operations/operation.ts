import { type Image, imageToTensor } from '../../image/image.js';
import { carryMetadata } from '../../image/metadata.js';
import { formatOf, newImage } from '../../image/samples.js';
import { onBackend } from '../../kernels/backends/create.js';
import { conv } from '../../kernels/conv.js';
import { inNameOf } from '../../kernels/eager.js';
import { type OptionsOf, pickRows, type Rows } from '../../options.js';
import { reshape, type Tensor } from '../../tensor.js';
import type { Turns } from '../../turns.js';
import { type AnyImage, type ResultImage, throughHost, toPicture } from '../any-image.js';
import { backendFor, DeviceImage } from '../device-image.js';
import { FILTER_OPTIONS } from '../filter.js';
import { type Channels, chooseChannels, colorsOf, hasAlpha, isOpaque, luminanceOf, pickChannels } from '../picture/channels.js';
import { type Output, valuesToImage } from '../picture/output.js';
import type { EngineOptions } from './engine-way.js';

// Operations with several kernels: the image as planes, several kernels on them in one `conv`, and the conversion back.

/** Rules and defaults of {@link MeasureOptions}. */
export const MEASURE_OPTIONS = pickRows(FILTER_OPTIONS, 'paddingMode', 'paddingValue', 'channels', 'backend', 'onPlan', 'signal', 'onProgress') satisfies Rows;

/** What to measure; each option as in {@link FilterOptions}. `channels: 'luminance'` measures a single plane. */
export interface MeasureOptions extends OptionsOf<typeof MEASURE_OPTIONS> {}

/** Rules and defaults of {@link OperationOptions}. */
export const OPERATION_OPTIONS = { ...MEASURE_OPTIONS, ...pickRows(FILTER_OPTIONS, 'output') } satisfies Rows;

/**
 * Options that every image operation (edges, unsharp mask, local variance, …) accepts in addition to its own, as in
 * {@link FilterOptions}.
 */
export interface OperationOptions extends OptionsOf<typeof OPERATION_OPTIONS> {}

/** The two implementations of an operation. */
export interface OperationWays<O> {
  /** From samples to samples, where the image is stored. Returns undefined, immediately, if the backend has no program for it. */
  readonly fromSamples: <I extends Image | DeviceImage>(image: I, on: O & EngineOptions) => Promise<I> | undefined;
  /** The reference implementation, on planes. It reads the image before its first `await`. */
  readonly overPlanes: (image: Image, on: O & EngineOptions) => Promise<Image>;
}

/**
 * Runs an operation on the backend in its options, the backend that stores the image, or the default one. Reads image
 * and options like `filter`. If the image is stored on a device without a program for the operation, the CPU computes
 * it.
 * @param ways if only the second one is given, devices have no program
 */
export async function onPicture<I extends AnyImage, P extends Output, O extends MeasureOptions>(
  operation: string,
  source: I,
  options: O & { readonly output?: P },
  ways: OperationWays<O> | OperationWays<O>['overPlanes'],
): Promise<ResultImage<I, P>> {
  const { fromSamples, overPlanes }: OperationWays<O> = typeof ways === 'function' ? { fromSamples: () => undefined, overPlanes: ways } : ways;
  const image = toPicture(operation, source);
  const run = { ...options, backend: backendFor(operation, image, options.backend) };
  const host = (image: Image, on: O & EngineOptions) => fromSamples(image, on) ?? overPlanes(image, on);
  const result = await onBackend(operation, run, { image, options }, (backend, { image, options }, control): Promise<Image | DeviceImage> => {
    const on = { ...options, ...control, backend };
    if (!(image instanceof DeviceImage)) return host(image, on);
    return inNameOf<DeviceImage>(operation, backend, async () => fromSamples(image, on) ?? throughHost(operation, image, on, host));
  });
  return result as ResultImage<I, P>; // in the sample type of the output, stored where the image is
}

/** The planes that an operation uses. */
export interface Planes {
  /** `[planes, 1, H, W]`, a batch for `conv`, in the units of the image */
  readonly x: Tensor;
  /** the index of the plane for every channel with a result */
  readonly planeOf: ReadonlyMap<number, number>;
}

/** The channels of an image that an operation uses. @throws OptionError if it has no such channels */
export function lookedAt(operation: string, picture: Pick<Image, 'channels'>, channels: Channels): readonly number[] {
  return channels === 'luminance' ? colorsOf(operation, picture) : chooseChannels(channels, picture.channels, operation);
}

/** @throws OptionError if the image has no such channels */
export function toPlanes(operation: string, image: Image, { channels = 'color' }: MeasureOptions): Planes {
  const x = imageToTensor(image);
  const { width, height } = image;
  const chosen = lookedAt(operation, image, channels);
  if (channels === 'luminance') return { x: luminanceOf(x), planeOf: new Map(chosen.map((c) => [c, 0])) };
  return { x: reshape(pickChannels(x, chosen), [chosen.length, 1, height, width]), planeOf: new Map(chosen.map((c, i) => [c, i])) };
}

/**
 * True if pixels must be weighted by their opacity, so that the hidden color of transparent pixels does not bleed into
 * others: some pixels are transparent, and alpha is not among the used channels.
 */
export function hasHoles(image: Image, channels: Channels = 'color'): boolean {
  const count = image.channels;
  return hasAlpha(count) && (channels === 'luminance' || !chooseChannels(channels, count).includes(count - 1)) && !isOpaque(image);
}

/**
 * Applies several kernels of one size to every plane, in one convolution. Border and anchor are those of `filter`.
 * @param x `[planes, 1, H, W]`
 * @param kernels each `[kH, kW]`
 * @returns `[planes, kernels, H, W]`
 */
export async function respond(x: Tensor, kernels: readonly Tensor[], options: MeasureOptions): Promise<Tensor> {
  const [kH, kW] = kernels[0].shape;
  const bank: Tensor = { shape: [kernels.length, 1, kH, kW], data: new Float32Array(kernels.length * kH * kW) };
  kernels.forEach(({ data }, i) => {
    bank.data.set(data, i * data.length);
  });
  const anchor = [Math.floor(kH / 2), Math.floor(kW / 2)];
  const reflectFits = anchor.every((before, axis) => before < x.shape[axis + 2]);
  const { backend, signal, onPlan, paddingMode = reflectFits ? 'reflect' : 'symmetric', paddingValue } = options;
  return conv(x, bank, { padding: 'same', anchor, paddingMode, paddingValue, backend, signal, onPlan });
}

/** The values of one plane. @param i index of the plane @param of number of planes */
export function planeAt(values: Float32Array, i: number, of: number): Float32Array {
  const area = values.length / of;
  return values.subarray(i * area, (i + 1) * area);
}

/**
 * Replaces the channels of an image by the values of planes; other channels, such as alpha, are kept.
 * @param values in the units of the image
 */
export function replacePlanes(image: Image, { x: { shape }, planeOf }: Planes, values: Float32Array, output: OperationOptions['output'] = 'clamp'): Image {
  const x = imageToTensor(image);
  for (const [c, plane] of planeOf) planeAt(x.data, c, image.channels).set(planeAt(values, plane, shape[0]));
  return carryMetadata(valuesToImage(x, formatOf(image).samples, output, [...planeOf.keys()]), image);
}

/**
 * An image that consists of the values of planes.
 * @param values 1, 2, 3 or 4 planes, in the units of the image; overwritten
 */
export function planesToImage(image: Image, values: Float32Array, output: OperationOptions['output'] = 'clamp'): Image {
  const channels = values.length / (image.width * image.height);
  const numbers = Array.from({ length: channels }, (_, c) => c);
  return carryMetadata(valuesToImage({ shape: [1, channels, image.height, image.width], data: values }, formatOf(image).samples, output, numbers), image);
}

/** Approximate number of pixels converted to samples at a time, about a millisecond of work. */
const CONVERTED_PIXELS = 2 ** 16;

/** The same for one plane, in turns. */
export async function planeToImage(image: Image, values: Float32Array, turns: Turns, output: OperationOptions['output'] = 'clamp'): Promise<Image> {
  const { width, height } = image;
  if (output === 'normalize') return planesToImage(image, values, output);
  let result: Image | undefined;
  await turns.each(height, Math.max(1, Math.floor(CONVERTED_PIXELS / width)), (from, to) => {
    const part = planesToImage({ ...image, height: to - from }, values.subarray(from * width, to * width), output);
    result ??= newImage({ width, height, channels: 1, samples: formatOf(part).samples }, image);
    result.data.set(part.data, from * width);
  });
  return result as Image; // an image has at least one row
}

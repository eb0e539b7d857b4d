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

/** Rows of {@link MeasureOptions}. */
export const MEASURE_OPTIONS = pickRows(FILTER_OPTIONS, 'paddingMode', 'paddingValue', 'channels', 'backend', 'onPlan', 'signal', 'onProgress') satisfies Rows;

/** Where a measurement looks; each as in {@link FilterOptions}. With channels `'luminance'` it looks at that one plane. */
export interface MeasureOptions extends OptionsOf<typeof MEASURE_OPTIONS> {}

/** Rows of {@link OperationOptions}. */
export const OPERATION_OPTIONS = { ...MEASURE_OPTIONS, ...pickRows(FILTER_OPTIONS, 'output') } satisfies Rows;

/** What every image operation (edges, unsharp mask, local variance, …) accepts in addition to its own options, as in {@link FilterOptions}. */
export interface OperationOptions extends OptionsOf<typeof OPERATION_OPTIONS> {}

/** The two ways of an operation. */
export interface OperationWays<O> {
  /** From samples to samples, in place. Undefined, immediately, if the backend has no program for it */
  readonly fromSamples: <I extends Image | DeviceImage>(image: I, on: O & EngineOptions) => Promise<I> | undefined;
  /** Its definition, over planes. The picture is read before it first waits. */
  readonly overPlanes: (image: Image, on: O & EngineOptions) => Promise<Image>;
}

/**
 * Runs an operation on the backend of its options, on that where the image is stored, or on the default one. The picture and the options are
 * read as `filter` reads them. If the image is stored on a device without a program for it, the CPU computes it.
 * @param ways the second one alone: devices have no program
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

/** The planes that an operation looks at. */
export interface Planes {
  /** `[planes, 1, H, W]`, in the picture's units: to `conv` they are a batch */
  readonly x: Tensor;
  /** for every channel that gets a result, the number of its plane */
  readonly planeOf: ReadonlyMap<number, number>;
}

/**
 * The channels of a picture that an operation looks at.
 * @throws OptionError if it has no such channels
 */
export function lookedAt(operation: string, picture: Pick<Image, 'channels'>, channels: Channels): readonly number[] {
  return channels === 'luminance' ? colorsOf(operation, picture) : chooseChannels(channels, picture.channels, operation);
}

/** @throws OptionError if the picture has no such channels */
export function toPlanes(operation: string, image: Image, { channels = 'color' }: MeasureOptions): Planes {
  const x = imageToTensor(image);
  const { width, height } = image;
  const chosen = lookedAt(operation, image, channels);
  if (channels === 'luminance') return { x: luminanceOf(x), planeOf: new Map(chosen.map((c) => [c, 0])) };
  return { x: reshape(pickChannels(x, chosen), [chosen.length, 1, height, width]), planeOf: new Map(chosen.map((c, i) => [c, i])) };
}

/**
 * Whether pixels must be weighted by their opacity, so that the hidden color of transparent ones does not bleed
 * into the others: there are some, and alpha is none of the channels that are looked at.
 */
export function hasHoles(image: Image, channels: Channels = 'color'): boolean {
  const count = image.channels;
  return hasAlpha(count) && (channels === 'luminance' || !chooseChannels(channels, count).includes(count - 1)) && !isOpaque(image);
}

/**
 * Several kernels of one size over every plane: one convolution. Border and anchor are those of `filter`.
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

/** The plane's part of the values. @param i number of the plane @param of how many planes there are */
export function planeAt(values: Float32Array, i: number, of: number): Float32Array {
  const area = values.length / of;
  return values.subarray(i * area, (i + 1) * area);
}

/** The picture with its planes' values in place of its channels; the others, like alpha, stay. @param values in the picture's units */
export function replacePlanes(image: Image, { x: { shape }, planeOf }: Planes, values: Float32Array, output: OperationOptions['output'] = 'clamp'): Image {
  const x = imageToTensor(image);
  for (const [c, plane] of planeOf) planeAt(x.data, c, image.channels).set(planeAt(values, plane, shape[0]));
  return carryMetadata(valuesToImage(x, formatOf(image).samples, output, [...planeOf.keys()]), image);
}

/** A picture of the planes' values alone. @param values 1, 2, 3 or 4 planes, in the picture's units; used up */
export function planesToImage(image: Image, values: Float32Array, output: OperationOptions['output'] = 'clamp'): Image {
  const channels = values.length / (image.width * image.height);
  const numbers = Array.from({ length: channels }, (_, c) => c);
  return carryMetadata(valuesToImage({ shape: [1, channels, image.height, image.width], data: values }, formatOf(image).samples, output, numbers), image);
}

/** Approximate number of pixels converted to samples at a time, about a millisecond of work. */
const CONVERTED_PIXELS = 2 ** 16;

/** The same of one plane, in turns. */
export async function planeToImage(image: Image, values: Float32Array, turns: Turns, output: OperationOptions['output'] = 'clamp'): Promise<Image> {
  const { width, height } = image;
  if (output === 'normalize') return planesToImage(image, values, output);
  let result: Image | undefined;
  await turns.each(height, Math.max(1, Math.floor(CONVERTED_PIXELS / width)), (from, to) => {
    const part = planesToImage({ ...image, height: to - from }, values.subarray(from * width, to * width), output);
    result ??= newImage({ width, height, channels: 1, samples: formatOf(part).samples }, image);
    result.data.set(part.data, from * width);
  });
  return result as Image; // a picture has a row
}

import { type Image, imageToTensor } from '../../image/image.js';
import { type ImageSource, toImage } from '../../image/image-source.js';
import { carryMetadata } from '../../image/metadata.js';
import { formatOf } from '../../image/samples.js';
import { onBackend } from '../../kernels/backends/create.js';
import { conv } from '../../kernels/conv.js';
import { type OptionsOf, pickRows, type Rows } from '../../options.js';
import { reshape, type Tensor } from '../../tensor.js';
import { FILTER_OPTIONS } from '../filter.js';
import { type Channels, chooseChannels, colorsOf, hasAlpha, isOpaque, luminanceOf, pickChannels } from '../picture/channels.js';
import { valuesToImage } from '../picture/output.js';
import type { EngineOptions } from './engine-way.js';

// What is more than one kernel: the picture as planes, several kernels over them in one `conv`, and the way back.

/** Rows of {@link MeasureOptions}. */
export const MEASURE_OPTIONS = pickRows(FILTER_OPTIONS, 'paddingMode', 'paddingValue', 'channels', 'backend', 'onPlan', 'signal', 'onProgress') satisfies Rows;

/** Where a measurement looks; each as in {@link FilterOptions}. With channels `'luminance'` it looks at that one plane. */
export interface MeasureOptions extends OptionsOf<typeof MEASURE_OPTIONS> {}

/** Rows of {@link OperationOptions}. */
export const OPERATION_OPTIONS = { ...MEASURE_OPTIONS, ...pickRows(FILTER_OPTIONS, 'output') } satisfies Rows;

/** What every image operation (edges, unsharp mask, local variance, …) takes beside its own options; each as in {@link FilterOptions}. */
export interface OperationOptions extends OptionsOf<typeof OPERATION_OPTIONS> {}

/** Runs an operation on the backend of its options, or the default one. The picture and the options are read as `filter` reads them. */
export async function onPicture<O extends MeasureOptions, R>(
  operation: string,
  source: ImageSource,
  options: O,
  run: (image: Image, options: O & EngineOptions) => Promise<R>,
): Promise<R> {
  const handed = { image: toImage(source, operation) as Image, options };
  return onBackend(operation, options, handed, (backend, { image, options }, control) => run(image, { ...options, ...control, backend }));
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
 * Whether pixels have to count as much as they are opaque, so that the color which transparent ones happen to hold does not bleed
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

import type { Image } from '../image/image.js';
import type { Backend, BytesTask } from '../kernels/backend.js';
import { defaultBackend } from '../kernels/backends/create.js';
import type { RunOptions } from '../kernels/conv.js';
import { planBytes, planMagnitude } from '../kernels/plan/picture-ways.js';
import type { Tensor } from '../tensor.js';
import type { ImageOptions, ResultOptions } from './filter-image.js';
import { hasAlpha } from './picture/channels.js';
import { changeStep, placeStep, type Step, type StepOptions } from './step.js';

/**
 * The short way of an 8-bit picture under one kernel: from bytes to bytes, a strip at a time.
 * @param filtered the channels that are filtered: all, or all but alpha
 * @returns undefined where the backend, the kernel or the options ask for the way over planes of floats
 */
export async function filterBytes(
  image: Image,
  steps: readonly Step[],
  filtered: readonly number[],
  { backend, out, needsOpaque, precision }: RunOptions & ResultOptions & Pick<ImageOptions, 'precision'> & Pick<BytesTask, 'needsOpaque'>,
): Promise<Image | undefined> {
  const [{ geometry, kernel, bias, anchor, algorithm }] = steps;
  const { data, channels } = image;
  const keepsAlpha = leavesAlpha(filtered, channels);
  if (steps.length > 1 || algorithm !== 'auto' || !(data instanceof Uint8ClampedArray) || kernel.shape.length !== 2) return undefined;
  if (filtered.length < channels && !(keepsAlpha && staysInPlace())) return undefined;
  const on = backend ?? (await defaultBackend());
  const all = changeStep(steps[0], { channels }).geometry;
  return run(planBytes(kernel, all, on, { bias, keepsAlpha, needsOpaque }, precision), on, image, out);

  /** alpha passes through from the pixel under the anchor */
  function staysInPlace(): boolean {
    return anchor.every((cell, axis) => geometry.before[1 + axis] === cell * geometry.dilation[1 + axis]);
  }
}

/**
 * The short way of scale · √(a² + b²), where a and b are what two kernels give, at every sample of an 8-bit picture.
 * @param filtered as in {@link filterBytes}
 * @returns undefined where the backend or the kernels ask for the way over planes of floats
 */
export async function magnitudeBytes(
  operation: string,
  image: Image,
  kernels: readonly Tensor[],
  scale: number,
  filtered: readonly number[],
  { backend, out, ...border }: RunOptions & ResultOptions & Pick<StepOptions, 'paddingMode' | 'paddingValue'>,
): Promise<Image | undefined> {
  const { data, channels, width, height } = image;
  const keepsAlpha = leavesAlpha(filtered, channels);
  if (!(data instanceof Uint8ClampedArray) || (filtered.length < channels && !keepsAlpha)) return undefined;
  const on = backend ?? (await defaultBackend());
  const { geometry } = placeStep(operation, [1, channels, height, width], kernels[0], border);
  return run(planMagnitude(kernels, scale, geometry, on, keepsAlpha), on, image, out);
}

function run(task: BytesTask | undefined, on: Backend, image: Image, out: Image | undefined): Image | undefined {
  if (!task) return undefined;
  const result = out ?? { ...image, data: new Uint8ClampedArray(image.data.length) };
  return on.convBytes?.(task, image.data as Uint8ClampedArray, result.data as Uint8ClampedArray) ? result : undefined;
}

/** True if all channels but alpha are filtered. */
function leavesAlpha(filtered: readonly number[], channels: number): boolean {
  return hasAlpha(channels) && filtered.length === channels - 1 && !filtered.includes(channels - 1);
}

import type { Image } from '../image/image.js';
import type { BytesTask } from '../kernels/backend.js';
import { defaultBackend } from '../kernels/backends/create.js';
import type { RunOptions } from '../kernels/conv.js';
import { planBytes } from '../kernels/plan/bytes.js';
import { hasAlpha } from './channels.js';
import type { ResultOptions } from './filter-image.js';
import { changeStep, type Step } from './step.js';

/**
 * The short way of an 8-bit picture under one kernel: from bytes to bytes, a strip at a time.
 * @param filtered the channels that are filtered: all, or all but alpha
 * @returns undefined where the backend, the kernel or the options ask for the way over planes of floats
 */
export async function filterBytes(
  image: Image,
  steps: readonly Step[],
  filtered: readonly number[],
  { backend, out, needsOpaque }: RunOptions & ResultOptions & Pick<BytesTask, 'needsOpaque'>,
): Promise<Image | undefined> {
  const [{ geometry, kernel, bias, anchor, algorithm }] = steps;
  const { data, channels } = image;
  const keepsAlpha = hasAlpha(channels) && filtered.length === channels - 1 && !filtered.includes(channels - 1);
  if (steps.length > 1 || algorithm !== 'auto' || !(data instanceof Uint8ClampedArray) || kernel.shape.length !== 2) return undefined;
  if (filtered.length < channels && !(keepsAlpha && staysInPlace())) return undefined;
  const on = backend ?? (await defaultBackend());
  const all = changeStep(steps[0], { channels }).geometry;
  const task = planBytes(kernel, all, on, { bias, keepsAlpha, needsOpaque });
  if (!task || !on.convBytes) return undefined;
  const result = out ?? { ...image, data: new Uint8ClampedArray(data.length) };
  return on.convBytes(task, data, result.data as Uint8ClampedArray) ? result : undefined;

  /** alpha passes through from the pixel under the anchor */
  function staysInPlace(): boolean {
    return anchor.every((cell, axis) => geometry.before[1 + axis] === cell * geometry.dilation[1 + axis]);
  }
}

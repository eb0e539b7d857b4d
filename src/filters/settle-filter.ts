import { OptionError } from '../errors.js';
import type { Image } from '../image/image.js';
import { toImage } from '../image/image-source.js';
import type { Format } from '../image/samples.js';
import { type Rows, settle } from '../options.js';
import type { Tensor } from '../tensor.js';
import { toKernel } from './kernel-source.js';
import { mergeSteps } from './merge-steps.js';
import { type Alpha, chooseAlpha } from './picture/alpha.js';
import { type Channels, chooseChannels, colorChannels, hasAlpha } from './picture/channels.js';
import { IMAGE_OPTIONS, type ImageOptions } from './picture/image-options.js';
import { checkOut, type Output, resultSamples } from './picture/output.js';
import { checkSameSize, checkWhere, type Rectangle, type Region, reachOf, WHERE_OPTIONS, type WhereOptions } from './picture/region.js';
import { type KernelStep, placeSteps, type Step } from './step.js';

/** Rows of the options that apply once to the whole sequence of kernels. */
export const AROUND_OPTIONS = { ...IMAGE_OPTIONS, ...WHERE_OPTIONS } satisfies Rows;

/**
 * Which neighboring steps are merged: none, those whose result does not change, or also those that differ at the
 * border.
 */
export type Merging = 'none' | 'exact' | 'approximate';

/** The internal caller that plans a filter. */
export interface PlanCaller {
  /** the name that errors begin with */
  readonly operation: string;
  readonly merging: Merging;
  /** the image for the first result; checked before the slower planning */
  readonly out?: Image | undefined;
}

/** A filter with checked options and defaults filled in, for images of one format. */
export interface SettledFilter {
  /** the name that errors begin with */
  readonly operation: string;
  readonly format: Format;
  readonly result: Format;
  /** steps on the filtered planes of the whole image, merged */
  readonly steps: readonly Step[];
  /** the same steps on the part that must be filtered */
  readonly seenSteps: readonly Step[];
  readonly channels: Channels;
  /** the channels that change */
  readonly filtered: readonly number[];
  /** the filtered channels except alpha */
  readonly changed: readonly number[];
  readonly alpha: Alpha;
  /** the area beyond the border is as opaque as the image */
  readonly opaqueBorder: boolean;
  readonly linear: boolean;
  readonly output: Output;
  /** only a part of the image changes */
  readonly local: boolean;
  readonly region: Region | undefined;
  readonly mask: Image | undefined;
  /** the area that changes */
  readonly rectangle: Rectangle;
  /** the area that must be filtered for it */
  readonly seen: Rectangle;
}

/** @throws OptionError or ShapeError as `filter` does */
export function settleFilter(
  format: Format,
  kernels: readonly KernelStep[],
  options: ImageOptions & WhereOptions,
  { operation, merging, out }: PlanCaller,
): SettledFilter {
  const { channels, linear, output, ...where } = settle(operation, options, AROUND_OPTIONS);
  const { width, height } = format;
  // copies: later changes do not affect the plan
  const region = where.region && { ...where.region };
  const mask = where.mask && toImage(where.mask, operation);
  checkWhere(operation, { region, mask }, format);
  if (channels === 'luminance' && format.channels < 3) {
    throw new OptionError(operation, 'channels', `'luminance' requires a color image (channels: ${format.channels})`, channels);
  }
  const filtered = chooseFiltered(operation, channels, format.channels, options.alpha);
  // a copy, so that later changes of the kernel do not affect the plan
  const kept = kernels.map((step) => ({ ...step, kernel: copyKernel(toKernel(operation, step.kernel)) }));
  const planes = channels === 'luminance' ? 1 : filtered.length;
  const place = (size: Pick<Format, 'width' | 'height'>) => placeSteps(operation, [1, planes, size.height, size.width], kept);
  const everywhere = place(format);
  const [, , outHeight, outWidth] = everywhere[everywhere.length - 1].geometry.outShape;
  const result = { width: outWidth, height: outHeight, channels: format.channels, samples: resultSamples(format.samples, output) };
  if (out !== undefined) checkOut(operation, out, result);
  const alpha = chooseAlpha(operation, options.alpha, format.channels, channels, everywhere);
  const rectangle = region ?? { x: 0, y: 0, width, height };
  const local = region !== undefined || mask !== undefined;
  if (local) checkSameSize(operation, everywhere, format);
  const seen = local ? reachOf(everywhere, rectangle, format) : rectangle;
  const merged = (placed: readonly Step[]) => (merging === 'none' ? placed : mergeSteps(placed, merging === 'approximate'));
  const steps = merged(everywhere);
  return {
    ...{ operation, format, result, channels, filtered, alpha, linear, output, local, region, mask, rectangle, seen },
    steps,
    seenSteps: local ? merged(place(seen)) : steps,
    changed: filtered.filter((c) => colorChannels(format.channels).includes(c)),
    opaqueBorder: !everywhere.some(({ geometry: { paddingMode } }) => paddingMode === 'zero'),
  };
}

function copyKernel(kernel: Tensor): Tensor {
  return kernel?.data instanceof Float32Array ? { shape: kernel.shape, data: kernel.data.slice() } : kernel;
}

/** The channels that change; `alpha: 'filter'` adds alpha to them. */
function chooseFiltered(operation: string, channels: Channels, count: number, alpha: Alpha | undefined): readonly number[] {
  if (channels === 'luminance') return [0, 1, 2];
  const chosen = chooseChannels(channels, count, operation);
  return alpha === 'filter' && hasAlpha(count) && !chosen.includes(count - 1) ? [...chosen, count - 1] : chosen;
}

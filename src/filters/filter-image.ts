import { OptionError, ShapeError, show } from '../errors.js';
import { checkImage, type Image, imageToTensor } from '../image/image.js';
import { whiteOf } from '../image/samples.js';
import type { RunOptions } from '../kernels/conv.js';
import { PRECISIONS } from '../kernels/plan/picture-ways.js';
import { checkedInUse, flag, type OptionsOf, oneOf, option, type Rows, withDefaults } from '../options.js';
import type { Tensor } from '../tensor.js';
import { filterBytes } from './bytes.js';
import { mergeSteps } from './merge-steps.js';
import { ALPHA, type Alpha, alphaSteps, chooseAlpha, premultipliedSteps, premultiply, unpremultiply } from './picture/alpha.js';
import {
  CHANNELS,
  type Channels,
  chooseChannels,
  colorChannels,
  hasAlpha,
  isOpaque,
  luminanceOf,
  mergeChannels,
  pickChannels,
  underAnchor,
} from './picture/channels.js';
import { decodePlane, encodePlane } from './picture/light.js';
import { mapOutput, OUTPUT, type Output, samplesToImage, toResultUnits } from './picture/output.js';
import { blend, checkWhere, cropImage, cropTensor, reachOf, shares, type WhereOptions } from './picture/region.js';
import { placeSteps, runSteps, type Step, type StepOptions } from './step.js';

/** Rows of {@link ImageOptions}. */
export const IMAGE_OPTIONS = {
  /**
   * Which channels are filtered. Default `'color'`, all but alpha. The others pass through: untouched, and where the
   * picture's size changes, with the pixel (or padding) that lies under the kernel's anchor.
   */
  channels: CHANNELS,
  /** What happens to transparency, see {@link Alpha}. Default: `'premultiply'` for blurs, else `'ignore'`. Only of pictures that have alpha. */
  alpha: ALPHA,
  /**
   * Filter light instead of samples: they are decoded as sRGB first, and the result is encoded again. Default false.
   * `bias` and `paddingValue` then are light, in the same units.
   */
  linear: option(flag, { default: false, help: 'filter light instead of samples: decode sRGB, filter, encode' }),
  /** How values become samples, see {@link Output}. Default `'clamp'`. */
  output: OUTPUT,
  /**
   * `'fixed'` allows sums in 16-bit fixed point, in three fifths to nine tenths of the time, where they are possible: on the backend `wasm`, of 8-bit
   * pictures under one kernel that is a symmetric row times a symmetric column without negative weights, as a Gaussian is,
   * with a sum of at most 1 and no bias. Of a Gaussian's samples then one or two in a thousand are rounded the other way,
   * which is one level; of other kernels also such as lie half-way. Everything else is computed as ever. Default `'exact'`.
   */
  precision: option(oneOf(PRECISIONS), {
    default: 'exact',
    help: 'fixed: Gaussians of 8-bit pictures in 16-bit fixed point, quicker, hardly a sample one level off',
    placeholder: 'how',
  }),
} satisfies Rows;

/** What is done once around all kernels: before the first, and after the last. */
export interface ImageOptions extends OptionsOf<typeof IMAGE_OPTIONS> {}

/** Rows of {@link ResultOptions}. */
export const RESULT_OPTIONS = {
  /**
   * A picture whose data takes the result: of the result's size, channels and sample type. It may be the picture that is
   * filtered. Where many pictures are filtered it saves time: memory that is new has to be fetched from the system, page by
   * page. Default: a new one.
   */
  out: checkedInUse<Image>('a picture like the result'),
} satisfies Rows;

/** Where the result goes. */
export interface ResultOptions extends OptionsOf<typeof RESULT_OPTIONS> {}

/** One of several kernels in a row. */
export interface KernelStep {
  readonly kernel: Tensor;
  readonly options: StepOptions;
}

/** How steps are joined: `'none'`, where that changes nothing, or at the border too; see {@link mergeSteps}. */
export type Merging = 'none' | 'exact' | 'approximate';

/** The kernels one after the other, and around them what {@link ImageOptions} and {@link WhereOptions} ask for. */
export async function filterImage(
  operation: string,
  image: Image,
  kernels: readonly KernelStep[],
  options: ImageOptions & WhereOptions & ResultOptions & RunOptions,
  merging: Merging = 'none',
): Promise<Image> {
  const { channels, linear, output, region, mask, out } = withDefaults(options, IMAGE_OPTIONS);
  checkImage(operation, image);
  checkWhere(operation, options, image);
  if (channels === 'luminance' && image.channels < 3) {
    throw new OptionError(operation, 'channels', `'luminance' goes with color pictures only, this one has ${image.channels} channels`, channels);
  }
  const filtered = chooseFiltered(operation, channels, image.channels, options.alpha);
  const colors = colorChannels(image.channels);
  const changed = filtered.filter((c) => colors.includes(c));

  const place = ({ width, height }: Pick<Image, 'width' | 'height'>) =>
    placeSteps(operation, [1, channels === 'luminance' ? 1 : filtered.length, height, width], kernels);
  const everywhere = place(image);
  if (out !== undefined) checkOut(operation, out, image, everywhere[everywhere.length - 1].geometry.outShape, output);
  const asked = chooseAlpha(operation, options.alpha, image.channels, channels, everywhere);
  const rectangle = region ?? { x: 0, y: 0, width: image.width, height: image.height };
  const local = region !== undefined || mask !== undefined;
  if (local) checkSameSize(operation, everywhere, image);
  const seen = local ? reachOf(everywhere, rectangle, image) : rectangle;
  const placed = local ? place(seen) : everywhere;
  const steps = merging === 'none' ? placed : mergeSteps(placed, merging === 'approximate');

  const needsOpaque = asked === 'premultiply';
  const opaqueBorder = !everywhere.some(({ geometry: { paddingMode } }) => paddingMode === 'zero' || paddingMode === 'constant');
  if (!local && output === 'clamp' && !linear && channels !== 'luminance' && (!needsOpaque || opaqueBorder)) {
    const done = await filterBytes(image, steps, filtered, { ...options, needsOpaque });
    if (done) return done;
  }
  // of an opaque picture premultiplied colors are the colors, at half the work
  const alpha = needsOpaque && opaqueBorder && isOpaque(image) ? 'ignore' : asked;
  const x = imageToTensor(cropImage(image, seen));
  const white = whiteOf(image.data);
  const result = await runOnPlanes(operation, x, steps, { channels, filtered, alpha, white, light: linear ? changed : [], backend: options.backend });
  if (!local) {
    mapOutput(result, image.data, output, changed);
    return deliver(samplesToImage(result, image.data, output), out);
  }
  const part = cropTensor(result, { ...rectangle, x: rectangle.x - seen.x, y: rectangle.y - seen.y });
  mapOutput(part, image.data, output, changed);
  const whole = imageToTensor(image);
  toResultUnits(whole, image.data, output);
  blend(whole, part, rectangle, shares({ region, mask }, rectangle, image));
  return deliver(samplesToImage(whole, image.data, output), out);
}

/** The result, in `out` if there is one. */
export function deliver(result: Image, out: Image | undefined): Image {
  out?.data.set(result.data);
  return out ?? result;
}

/** @param outShape of the planes of the result @throws ShapeError unless `out` can take the result */
export function checkOut(operation: string, out: Image, image: Image, outShape: readonly number[], output: Output): void {
  const [, , height, width] = outShape;
  const type = output === 'float' ? Float32Array : output === '16bit' ? Uint16Array : image.data.constructor;
  const words = (of: Omit<Image, 'data'>, data: string, samples: number) =>
    `${of.width} × ${of.height} with ${of.channels} channels in a ${data} of ${samples}`;
  const needed = words({ width, height, channels: image.channels }, type.name, width * height * image.channels);
  const received = out?.data ? words(out, out.data.constructor.name, out.data.length) : show(out);
  if (received !== needed) throw new ShapeError(operation, `out must be as the result is, ${needed}, received ${received}`, { out });
}

/** The channels that change; `alpha: 'filter'` adds alpha to them. */
function chooseFiltered(operation: string, channels: Channels, count: number, alpha: Alpha | undefined): readonly number[] {
  if (channels === 'luminance') return [0, 1, 2];
  const chosen = chooseChannels(channels, count, operation);
  return alpha === 'filter' && hasAlpha(count) && !chosen.includes(count - 1) ? [...chosen, count - 1] : chosen;
}

interface Plan extends RunOptions {
  readonly channels: Channels;
  readonly filtered: readonly number[];
  readonly alpha: Alpha;
  readonly white: number;
  /** the channels that are decoded and encoded */
  readonly light: readonly number[];
}

/** @param x `[1, C, H, W]`, in the image's units; its data is used up @returns `[1, C, oH, oW]`, in the image's units */
async function runOnPlanes(operation: string, x: Tensor, steps: readonly Step[], plan: Plan): Promise<Tensor> {
  const { channels, filtered, alpha, white, light, backend } = plan;
  for (const plane of planesOf(x, light)) decodePlane(plane, white);
  let result: Tensor;
  if (channels === 'luminance') {
    const luminance = luminanceOf(x);
    result = underAnchor(x, steps);
    if (result === x) result = { shape: x.shape, data: x.data.slice() };
    const [before, after] = [underAnchor(luminance, steps), await runSteps(operation, luminance, steps, { backend })];
    for (const plane of planesOf(result, filtered)) {
      for (let i = 0; i < plane.length; i++) plane[i] += after.data[i] - before.data[i];
    }
  } else if (alpha === 'premultiply') {
    const [color, share] = [pickChannels(x, filtered), pickChannels(x, [x.shape[1] - 1])];
    premultiply(color, share.data, white);
    const { steps: colorSteps, bias } = premultipliedSteps(steps);
    const [mixed, opacity] = await Promise.all([
      runSteps(operation, color, colorSteps, { backend }),
      runSteps(operation, share, alphaSteps(steps, white), { backend }),
    ]);
    unpremultiply(mixed, opacity.data, white, bias);
    result = { shape: [1, x.shape[1], ...mixed.shape.slice(2)], data: new Float32Array(mixed.data.length + opacity.data.length) };
    result.data.set(mixed.data);
    result.data.set(opacity.data, mixed.data.length);
  } else {
    const picked = pickChannels(x, filtered);
    result = mergeChannels(x, filtered, await runSteps(operation, picked, steps, { backend }), steps);
  }
  for (const plane of planesOf(result, light)) encodePlane(plane, white);
  return result;
}

function planesOf({ shape, data }: Tensor, numbers: readonly number[]): readonly Float32Array[] {
  const area = shape[2] * shape[3];
  return numbers.map((c) => data.subarray(c * area, (c + 1) * area));
}

function checkSameSize(operation: string, steps: readonly Step[], { width, height }: Image): void {
  for (const { geometry } of steps) {
    const [, , outHeight, outWidth] = geometry.outShape;
    if (outHeight !== height || outWidth !== width) {
      throw new ShapeError(
        operation,
        `region and mask go with filters that keep the size of the picture, ${width} × ${height}, this one gives ${outWidth} × ${outHeight}`,
        {
          width: outWidth,
          height: outHeight,
        },
      );
    }
  }
}

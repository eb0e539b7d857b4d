import { OptionError, ShapeError, show } from '../../errors.js';
import type { Image } from '../../image/image.js';
import type { ImageSource } from '../../image/image-source.js';
import { formatOf, newImage, whiteOf } from '../../image/samples.js';
import type { PicturePart } from '../../kernels/job.js';
import { checkedInUse, checkOptions, notNegative, type OptionsOf, option, parseNumber, type Rows, rule } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import type { Step } from '../step.js';
import { hasAlpha } from './channels.js';
import { convertSamples, type Output } from './output.js';
import { moveRows } from './rearrange.js';

type Size = Pick<Image, 'width' | 'height'>;

/** A rectangle of an image, in whole pixels from the upper left. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A rectangle with soft edges. */
export interface Region extends Rectangle {
  /**
   * Width in pixels over which the filter fades out inside the edge, but not along the border of the image. Default 0:
   * a hard edge. The weight of the i-th pixel from the edge is min(1, (i + ½) / feather); vertical and horizontal
   * weights are multiplied.
   */
  readonly feather?: number;
}

const pixels = checkedInUse<number>('whole pixels inside the image');
const RECTANGLE_FIELDS = { x: pixels, y: pixels, width: pixels, height: pixels } satisfies Rows;
const REGION = { ...RECTANGLE_FIELDS, feather: notNegative } satisfies Rows;

function parseRegion(typed: string): Region | undefined {
  const numbers = typed.split(',').map(parseNumber);
  if (numbers.includes(undefined) || numbers.length < 4 || numbers.length > 5) return undefined;
  const [x, y, width, height, feather] = numbers as number[];
  return { x, y, width, height, ...(feather === undefined ? {} : { feather }) };
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null;

const region = rule<Region>('{ x, y, width, height, feather? }', isObject, {
  parse: parseRegion,
  form: 'x,y,width,height, or x,y,width,height,feather',
});

/** The option for a rectangle, as on the command line. */
export const RECTANGLE = option(rule<Rectangle>('{ x, y, width, height }', isObject, { parse: parseRectangle, form: 'x,y,width,height' }), {
  required: true,
  help: 'rectangle to keep, in pixels from the upper left',
  placeholder: 'rectangle',
});

function parseRectangle(typed: string): Rectangle | undefined {
  return typed.split(',').length === 4 ? parseRegion(typed) : undefined;
}

/** Rules and defaults of {@link WhereOptions}. */
export const WHERE_OPTIONS = {
  /** Filter only inside this rectangle. */
  region: option(region, { help: 'filter only this rectangle; feather gives it a soft edge', placeholder: 'rectangle' }),
  /**
   * A gray image of the same size: black keeps the original pixel, white uses the filtered one, gray mixes both. If
   * `region` is also given, the weights are multiplied.
   */
  mask: checkedInUse<ImageSource>('a gray image of the same size'),
} satisfies Rows;

/** Where a filter applies. Pixels elsewhere do not change; the kernel still reads the image beyond the edges of the region. */
export interface WhereOptions extends OptionsOf<typeof WHERE_OPTIONS> {}

/** @throws OptionError unless the region is inside the image and the mask has its size */
export function checkWhere(operation: string, { region, mask }: { readonly region?: Region; readonly mask?: Image }, image: Size): void {
  if (region !== undefined) checkRegion(operation, region, image);
  if (mask === undefined) return;
  if (mask.channels !== 1) throw new OptionError(operation, 'mask', 'must be a gray image with 1 channel', mask.channels);
  if (mask.width !== image.width || mask.height !== image.height) {
    throw new ShapeError(operation, `mask must have the size of the image, ${image.width} × ${image.height}, received ${mask.width} × ${mask.height}`, {
      mask: [mask.width, mask.height],
    });
  }
}

function checkRegion(operation: string, region: Region, image: Size): void {
  checkOptions(operation, region, REGION);
  checkWithin(operation, 'region', region, image);
}

/** @throws OptionError unless it is a rectangle @throws ShapeError unless it is inside the image */
export function checkRectangle(operation: string, name: string, rectangle: Rectangle, image: Size): void {
  checkOptions(operation, rectangle, RECTANGLE_FIELDS, name);
  checkWithin(operation, name, rectangle, image);
}

function checkWithin(operation: string, name: string, { x, y, width, height }: Rectangle, image: Size): void {
  const within = (from: number, size: number, whole: number) =>
    Number.isSafeInteger(from) && Number.isSafeInteger(size) && from >= 0 && size >= 1 && from + size <= whole;
  if (!within(x, width, image.width) || !within(y, height, image.height)) {
    const received = `{ x: ${show(x)}, y: ${show(y)}, width: ${show(width)}, height: ${show(height)} }`;
    throw new ShapeError(operation, `${name} must be whole pixels inside the image of ${image.width} × ${image.height}, received ${received}`, {
      [name]: { x, y, width, height },
    });
  }
}

/** @throws ShapeError unless every step keeps the size of the image */
export function checkSameSize(operation: string, steps: readonly Step[], { width, height }: Size): void {
  for (const { geometry } of steps) {
    const [, , outHeight, outWidth] = geometry.outShape;
    if (outHeight !== height || outWidth !== width) {
      throw new ShapeError(
        operation,
        `region and mask require a filter that keeps the size of the image, ${width} × ${height}; this one gives ${outWidth} × ${outHeight}`,
        { width: outWidth, height: outHeight },
      );
    }
  }
}

/**
 * The area needed to compute the rectangle: the rectangle extended by the reach of the kernels. For `'wrap'`, which
 * reads the opposite side, the whole image.
 */
export function reachOf(steps: readonly Step[], { x, y, width, height }: Rectangle, image: Size): Rectangle {
  if (steps.some(({ geometry }) => geometry.paddingMode === 'wrap')) return { x: 0, y: 0, width: image.width, height: image.height };
  const [reachY, reachX] = ([1, 2] as const).map((axis) => steps.reduce((sum, { geometry: g }) => sum + Math.max(g.before[axis], g.after[axis]), 0));
  const [left, top] = [Math.max(0, x - reachX), Math.max(0, y - reachY)];
  return {
    x: left,
    y: top,
    width: Math.min(image.width, x + width + reachX) - left,
    height: Math.min(image.height, y + height + reachY) - top,
  };
}

/** Copies the unfiltered part of an image to its result, in the units of the result; both may be the same image. @param result of the same size and number of channels */
export function copyAround(image: Image, result: Image, { rectangle, output }: { readonly rectangle: Rectangle; readonly output: Output }): void {
  const { samples } = formatOf(image);
  const same = formatOf(result).samples === samples && (samples !== 'float32' || output === 'float');
  if (same && result.data === image.data) return;
  const row = image.width * image.channels;
  const [left, right] = [rectangle.x * image.channels, (rectangle.x + rectangle.width) * image.channels];
  const copy = (from: number, to: number) => {
    if (same) result.data.set(image.data.subarray(from, to), from);
    else convertSamples(image.data, result.data, from, to, samples, output);
  };
  copy(0, rectangle.y * row);
  for (let at = rectangle.y * row, end = at + rectangle.height * row; at < end; at += row) {
    copy(at, at + left);
    copy(at + right, at + row);
  }
  copy((rectangle.y + rectangle.height) * row, image.data.length);
}

/** The rectangle as a new image; the image itself if it covers everything. */
export function cropImage(image: Image, { x, y, width, height }: Rectangle): Image {
  if (width === image.width && height === image.height) return image;
  const out = newImage({ ...formatOf(image), width, height }, image);
  moveRows(image, out, { width, height, start: y * image.width + x, across: 1, down: image.width }, 0, height);
  return out;
}

/** The rectangle of a tensor. @param tensor `[1, C, H, W]` */
export function cropTensor({ shape, data }: Tensor, { x, y, width, height }: Rectangle): Tensor {
  const [, channels, fullHeight, fullWidth] = shape;
  if (width === fullWidth && height === fullHeight) return { shape, data };
  const out = new Float32Array(channels * height * width);
  for (let row = 0; row < channels * height; row++) {
    const from = (Math.floor(row / height) * fullHeight + y + (row % height)) * fullWidth + x;
    out.set(data.subarray(from, from + width), row * width);
  }
  return { shape: [1, channels, height, width], data: out };
}

/** Weights of the filter for the rows and columns of the rectangle, 0 … 1. */
export function fades(region: Region | undefined, { x, y, width, height }: Rectangle, image: Size): readonly [rows: Float32Array, columns: Float32Array] {
  const fade = (from: number, size: number, whole: number) => {
    const feather = region?.feather ?? 0;
    return Float32Array.from({ length: size }, (_, i) => {
      const steps = Math.min(from === 0 ? Number.POSITIVE_INFINITY : i, from + size === whole ? Number.POSITIVE_INFINITY : size - 1 - i);
      return feather === 0 ? 1 : Math.min(1, (steps + 0.5) / feather);
    });
  };
  return [fade(y, height, image.height), fade(x, width, image.width)];
}

/** Extends the part to the whole image, with a weight of 0 outside. */
export function wholePart(part: PicturePart, { width, height }: Size): PicturePart {
  const spread = (shares: Float32Array, before: number, size: number) => {
    const all = new Float32Array(size);
    all.set(shares, before);
    return all;
  };
  return { ...part, x: 0, y: 0, width, height, rowShares: spread(part.rowShares, part.y, height), columnShares: spread(part.columnShares, part.x, width) };
}

/** Weight of the filter for each pixel of the rectangle, 0 … 1. */
export function shares({ region, mask }: { readonly region?: Region; readonly mask?: Image }, rectangle: Rectangle, image: Size): Float32Array {
  const { x, y, width, height } = rectangle;
  const [rows, columns] = fades(region, rectangle, image);
  const white = mask ? whiteOf(mask.data) : 1;
  const out = new Float32Array(width * height);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      const masked = mask ? Math.min(1, Math.max(0, mask.data[(y + row) * image.width + x + column] / white)) : 1;
      out[at] = rows[row] * columns[column] * masked;
    }
  }
  return out;
}

/**
 * Blends the filtered rectangle into the image in place, with a weight per pixel. Colors are weighted by their opacity, so
 * transparent colors do not bleed.
 * @param whole `[1, C, H, W]`
 * @param part `[1, C, h, w]`
 */
export function blend(whole: Tensor, part: Tensor, { x, y, width, height }: Rectangle, share: Float32Array): void {
  const [, channels, fullHeight, fullWidth] = whole.shape;
  const colors = hasAlpha(channels) ? channels - 1 : channels;
  const [area, partArea] = [fullHeight * fullWidth, height * width];
  for (let row = 0, from = 0; row < height; row++) {
    for (let to = (y + row) * fullWidth + x, end = to + width; to < end; to++, from++) {
      let [kept, added] = [1 - share[from], share[from]];
      if (added === 0) continue;
      if (colors < channels) {
        const [old, fresh] = [whole.data[colors * area + to], part.data[colors * partArea + from]];
        const mixed = kept * old + added * fresh;
        whole.data[colors * area + to] = mixed;
        if (old !== fresh && mixed > 0) [kept, added] = [(kept * old) / mixed, (added * fresh) / mixed];
      }
      for (let c = 0; c < colors; c++) whole.data[c * area + to] = kept * whole.data[c * area + to] + added * part.data[c * partArea + from];
    }
  }
}

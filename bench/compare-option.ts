import { createBackend, type FilterOptions, filter, type Image } from '../src/index.js';
import type { Compare } from './difference.js';
import type { FilterCall, Values } from './row.js';

/**
 * Compares the colors with those of the backend `reference`; of pixels that are transparent there is nothing to compare.
 * @param budget what the float64 loops may cost, in multiply-adds: of an image that takes more, rows at the top are compared
 */
export async function optionReference({ image, kernel, options }: FilterCall, budget: number): Promise<Compare> {
  const { width, height, channels, data } = image;
  const { algorithm, ...same } = options; // which changes nothing but the rounding
  const reach = (kernel.shape[0] - 1) * numberOf(options.dilation);
  const affordable = Math.ceil(budget / (kernel.data.length * width * channels));
  const rows = isOfTheWhole(options) ? height : Math.min(height, affordable + reach);
  const part: Image = { ...image, height: rows, data: data.subarray(0, rows * width * channels) };
  const expected = await filter(part, kernel, { ...same, backend: await createBackend('reference') });
  const [top, bottom] = rows === height ? [0, 0] : [options.paddingMode === 'wrap' ? reach : 0, Math.ceil(reach / numberOf(options.stride))];
  return (result) => compareColors(result, expected, top, expected.height - bottom);
}

/** A part of the image would become something else. */
function isOfTheWhole({ output, region, mask }: FilterOptions): boolean {
  return output === 'normalize' || region !== undefined || mask !== undefined;
}

function numberOf(option: FilterOptions['stride']): number {
  return typeof option === 'number' ? option : Math.max(1, ...(option ?? []));
}

/** @param result of the whole image @param expected of it the upper rows; RGBA, of which those from `top` to before `bottom` are compared */
function compareColors(result: Values, { width, data }: Image, top: number, bottom: number): ReturnType<Compare> {
  if (result.length < data.length || result.constructor.name.startsWith('Float') !== data instanceof Float32Array) {
    throw new Error(`a ${result.constructor.name} of ${result.length} values instead of a ${data.constructor.name} of ${data.length}`);
  }
  let [largest, off, compared, scale] = [0, 0, 0, 0];
  for (let i = top * width * 4; i < bottom * width * 4; i++) {
    if (i % 4 === 3 || data[i | 3] === 0) continue;
    compared++;
    const difference = Math.abs(result[i] - data[i]);
    if (difference > 0) off++;
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    scale = Math.max(scale, Math.abs(data[i]));
  }
  return data instanceof Float32Array ? { largest: largest / scale } : { largest, share: off / compared };
}

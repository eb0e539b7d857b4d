import type { Image } from '../../image/image.js';
import { formatOf } from '../../image/samples.js';
import type { Backend } from '../../kernels/backend.js';
import { planSum } from '../../kernels/plan/plan-sum.js';
import { full, type Tensor } from '../../tensor.js';
import { SOBEL_X, SOBEL_Y } from '../kernels/sobel.js';
import { aroundCells, placeCells } from './around-cells.js';
import { type EngineOptions, throughEngine } from './engine-way.js';
import { lookedAt, type MeasureOptions } from './operation.js';

/** Size of the neighborhood of a pixel: Sobel's window, plus the neighbors to which a gradient is compared. */
const REACH = 5;
/** Approximate number of multiply-adds per value. */
const PRODUCTS = 24;

/**
 * Sobel gradients of a blurred image, thinned to ridges: a float image with one channel that contains the magnitude on
 * ridges, in the units of the image, and 0 elsewhere.
 * @param blur undefined: no blur
 * @returns undefined if the backend has no program for it, or the image is smaller than the neighborhood of a pixel
 */
export function ridgeFromSamples(
  operation: string,
  image: Image,
  blur: Tensor | undefined,
  options: MeasureOptions & EngineOptions,
): Promise<Float32Array> | undefined {
  const { channels = 'color', paddingMode, paddingValue } = options;
  const format = formatOf(image);
  lookedAt(operation, format, channels);
  if (Math.min(image.width, image.height) < REACH) return undefined;
  const plan = (backend: Backend) => {
    const { load, store } = aroundCells(format, { channels, output: 'float', gives: 1 });
    const place = (kernel: Tensor) => placeCells(operation, format, load, kernel, options);
    const before = blur ? [place(blur)] : [];
    const sum = { kind: 'ridge', windows: [SOBEL_X.data, SOBEL_Y.data] } as const;
    return [planSum({ load, store: { ...store, unit: 1 }, before, step: place(full([REACH, REACH], 1)), sum, products: PRODUCTS }, backend)];
  };
  const result = { ...format, channels: 1, samples: 'float32' } as const;
  const ridge = throughEngine(image, { operation, from: [blur, channels, paddingMode, paddingValue], result, plan }, options);
  return ridge?.then(({ data }) => data as Float32Array);
}

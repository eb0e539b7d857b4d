import type { Image } from '../../image/image.js';
import { formatOf } from '../../image/samples.js';
import type { Backend } from '../../kernels/backend.js';
import { planSum } from '../../kernels/plan/plan-sum.js';
import { full, type Tensor } from '../../tensor.js';
import { SOBEL_X, SOBEL_Y } from '../kernels/sobel.js';
import { aroundCells, placeCells } from './around-cells.js';
import { type EngineOptions, throughEngine } from './engine-way.js';
import { lookedAt, type MeasureOptions } from './operation.js';

/** Sobel's windows, and the neighbors that a slope is compared with. */
const REACH = 5;
/** About the multiply-adds of a value. */
const PRODUCTS = 24;

/**
 * Where Sobel's slopes of a blurred picture are thinned to ridges: a float picture of one channel, their length in the picture's units,
 * else 0.
 * @param blur undefined: not blurred
 * @returns undefined where the backend has no program for it, or the picture is smaller than what a pixel depends on
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

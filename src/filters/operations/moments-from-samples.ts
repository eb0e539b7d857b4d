import type { Image } from '../../image/image.js';
import { formatOf } from '../../image/samples.js';
import type { Backend } from '../../kernels/backend.js';
import type { MomentMeasure } from '../../kernels/job.js';
import { planSum } from '../../kernels/plan/plan-sum.js';
import { full } from '../../tensor.js';
import { type Output, resultSamples } from '../picture/output.js';
import { aroundCells, placeCells } from './around-cells.js';
import { throughEngine } from './engine-way.js';
import { hasHoles, lookedAt, type MeasureOptions } from './operation.js';

/** What is asked of the windows of size × size pixels. */
interface MomentQuestion {
  readonly measure: MomentMeasure;
  readonly size: number;
  readonly output: Output;
}

/** About the additions of a value. */
const PRODUCTS = 12;

/**
 * Mean, variance or deviation of every window, from samples to samples.
 * @returns undefined where the backend has no program for it
 */
export async function momentsFromSamples(operation: string, image: Image, { measure, size, output }: MomentQuestion, options: MeasureOptions): Promise<Image | undefined> {
  const { channels = 'color', paddingMode, paddingValue } = options;
  const format = formatOf(image);
  lookedAt(operation, format, channels);
  const weighted = hasHoles(image, channels);
  const brightness = weighted && channels === 'luminance';
  const plan = (backend: Backend) => {
    const around = aroundCells(format, { channels, output, gives: 'picture', weighted });
    const step = placeCells(operation, format, around.load, full([size, size], 1), { paddingMode, paddingValue, weighted });
    return [planSum({ ...around, step, sum: { kind: 'moments', measure, weighted, brightness }, products: PRODUCTS }, backend)];
  };
  const result = { ...format, samples: resultSamples(format.samples, output) };
  return throughEngine(image, { operation, from: [channels, size, output, weighted, paddingMode, paddingValue], result, plan }, options);
}

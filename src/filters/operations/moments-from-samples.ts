import type { Image } from '../../image/image.js';
import { type Format, formatOf } from '../../image/samples.js';
import type { Backend } from '../../kernels/backend.js';
import { chosenBackend, type RunOptions } from '../../kernels/backends/create.js';
import type { MomentMeasure } from '../../kernels/job.js';
import { planPicture } from '../../kernels/plan/plan-picture.js';
import { planSum } from '../../kernels/plan/plan-sum.js';
import { full } from '../../tensor.js';
import { hasAlpha } from '../picture/channels.js';
import { type Output, resultSamples } from '../picture/output.js';
import { placeStep } from '../step.js';
import { aroundCells, placeCells } from './around-cells.js';
import { type EngineWay, throughEngine } from './engine-way.js';
import { lookedAt, type MeasureOptions } from './operation.js';

/** The statistics to compute for windows of size × size pixels. */
interface MomentQuestion {
  readonly measure: MomentMeasure;
  readonly size: number;
  readonly output: Output;
}

/**
 * Largest window, in pixels, for which float32 rounds the mean to the correct byte, because the sum of bytes is an
 * integer.
 */
const LARGEST_WHOLE = 15 ** 2;
/** Approximate number of additions per value. */
const PRODUCTS = 12;

/** Mean, variance or standard deviation of every window, from samples to samples, in images of one format. */
export function momentsWay(operation: string, format: Format, { measure, size, output }: MomentQuestion, options: MeasureOptions): EngineWay {
  const { channels = 'color', paddingMode, paddingValue } = options;
  const count = format.channels;
  const mayHaveHoles = hasAlpha(count) && !lookedAt(operation, format, channels).includes(count - 1);
  const way = (backend: Backend, { opaque, weighted }: { readonly opaque: boolean; readonly weighted: boolean }) => {
    const around = aroundCells(format, { channels, output, gives: 'picture', weighted, opaque });
    const step = placeCells(operation, format, around.load, full([size, size], 1 / size ** 2), { paddingMode, paddingValue, weighted });
    const whole =
      measure === 'mean' && !weighted && size ** 2 <= LARGEST_WHOLE
        ? planPicture({ load: around.load, store: { ...around.store, places: undefined }, steps: [step] }, backend)
        : undefined;
    if (whole?.steps[0].arithmetic === 'int16' && output === 'clamp') return whole;
    const brightness = weighted && channels === 'luminance';
    return planSum({ ...around, step, sum: { kind: 'moments', measure, weighted, brightness }, products: PRODUCTS }, backend);
  };
  const plan = (backend: Backend) =>
    mayHaveHoles
      ? [way(backend, { opaque: true, weighted: false }), way(backend, { opaque: false, weighted: true })]
      : [way(backend, { opaque: false, weighted: false })];
  const result = { ...format, samples: resultSamples(format.samples, output) };
  return { operation, from: [channels, size, output, paddingMode, paddingValue], result, plan };
}

/**
 * The standard deviation of every window of h × w values of a float image, `[oH, oW, C]`.
 * @returns undefined if the backend has no program for it
 */
export async function windowDeviations(operation: string, image: Image, [h, w]: readonly [number, number], on: RunOptions): Promise<Float32Array | undefined> {
  const backend = await chosenBackend(operation, on.backend);
  const format = formatOf(image);
  const plan = () => {
    const around = aroundCells(format, { channels: 'all', output: 'float', gives: image.channels });
    const { geometry } = placeStep(operation, [1, image.channels, image.height, image.width], full([h, w], 1), { padding: 'valid' });
    const step = { geometry, border: Array.from({ length: image.channels }, () => 0) };
    return [planSum({ ...around, step, sum: { kind: 'moments', measure: 'deviation', weighted: false, brightness: false }, products: PRODUCTS }, backend)];
  };
  const result = { ...format, width: image.width - w + 1, height: image.height - h + 1 };
  return (await throughEngine(image, { operation, from: ['windows', h, w], result, plan }, { backend }))?.data as Float32Array | undefined;
}

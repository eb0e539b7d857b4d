import type { Format } from '../../image/samples.js';
import type { Backend } from '../../kernels/backend.js';
import type { UnsharpMix } from '../../kernels/job.js';
import { planPicture } from '../../kernels/plan/plan-picture.js';
import type { Tensor } from '../../tensor.js';
import { type Channels, hasAlpha } from '../picture/channels.js';
import { type Output, resultSamples } from '../picture/output.js';
import { pictureWay } from '../picture-way.js';
import { settleFilter } from '../settle-filter.js';
import type { EngineWay } from './engine-way.js';
import { lookedAt, type MeasureOptions } from './operation.js';

/** A blur, and the amount by which the difference from the blur is added if it exceeds the threshold. */
interface Sharpening extends Pick<UnsharpMix, 'amount' | 'threshold'> {
  readonly blur: Tensor;
  readonly output: Output;
}

/** Adds the difference from a blur, from samples to samples, in images of one format. */
export function sharpeningWay(operation: string, format: Format, { blur, amount, threshold, output }: Sharpening, options: MeasureOptions): EngineWay {
  const { channels = 'color', paddingMode, paddingValue } = options;
  const mixed = lookedAt(operation, format, channels);
  const plan = (backend: Backend) => {
    const step = { kernel: blur, paddingMode, paddingValue };
    return waysOf(format, options, mixed).map(({ blurred, opaque, alpha }) => {
      const settled = settleFilter(format, [step], { channels: blurred, output, ...(alpha && { alpha }) }, { operation, merging: 'none' });
      const mix: UnsharpMix = { amount, threshold, channels: mixed, brightness: channels === 'luminance' && blurred !== 'luminance' };
      const way = pictureWay(settled, opaque, mix);
      return way && planPicture(way, backend);
    });
  };
  const result = { ...format, samples: resultSamples(format.samples, output) };
  return { operation, from: [blur, amount, threshold, output, channels, paddingMode, paddingValue], result, plan };
}

interface Way {
  /** the channels that are blurred */
  readonly blurred: Channels;
  /** the job accepts only opaque images */
  readonly opaque: boolean;
  readonly alpha?: 'ignore' | 'premultiply';
}

/** In the blur of an image with transparency, pixels are weighted by their opacity, unless alpha is one of the mixed channels. */
function waysOf({ channels: count }: Format, { channels = 'color', paddingMode }: MeasureOptions, mixed: readonly number[]): readonly Way[] {
  if (!hasAlpha(count) || mixed.includes(count - 1)) return [{ blurred: channels, opaque: false }];
  const share: Way = { blurred: 'color', opaque: false, alpha: 'premultiply' };
  // a transparent border also requires weighting by opacity, if all colors are blurred
  if (paddingMode === 'zero' && channels !== 'luminance' && mixed.length === count - 1) return [share];
  return [{ blurred: channels, opaque: true, alpha: 'ignore' }, share];
}

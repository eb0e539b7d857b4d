import { type Format, whiteOf } from '../../image/samples.js';
import type { Load, PictureJob, Store } from '../../kernels/job.js';
import type { PictureStep } from '../../kernels/plan/plan-picture.js';
import type { Tensor } from '../../tensor.js';
import type { Channels } from '../picture/channels.js';
import { chooseChannels, colorChannels } from '../picture/channels.js';
import { midOf, type Output, resultSamples, unitOf } from '../picture/output.js';
import { placeStep } from '../step.js';
import type { MeasureOptions } from './operation.js';

/** How an operation loads and stores pixels. */
export interface Around {
  readonly channels: Channels;
  readonly output: Output;
  /** `'picture'`: values replace the selected channels; or a number: an image with that many values per pixel. */
  readonly gives: 'picture' | number;
  /** Alpha is the last cell and weights the others. If luminance is selected, the first cell is replaced by it. */
  readonly weighted?: boolean;
  /** The job accepts only opaque images. */
  readonly opaque?: boolean;
}

/** The conversion of samples to the cells that an operation uses, and of values back to samples. */
export function aroundCells(
  { samples, channels: count, width, height }: Format,
  { channels, output, gives, weighted = false, opaque = false }: Around,
): Pick<PictureJob, 'load' | 'store'> {
  const luminance = channels === 'luminance';
  const take = luminance && !weighted ? 'luminance' : 'chosen';
  const looked = luminance ? colorChannels(count) : chooseChannels(channels, count);
  const load: Load = { samples, channels: count, white: whiteOf(samples), take, chosen: weighted ? [...looked, count - 1] : looked, light: false, opaque };
  const cellOf = (channel: number) => (luminance && looked.includes(channel) ? 0 : looked.indexOf(channel));
  const places = Array.from({ length: gives === 'picture' ? count : gives }, (_, c) => (gives === 'picture' ? cellOf(c) : c));
  const same = (length: number) => Int32Array.from({ length }, (_, i) => i);
  const store: Store = {
    ...{ samples: resultSamples(samples, output), alphaScale: 1, nothing: 0, bias: 0, places },
    kept: places.includes(-1) ? { rows: same(height), columns: same(width), value: 0 } : undefined,
    ...{ absolute: output === 'abs', normalized: output === 'normalize', offset: output === 'signed' ? midOf(samples) : 0 },
    ...{ unit: unitOf(samples, output), part: undefined, clamped: output !== 'float' },
  };
  return { load, store };
}

/** The geometry of a window of the kernel's size on the cells of a pixel. Pixels beyond the border have full weight. */
export function placeCells(
  operation: string,
  { width, height }: Format,
  { chosen, take, white }: Load,
  kernel: Tensor,
  options: MeasureOptions & { weighted?: boolean },
): PictureStep {
  const { paddingMode, paddingValue, weighted } = options;
  const cells = take === 'luminance' ? chosen.length - 2 : chosen.length;
  const { geometry, bias, algorithm } = placeStep(operation, [1, cells, height, width], kernel, { paddingMode, paddingValue });
  const border = Array.from({ length: cells }, (_, c) => (weighted && c === cells - 1 ? white : geometry.paddingValue));
  return { kernel, geometry, bias, algorithm, border };
}

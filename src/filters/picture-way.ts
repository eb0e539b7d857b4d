import { formatOf, whiteOf } from '../image/samples.js';
import { borderTable, OUTSIDE } from '../kernels/border.js';
import type { KeptChannels, Load, PicturePart, Store, UnsharpMix } from '../kernels/job.js';
import type { PictureStep, PictureWay } from '../kernels/plan/plan-picture.js';
import { premultipliedSteps, roundingOf } from './picture/alpha.js';
import { midOf, unitOf } from './picture/output.js';
import { fades } from './picture/region.js';
import type { SettledFilter } from './settle-filter.js';
import { changeStep, type Step, sumOf } from './step.js';

/**
 * The image job, from samples to samples, of a settled filter.
 * @param opaque accepts only opaque images
 * @param mix how the image and its filtered values are combined
 * @returns undefined if pixels that are not filtered come from beyond the borders of several steps
 */
export function pictureWay(settled: SettledFilter, opaque: boolean, mix?: UnsharpMix): PictureWay | undefined {
  const { format, channels, filtered, alpha, linear, changed, output } = settled;
  const take = channels === 'luminance' ? 'luminance' : alpha === 'premultiply' ? 'premultiplied' : 'chosen';
  const chosen = take === 'premultiplied' ? Array.from({ length: format.channels }, (_, c) => c) : filtered;
  const white = whiteOf(format.samples);
  const light = linear && changed.length > 0;
  const load: Load = { samples: format.samples, channels: format.channels, white, take, chosen, light, opaque };
  const steps = take === 'premultiplied' ? premultipliedWay(settled, white) : { steps: settled.steps.map(plainStep), alphaScale: 1, nothing: 0, bias: 0 };
  const all = take === 'premultiplied' || (take === 'chosen' && chosen.length === format.channels);
  const mid = output === 'signed' ? midOf(format.samples) : 0;
  // a constant added to every filtered value can start its sum
  const early = mid !== 0 && !mix && take === 'chosen' && !light && changed.length === chosen.length;
  const last = steps.steps.length - 1;
  const kept = all ? undefined : keptPixels(settled.steps);
  if (kept && last > 0 && (kept.rows.includes(OUTSIDE) || kept.columns.includes(OUTSIDE))) return undefined;
  const store: Store = {
    samples: settled.result.samples,
    alphaScale: steps.alphaScale,
    nothing: steps.nothing,
    bias: steps.bias,
    kept,
    absolute: output === 'abs',
    normalized: output === 'normalize',
    offset: early ? 0 : mid,
    unit: unitOf(format.samples, output),
    part: settled.local ? partOf(settled) : undefined,
    clamped: output !== 'float',
    ...(mix ? { mix } : {}),
  };
  return { load, steps: early ? steps.steps.map((step, i) => (i === last ? { ...step, bias: step.bias + mid } : step)) : steps.steps, store };
}

function plainStep({ kernel, geometry, bias, algorithm }: Step): PictureStep {
  return { kernel, geometry, bias, algorithm, border: Array.from({ length: geometry.inChannels }, () => geometry.paddingValue) };
}

/**
 * Convolves premultiplied colors and alpha with the same weights. Alpha is divided by the sum of the weights
 * afterwards; `alphaSteps` divides the weights beforehand. A constant border is opaque.
 */
function premultipliedWay({ steps, format }: SettledFilter, white: number): Pick<Store, 'alphaScale' | 'nothing' | 'bias'> & { steps: readonly PictureStep[] } {
  const { steps: colors, bias } = premultipliedSteps(steps);
  let alphaScale = 1;
  const ways = colors.map((step): PictureStep => {
    const { kernel, algorithm } = step;
    const { geometry } = changeStep(step, { channels: format.channels });
    const beyond = geometry.paddingMode === 'constant' ? white * alphaScale : 0;
    const border = Array.from({ length: format.channels }, (_, c) => (c === format.channels - 1 ? beyond : white * geometry.paddingValue));
    alphaScale *= sumOf(kernel.data);
    return { kernel, geometry, algorithm, bias: 0, border };
  });
  return { steps: ways, alphaScale, nothing: roundingOf(steps, white), bias };
}

/** The pixels under the anchors of all steps in sequence. */
function keptPixels(steps: readonly Step[]): KeptChannels {
  const [rows, columns] = ([1, 2] as const).map((axis) =>
    steps.reduce<Int32Array | undefined>((before, { geometry, anchor }) => {
      const { stride, dilation, output } = geometry;
      const table = borderTable(geometry, axis);
      return Int32Array.from({ length: output[axis] }, (_, o) => {
        const at = table[o * stride[axis] + anchor[axis - 1] * dilation[axis]];
        return at === OUTSIDE || before === undefined ? at : before[at];
      });
    }, undefined),
  );
  return { rows: rows as Int32Array, columns: columns as Int32Array, value: steps[steps.length - 1].geometry.paddingValue };
}

function partOf({ rectangle, region, mask, format }: SettledFilter): PicturePart {
  const [rowShares, columnShares] = fades(region, rectangle, format);
  return { ...rectangle, rowShares, columnShares, mask: mask && { samples: formatOf(mask).samples, white: whiteOf(mask.data) } };
}

import type { Image } from '../../image/image.js';
import { formatOf } from '../../image/samples.js';
import type { Backend } from '../../kernels/backend.js';
import { planSum } from '../../kernels/plan/plan-sum.js';
import { full, reshape, type Tensor } from '../../tensor.js';
import { colorChannels } from '../picture/channels.js';
import { placeStep } from '../step.js';
import { aroundCells } from './around-cells.js';
import { type EngineOptions, throughEngine } from './engine-way.js';
import { type MatchMethod, meanOf, meansOf, relative, templateEnergy, toTensor } from './match-scores.js';
import { planeAt } from './operation.js';

/** Approximate number of additions per value. */
const PRODUCTS = 16;
/** For integer samples: a window with less energy has no contrast, or is black. */
const NOTHING_WHOLE = 0.25;
/** The same limit as in `compare` of match-scores.ts: a fraction of the maximum energy of a window. */
const NOTHING = 1e-9;
/** Floats up to this magnitude are compared without scaling, because their products fit in float32. */
const USUAL = 2 ** 40;

/**
 * The similarity of every window to the template, from samples to samples: products with the template
 * per cell, then the energies of the windows in float64, then the score.
 * @param template `[1, C, h, w]`, finite
 * @returns undefined if the backend has no program for it, or if samples are not finite or are extremely large or small
 */
export function scoresFromSamples(method: MatchMethod, image: Image, template: Tensor, on: EngineOptions): Promise<Tensor> | undefined {
  const chosen = colorChannels(image.channels);
  const [, , h, w] = template.shape;
  const around = method === 'zncc' || method === 'ssd' ? chosen.map((c) => middleOf(image, c)) : chosen.map(() => 0);
  const nothing = nothingOf(image, around, template);
  if (nothing === undefined) return undefined;
  const patch = toTensor(template.shape, relative(template, method === 'zncc' ? meansOf(template) : Float64Array.from(around)), 1);
  const energy = templateEnergy(method, patch);
  const rests = chosen.map((_, c) => (method === 'zncc' ? meanOf(planeAt(patch.data, c, chosen.length)) : 0));

  const format = formatOf(image);
  const plan = (backend: Backend) => {
    const { load, store } = aroundCells(format, { channels: chosen, output: 'float', gives: 1 });
    const place = (kernel: Tensor) => {
      const step = placeStep('matchTemplate', [1, chosen.length, image.height, image.width], kernel, { padding: 'valid' });
      return { ...step, border: chosen.map(() => 0) };
    };
    const way = { load: { ...load, origins: around }, store: { ...store, unit: 1 }, before: [place(reshape(patch, [chosen.length, h, w]))] };
    return [planSum({ ...way, step: place(full([h, w], 1)), sum: { kind: 'likeness', measure: method, energy, rests, nothing }, products: PRODUCTS }, backend)];
  };
  const result = { width: image.width - w + 1, height: image.height - h + 1, channels: 1, samples: 'float32' } as const;
  const from = [chosen, around, patch.data, h, w, method, nothing];
  const scores = throughEngine(image, { operation: 'matchTemplate', from, result, plan }, on);
  return scores?.then(({ data }) => ({ shape: [result.height, result.width], data: data as Float32Array }));
}

/** A typical level of a channel: the median of about a thousand, an integer for integer samples. */
function middleOf({ data, channels }: Image, c: number): number {
  const pixels = data.length / channels;
  const step = Math.ceil(pixels / 1000) | 1; // odd, so that in most images the samples do not all come from one column
  const some = Array.from({ length: Math.ceil(pixels / step) }, (_, i) => data[i * step * channels + c]).filter(Number.isFinite);
  return some.sort((a, b) => a - b)[some.length >> 1] ?? 0;
}

/** The maximum energy of a window without contrast; undefined if samples cannot be compared without scaling. */
function nothingOf({ data, channels }: Image, around: readonly number[], template: Tensor): number | undefined {
  if (!(data instanceof Float32Array)) return NOTHING_WHOLE;
  const largest = Math.max(
    ...around.map((origin, c) => farthest(data, channels, c, origin)),
    ...around.map((_, c) => farthest(planeAt(template.data, c, around.length), 1, 0, around[c])),
  );
  return largest < USUAL && largest > 1 / USUAL ? NOTHING * largest ** 2 * template.data.length : undefined;
}

/** The largest distance of a channel's samples from a level; NaN or infinite if a sample is. */
function farthest(data: Float32Array, channels: number, c: number, origin: number): number {
  let largest = 0;
  for (let i = c; i < data.length; i += channels) {
    const distance = Math.abs(data[i] - origin);
    if (!(distance <= largest)) largest = distance;
    if (!(largest < USUAL)) break;
  }
  return largest;
}

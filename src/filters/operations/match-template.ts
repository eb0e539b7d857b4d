import { ShapeError } from '../../errors.js';
import { type Image, imageToTensor } from '../../image/image.js';
import { onBackend, RUN_OPTIONS } from '../../kernels/backends/create.js';
import { count, finite, type OptionsOf, oneOf, option, positive, type Rows, settle } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import { Turns } from '../../turns.js';
import { type AnyImage, onHost, toPicture } from '../any-image.js';
import { DeviceImage } from '../device-image.js';
import { colorChannels, pickChannels } from '../picture/channels.js';
import { scoresFromSamples } from './match-from-samples.js';
import { checkFinite, MATCH_METHODS, matchScores } from './match-scores.js';
import { findPeaks, type Peak } from './peaks.js';

/** Rules and defaults of {@link MatchOptions}. */
export const MATCH_OPTIONS = {
  /** How the similarity is computed, see {@link MatchMethod}. Default `'zncc'`. */
  method: option(oneOf(MATCH_METHODS), { default: 'zncc', help: 'similarity measure', placeholder: 'method' }),
  /** Maximum number of matches, best first. Default 1. */
  peaks: option(count, { default: 1, help: 'maximum number of matches' }),
  /** Minimum score of a match; for `'ssd'`, the maximum. Default: no limit. */
  threshold: option(finite, { help: 'minimum score of a match; for ssd, the maximum', placeholder: 'score' }),
  /** Minimum distance between two matches in pixels, > 0. Default: half the template's shorter side. */
  minDistance: option(positive, {
    help: "minimum distance between matches (default: half the template's shorter side)",
    placeholder: 'pixels',
  }),
  ...RUN_OPTIONS,
} satisfies Rows;

/** Options of {@link matchTemplate}. */
export interface MatchOptions extends OptionsOf<typeof MATCH_OPTIONS> {}

/** The result of {@link matchTemplate}. */
export interface Matches {
  /** `[H − h + 1, W − w + 1]`: the score of the template for each position of its upper left corner */
  readonly scores: Tensor;
  /** the best matches, best first */
  readonly peaks: readonly Peak[];
}

/**
 * Finds a small image in a large one: a convolution with the template as the kernel.
 *
 * The scores are float32 and exact to about 1e-5 (normalized) or 1e-5 of Σ T² + Σ I² (`ssd`): a typical level of the image is subtracted
 * first, and the sums of a window are computed without rounding, so that low-contrast windows far from the mean are measured accurately.
 * A window without contrast (`ncc`: all black) scores 0; one with a non-finite value scores NaN and is not a match.
 * Alpha is ignored. An image stored on a device is read back.
 * @param image W × H
 * @param template w × h, not larger, of the same sample type and number of colors
 * @throws ShapeError if image and template do not match in type or size
 * @throws DataError if the template has no contrast (`zncc`), is black (`ncc`) or is not finite, so that nothing can match it
 * @throws OptionError if an option is unknown or breaks its rule
 * @see Lewis, Fast Normalized Cross-Correlation (1995)
 * @example
 * ```ts
 * import { createImage, matchTemplate } from 'convlab';
 *
 * const eye = createImage(5, 5, 1, Uint8ClampedArray.from({ length: 25 }, (_, i) => (i === 12 ? 255 : 10 * (i % 5))));
 * const face = createImage(40, 30, 1);
 * for (let y = 0; y < 5; y++) face.data.set(eye.data.subarray(5 * y, 5 * y + 5), (12 + y) * 40 + 20);
 * const { peaks } = await matchTemplate(face, eye, { threshold: 0.8 });
 * for (const { x, y, score } of peaks) console.log(`${score.toFixed(2)} at ${x.toFixed(0)}, ${y.toFixed(0)}`); // → 1.00 at 20, 12
 * ```
 */
export async function matchTemplate(image: AnyImage, template: AnyImage, options: MatchOptions = {}): Promise<Matches> {
  const { method, peaks, threshold, backend, signal, onProgress } = settle('matchTemplate', options, MATCH_OPTIONS);
  const [large, small] = [toPicture('matchTemplate', image), toPicture('matchTemplate', template)];
  if (large instanceof DeviceImage || small instanceof DeviceImage) {
    return onHost('matchTemplate', [large, small], options, ([image, template], on) => matchTemplate(image, template, on));
  }
  checkPair(large, small);
  const { minDistance = Math.max(1, Math.min(small.width, small.height) / 2) } = options;

  const patch = colors(small);
  checkFinite(method, patch);
  return onBackend('matchTemplate', { backend, signal, onProgress }, { large, patch }, async (backend, { large, patch }, control) => {
    const on = { ...control, backend };
    const measured = scoresFromSamples(method, large, patch, on);
    const { scores, unit } = measured ? { scores: await measured, unit: 1 } : await matchScores(method, colors(large), patch, on);
    // finds peaks before applying the unit, after which float32 might not distinguish them
    const rules = { count: peaks, threshold: threshold === undefined ? undefined : threshold / unit, minDistance, smallest: method === 'ssd' };
    const places = (await findPeaks(scores, rules, new Turns(signal))).map((peak) => ({ ...peak, score: peak.score * unit }));
    return { scores: unit === 1 ? scores : { ...scores, data: scores.data.map((score) => score * unit) }, peaks: places };
  });
}

function checkPair(image: Image, template: Image): void {
  const say = ({ width, height, channels, data }: Image) => `${width} × ${height} × ${channels} (${data.constructor.name})`;
  const both = `received an image of ${say(image)} and a template of ${say(template)}`;
  const values = { image: [image.width, image.height], template: [template.width, template.height] };
  if (template.width > image.width || template.height > image.height)
    throw new ShapeError('matchTemplate', `the template must not be larger than the image, ${both}`, values);
  if (image.data.constructor !== template.data.constructor || colorChannels(image.channels).length !== colorChannels(template.channels).length) {
    throw new ShapeError('matchTemplate', `the template must have the sample type and color channels of the image, ${both}`, values);
  }
}

/** `[1, C, H, W]` without alpha, a copy. */
function colors(image: Image): Tensor {
  return pickChannels(imageToTensor(image), colorChannels(image.channels));
}

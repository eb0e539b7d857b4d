import { OptionError } from '../../errors.js';
import { oneOf, option } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import { changeStep, type Step, sumOf } from '../step.js';
import { type Channels, chooseChannels, hasAlpha } from './channels.js';

/**
 * How a filter handles transparency.
 * - `'premultiply'`: weights colors by their opacity, so that the hidden color of transparent pixels does not bleed. With the
 *   weights k, and k̂ = k / Σk: color becomes k · (a·c) / (k̂ · a), alpha k̂ · a, clamped to 0 … white; where k̂ · a ≤ 0, both
 *   are 0. An opaque image gives the same result as without alpha. Beyond the border
 *   `paddingMode: 'zero'` is transparent, `'constant'` an opaque color.
 * - `'ignore'`: filters colors as stored and copies alpha.
 * - `'filter'`: filters alpha like any other channel.
 *
 * Default: `'premultiply'` if one kernel with a positive sum filters all colors; otherwise `'ignore'`, so that a kernel with sum zero does
 * not make the image transparent. Negative weights with `paddingMode: 'zero'` also default to `'ignore'`, because the transparent border
 * would spread into the image. If `channels` includes alpha, the default is `'filter'`.
 */
export type Alpha = (typeof ALPHAS)[number];
/** All values of {@link Alpha}. */
export const ALPHAS = ['premultiply', 'ignore', 'filter'] as const;
/** The option that selects one. */
export const ALPHA = option(oneOf(ALPHAS), {
  help: 'handling of transparency (default: premultiply for weights with a positive sum, otherwise ignore)',
  placeholder: 'how',
});

/**
 * Determines the handling of alpha.
 * @param steps the steps on the colors
 * @throws OptionError if the image has no alpha, or the option contradicts `channels`
 */
export function chooseAlpha(operation: string, alpha: Alpha | undefined, count: number, channels: Channels, steps: readonly Step[]): Alpha {
  if (!hasAlpha(count)) {
    if (alpha !== undefined) throw new OptionError(operation, 'alpha', `requires an image with alpha (channels: ${count})`, alpha);
    return 'ignore';
  }
  if (channels !== 'luminance' && chooseChannels(channels, count).includes(count - 1)) {
    if (alpha !== undefined && alpha !== 'filter') throw new OptionError(operation, 'alpha', "must be 'filter' if channels includes alpha", alpha);
    return 'filter';
  }
  if (alpha === 'filter' && channels === 'luminance') throw new OptionError(operation, 'alpha', "'filter' cannot be combined with channels 'luminance'", alpha);
  const allColors = channels !== 'luminance' && chooseChannels(channels, count).length === count - 1;
  const shared = steps.every(({ kernel }) => kernel.shape.length === 2);
  const means = steps.every(({ kernel }) => sumOf(kernel.data) > 0);
  if (alpha === 'premultiply') {
    if (!allColors)
      throw new OptionError(operation, 'alpha', "'premultiply' requires channels 'color', because alpha is filtered with all color channels", alpha);
    if (!shared) throw new OptionError(operation, 'alpha', "'premultiply' requires one kernel for all channels", alpha);
    if (!means)
      throw new OptionError(operation, 'alpha', "'premultiply' requires weights with a positive sum, because alpha is filtered with their mean", alpha);
  }
  const signed = steps.some(({ kernel }) => kernel.data.some((weight) => weight < 0));
  const clearBorder = steps.some(({ geometry }) => geometry.paddingMode === 'zero');
  return alpha ?? (allColors && shared && means && !(signed && clearBorder) ? 'premultiply' : 'ignore');
}

/**
 * The steps as applied to alpha: on one plane, with weights of sum 1, without bias, and with an opaque constant border.
 */
export function alphaSteps(steps: readonly Step[], white: number): readonly Step[] {
  return steps.map((step) => {
    const sum = sumOf(step.kernel.data);
    const kernel = { shape: step.kernel.shape, data: step.kernel.data.map((weight) => weight / sum) };
    return changeStep({ ...step, kernel, bias: 0 }, { channels: 1, paddingValue: white });
  });
}

/**
 * The steps as applied to premultiplied colors. A bias must not be multiplied by opacity, so it is added at the end: a
 * bias b becomes S·b after weights of sum S.
 * @returns the steps without bias, and the value to add to the colors at the end
 */
export function premultipliedSteps(steps: readonly Step[]): { readonly steps: readonly Step[]; readonly bias: number } {
  let held = 0;
  const without = steps.map((step) => {
    const placed = changeStep({ ...step, bias: 0 }, { paddingValue: step.geometry.paddingValue - held });
    held = held * sumOf(step.kernel.data) + step.bias;
    return placed;
  });
  return { steps: without, bias: held };
}

/** Multiplies colors by their opacity, in place. @param alpha one plane */
export function premultiply(colors: Tensor, alpha: Float32Array, white: number): void {
  const { data } = colors;
  for (let at = 0; at < data.length; at += alpha.length) {
    for (let i = 0; i < alpha.length; i++) data[at + i] *= alpha[i] / white;
  }
}

/**
 * The inverse of {@link premultiply}, in place, and adds the bias. Alpha is clamped to 0 … white, which negative
 * weights can exceed; colors of transparent pixels become 0.
 * @param nothing alpha up to this limit counts as zero, because of float32 rounding
 */
export function unpremultiply(colors: Tensor, alpha: Float32Array, white: number, bias: number, nothing: number): void {
  const { data } = colors;
  for (let at = 0; at < data.length; at += alpha.length) {
    for (let i = 0; i < alpha.length; i++) data[at + i] = alpha[i] > nothing ? (data[at + i] * white) / alpha[i] + bias : 0;
  }
  for (let i = 0; i < alpha.length; i++) alpha[i] = alpha[i] <= nothing ? 0 : Math.min(alpha[i], white);
}

/**
 * The rounding error of an alpha of zero in float32 sums: a millionth of white, times a factor for weights of both
 * signs.
 */
export function roundingOf(steps: readonly Step[], white: number): number {
  return steps.reduce((size, { kernel }) => (size * sumOf(kernel.data.map(Math.abs))) / sumOf(kernel.data), white * 1e-6);
}

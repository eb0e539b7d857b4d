import { OptionError } from '../../errors.js';
import type { Image } from '../../image/image.js';
import { whiteOf } from '../../image/samples.js';
import { borderTable, OUTSIDE } from '../../kernels/border.js';
import { option, parseNumber, rule, whole } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import type { Step } from '../step.js';

/**
 * - `'color'`: all but alpha;
 * - `'all'`: alpha too;
 * - letters: `'r'`, `'gb'`, `'rgba'` … of a color image, `'a'` of any that has alpha;
 * - a list of channel numbers from 0;
 * - `'luminance'`: filters Y = 0.2126 R + 0.7152 G + 0.0722 B (Rec. 709) and adds the change in Y to R, G and B. Y is computed from the
 *   stored samples (luma), or from linear light with `linear: true`.
 */
export type Channels = 'color' | 'all' | 'luminance' | ChannelLetters | readonly number[];
/** Channels by their letters, in the order r, g, b, a. */
export type ChannelLetters = (typeof LETTERS)[number];
const LETTERS = ['r', 'g', 'b', 'a', 'rg', 'rb', 'ra', 'gb', 'ga', 'ba', 'rgb', 'rga', 'rba', 'gba', 'rgba'] as const;

const WORDS: readonly string[] = ['color', 'all', 'luminance', ...LETTERS];

function isChannels(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 && value.every(whole(0).holds) : WORDS.includes(value as string);
}

function parseChannels(typed: string): Channels | undefined {
  if (/^[a-z]+$/.test(typed)) return typed as Channels;
  const numbers = typed.split(',').map(parseNumber);
  return numbers.includes(undefined) ? undefined : (numbers as number[]);
}

/** The option that selects channels. {@link chooseChannels} checks that an image has them. */
export const CHANNELS = option(
  rule<Channels>("'color', 'all', 'luminance', letters of 'rgba' in this order, or a list of channel numbers", isChannels, {
    words: WORDS,
    parse: parseChannels,
    form: 'color, all, luminance, letters such as rb, or numbers counted from 0, such as 0,2',
  }),
  { default: 'color', help: 'channels to filter (color: all except alpha)', placeholder: 'list' },
);

/** The weights of R, G and B in luminance. @see ITU-R BT.709, 3.2, and BT.601, 2.5.1 */
export const LUMINANCE_WEIGHTS = { rec709: [0.2126, 0.7152, 0.0722], rec601: [0.299, 0.587, 0.114] } as const;

/** Images of 2 and 4 channels have alpha as their last channel. */
export function hasAlpha(channels: number): boolean {
  return channels % 2 === 0;
}

/** True if every pixel of an image is opaque. */
export function isOpaque({ channels, data }: Image): boolean {
  const white = whiteOf(data);
  for (let at = channels - 1; at < data.length; at += channels) if (data[at] !== white) return false;
  return true;
}

/** The indices of the channels that are not alpha. */
export function colorChannels(channels: number): readonly number[] {
  return Array.from({ length: hasAlpha(channels) ? channels - 1 : channels }, (_, c) => c);
}

/** The indices of red, green and blue, for `'luminance'`. @throws OptionError if the image is gray */
export function colorsOf(operation: string, { channels }: Pick<Image, 'channels'>): readonly number[] {
  if (channels >= 3) return colorChannels(channels);
  throw new OptionError(operation, 'channels', `'luminance' requires a color image (channels: ${channels})`, 'luminance');
}

/**
 * The indices of the chosen channels, ascending.
 * @param count number of channels of the image; if it is 2 or 4, the last one is alpha
 * @throws OptionError if the image does not have a channel, or for `'luminance'`, which is not a channel
 */
export function chooseChannels(channels: Channels, count: number, operation = 'filter'): readonly number[] {
  const all = Array.from({ length: count }, (_, c) => c);
  if (channels === 'all') return all;
  if (channels === 'color') return colorChannels(count);
  const letters = count < 3 ? ['', 'a'].slice(0, count) : ['r', 'g', 'b', 'a'].slice(0, count);
  if (LETTERS.includes(channels as ChannelLetters)) {
    const named = [...(channels as string)].map((letter) => letters.indexOf(letter));
    if (!named.includes(-1)) return named;
  } else if (Array.isArray(channels) && channels.length > 0 && channels.every((c) => all.includes(c))) {
    return all.filter((c) => channels.includes(c));
  }
  const known = letters.filter((letter) => letter !== '').join('');
  const named = known === '' ? '' : `, letters of '${known}' in this order`;
  throw new OptionError(operation, 'channels', `must be 'color', 'all'${named} or a list of channel numbers from 0 to ${count - 1}`, channels);
}

/** Rec. 709 luminance. @param x `[1, 3 or 4, H, W]` @returns `[1, 1, H, W]` */
export function luminanceOf(x: Tensor): Tensor {
  const [r, g, b] = LUMINANCE_WEIGHTS.rec709;
  const area = x.shape[2] * x.shape[3];
  const [red, green, blue] = [0, 1, 2].map((c) => x.data.subarray(c * area, (c + 1) * area));
  const data = new Float32Array(area);
  for (let i = 0; i < area; i++) data[i] = r * red[i] + g * green[i] + b * blue[i];
  return { shape: [1, 1, ...x.shape.slice(2)], data };
}

/** The chosen channels alone. @param x `[1, C, H, W]`; itself if all are chosen */
export function pickChannels(x: Tensor, chosen: readonly number[]): Tensor {
  const [, channels, height, width] = x.shape;
  if (chosen.length === channels) return x;
  const area = height * width;
  const data = new Float32Array(chosen.length * area);
  chosen.forEach((c, i) => {
    data.set(x.data.subarray(c * area, (c + 1) * area), i * area);
  });
  return { shape: [1, chosen.length, height, width], data };
}

/**
 * Combines the filtered channels with the others, which are taken from the pixel of x under the anchors of the kernels.
 * @param filtered `[1, chosen, oH, oW]`
 * @returns `[1, C, oH, oW]`
 */
export function mergeChannels(x: Tensor, chosen: readonly number[], filtered: Tensor, steps: readonly Step[]): Tensor {
  const channels = x.shape[1];
  if (chosen.length === channels) return filtered;
  const area = filtered.shape[2] * filtered.shape[3];
  const rest = Array.from({ length: channels }, (_, c) => c).filter((c) => !chosen.includes(c));
  const data = new Float32Array(channels * area);
  const put = (from: Tensor, numbers: readonly number[]) => {
    numbers.forEach((c, i) => {
      data.set(from.data.subarray(i * area, (i + 1) * area), c * area);
    });
  };
  put(filtered, chosen);
  put(underAnchor(pickChannels(x, rest), steps), rest);
  return { shape: [1, channels, ...filtered.shape.slice(2)], data };
}

/** The pixels under the anchors of all steps in order. @param x `[1, C, H, W]`; itself if nothing moves */
export function underAnchor(x: Tensor, steps: readonly Step[]): Tensor {
  return steps.reduce(underOneAnchor, x);
}

function underOneAnchor(x: Tensor, { geometry, anchor }: Step): Tensor {
  const { stride, dilation, before, output, paddingValue } = geometry;
  const [, channels, height, width] = x.shape;
  const stays = [1, 2].every((a) => stride[a] === 1 && before[a] === anchor[a - 1] * dilation[a] && output[a] === x.shape[a + 1]);
  if (stays) return x;
  const [rows, columns] = ([1, 2] as const).map((axis) => {
    const table = borderTable(geometry, axis);
    return Int32Array.from({ length: output[axis] }, (_, o) => table[o * stride[axis] + anchor[axis - 1] * dilation[axis]]);
  });
  const data = new Float32Array(channels * output[1] * output[2]);
  for (let c = 0, o = 0; c < channels; c++) {
    for (let oh = 0; oh < output[1]; oh++) {
      for (let ow = 0; ow < output[2]; ow++, o++) {
        const outside = rows[oh] === OUTSIDE || columns[ow] === OUTSIDE;
        data[o] = outside ? paddingValue : x.data[(c * height + rows[oh]) * width + columns[ow]];
      }
    }
  }
  return { shape: [1, channels, output[1], output[2]], data };
}

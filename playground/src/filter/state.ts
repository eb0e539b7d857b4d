// The state of the Filter view. Everything except an opened image is in the URL.
import { computed, signal } from '@preact/signals';
import { type AxisPadding, catalogue, FILTER_OPTIONS, type FilterOptions } from 'convlab';
import { type Codec, flag, list, matrix, number, oneOf } from '../shell/codecs.js';
import { urlSignal } from '../shell/url.js';
import { CUSTOM, kernelChoice, LARGEST, SHOWN_OUTPUTS } from './kernel-choice.js';
import type { Picture } from './pictures.js';
import { PHOTO, SCENES } from './scenes.js';

const side = number({ min: 1, max: 8, whole: true });
const cells = number({ min: 0, max: 20, whole: true });
const paddings: Codec<'same' | 'valid' | 'full' | number> = {
  encode: String,
  decode: (text) => oneOf(['same', 'valid', 'full']).decode(text) ?? cells.decode(text),
};

export const scene = urlSignal('filter', 'scene', 'landscape', oneOf([...SCENES, PHOTO]));
export const kernelName = urlSignal('filter', 'kernel', 'sharpen', oneOf([...Object.keys(catalogue), CUSTOM]));
/** The parameters of the entry, in its order; missing ones have their defaults. */
export const parameters = urlSignal('filter', 'p', [], list(number()));
/** The weights of a custom kernel. */
export const rows = urlSignal(
  'filter',
  'matrix',
  [
    [0, -1, 0],
    [-1, 5, -1],
    [0, -1, 0],
  ],
  matrix(LARGEST),
);
export const stride = urlSignal<number>('filter', 'stride', FILTER_OPTIONS.stride.default, side);
export const dilation = urlSignal<number>('filter', 'dilation', FILTER_OPTIONS.dilation.default, side);
export const padding = urlSignal('filter', 'padding', FILTER_OPTIONS.padding.default, paddings);
export const mode = urlSignal('filter', 'mode', 'reflect', oneOf(FILTER_OPTIONS.paddingMode.words));
/** The value of a border with mode `constant`. */
export const borderValue = urlSignal('filter', 'value', 128, number({ min: 0, max: 255 }));
export const flip = urlSignal<boolean>('filter', 'flip', FILTER_OPTIONS.flip.default, flag);
export const divideBySum = urlSignal('filter', 'sum', false, flag);
export const scale = urlSignal<number>('filter', 'scale', FILTER_OPTIONS.scale.default, number({ min: -20, max: 20 }));
export const bias = urlSignal<number>('filter', 'bias', FILTER_OPTIONS.bias.default, number({ min: -255, max: 255 }));
/** `auto`: the output of the entry. */
export const outputChoice = urlSignal('filter', 'output', 'auto', oneOf(['auto', ...SHOWN_OUTPUTS]));
export const alphaChoice = urlSignal('filter', 'alpha', 'auto', oneOf(['auto', ...FILTER_OPTIONS.alpha.words]));
export const linear = urlSignal<boolean>('filter', 'linear', FILTER_OPTIONS.linear.default, flag);
/** The part of the width that shows the image before filtering, in percent. */
export const split = urlSignal('filter', 'split', 35, number({ min: 0, max: 100 }), { passing: true });
/** The output pixel whose sum is written out, `[x, y]`; undefined before the first one. */
export const pixel = urlSignal<readonly number[]>('filter', 'at', [], list(number({ min: 0, whole: true })), { passing: true });
export const channel = urlSignal('filter', 'channel', 'r', oneOf(['r', 'g', 'b']));

/** The image before filtering; undefined while it is being painted. */
export const source = signal<Picture | undefined>(undefined);

/** Signals derived from the choice of the kernel. */
export const { entry, values, kernel, ownOutput } = kernelChoice({ name: kernelName, parameters, rows });

/** The output that is used. */
export const output = computed(() => outputOf(ownOutput.value));

/** The output of a filter with its own output; the user's choice takes precedence. */
export function outputOf(own: (typeof SHOWN_OUTPUTS)[number]) {
  return outputChoice.value === 'auto' ? own : outputChoice.value;
}

/** True if the kernel reads beyond the border. */
const padded = computed(() => padding.value !== 'valid' && padding.value !== 0);

/** The placement of the kernel, with the options of `conv`. */
export const placement = computed(() => ({
  stride: stride.value,
  dilation: dilation.value,
  padding: padding.value as AxisPadding,
  ...(padded.value && { paddingMode: mode.value }),
  ...(padded.value && mode.value === 'constant' && { paddingValue: borderValue.value }),
  ...(flip.value && { flip: true }),
}));

/** The options of `filter`; those that have their default are omitted. */
export const options = computed<FilterOptions>(() => optionsWith(output.value));

/** The same with another output. */
export const optionsWith = (output: (typeof SHOWN_OUTPUTS)[number]): FilterOptions => ({
  ...placement.value,
  ...(divideBySum.value ? { scale: 'sum' as const } : scale.value !== FILTER_OPTIONS.scale.default && { scale: scale.value }),
  ...(bias.value !== FILTER_OPTIONS.bias.default && { bias: bias.value }),
  output,
  ...(alphaChoice.value !== 'auto' && { alpha: alphaChoice.value }),
  ...(linear.value && { linear: true }),
});

/** Replaces the kernel by a custom one. */
export function edit(next: readonly (readonly number[])[]): void {
  rows.value = next;
  if (kernelName.value !== CUSTOM) {
    // keeps the output of the entry
    const own = output.value;
    if (outputChoice.value === 'auto' && own !== 'clamp') outputChoice.value = own;
    kernelName.value = CUSTOM;
  }
}

/** Chooses an entry of the catalogue, with its defaults and its output. */
export function choose(name: string): void {
  parameters.value = [];
  outputChoice.value = 'auto';
  kernelName.value = name;
}

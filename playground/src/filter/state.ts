// What the Filter view shows, all of it in the URL but the picture that was opened.
import { computed, signal } from '@preact/signals';
import { type AxisPadding, type CatalogueEntry, catalogue, FILTER_OPTIONS, type FilterOptions, kernel2d, type Tensor } from 'convlab';
import { type Codec, flag, list, matrix, number, oneOf } from '../shell/codecs.js';
import { complaintIn } from '../shell/complaints.js';
import { urlSignal } from '../shell/url.js';
import { SLIDERS } from './parameters.js';
import type { Picture } from './pictures.js';
import { SCENES } from './scenes.js';

/** The largest matrix that can be edited. */
export const LARGEST = 15;
/** A kernel of one's own, in place of a name of the catalogue. */
export const CUSTOM = 'custom';
/** The outputs that can be distinguished on a screen. */
export const SHOWN_OUTPUTS = ['clamp', 'signed', 'abs', 'normalize'] as const;

const side = number({ min: 1, max: 8, whole: true });
const cells = number({ min: 0, max: 20, whole: true });
const paddings: Codec<'same' | 'valid' | 'full' | number> = {
  encode: String,
  decode: (text) => oneOf(['same', 'valid', 'full']).decode(text) ?? cells.decode(text),
};

export const scene = urlSignal('filter', 'scene', 'landscape', oneOf(SCENES));
export const kernelName = urlSignal('filter', 'kernel', 'sharpen', oneOf([...Object.keys(catalogue), CUSTOM]));
/** The parameters of the entry, in its order; one that is missing has its default. */
export const parameters = urlSignal('filter', 'p', [], list(number()));
/** The weights where the kernel is one's own. */
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
/** What a border of mode `constant` holds. */
export const borderValue = urlSignal('filter', 'value', 128, number({ min: 0, max: 255 }));
export const flip = urlSignal<boolean>('filter', 'flip', FILTER_OPTIONS.flip.default, flag);
export const divideBySum = urlSignal('filter', 'sum', false, flag);
export const scale = urlSignal<number>('filter', 'scale', FILTER_OPTIONS.scale.default, number({ min: -20, max: 20 }));
export const bias = urlSignal<number>('filter', 'bias', FILTER_OPTIONS.bias.default, number({ min: -255, max: 255 }));
/** `auto` is the entry's own. */
export const outputChoice = urlSignal('filter', 'output', 'auto', oneOf(['auto', ...SHOWN_OUTPUTS]));
export const alphaChoice = urlSignal('filter', 'alpha', 'auto', oneOf(['auto', ...FILTER_OPTIONS.alpha.words]));
export const linear = urlSignal<boolean>('filter', 'linear', FILTER_OPTIONS.linear.default, flag);
/** How much of the width shows the picture before, in percent. */
export const split = urlSignal('filter', 'split', 35, number({ min: 0, max: 100 }), { passing: true });
/** The output pixel whose sum is written out, `[x, y]`; undefined before the first one. */
export const pixel = urlSignal<readonly number[]>('filter', 'at', [], list(number({ min: 0, whole: true })), { passing: true });
export const channel = urlSignal('filter', 'channel', 'r', oneOf(['r', 'g', 'b']));

/** The picture before; undefined while it is painted. */
export const source = signal<Picture | undefined>(undefined);

/** The catalogue's entry; undefined where the kernel is one's own. */
export const entry = computed<CatalogueEntry | undefined>(() => (kernelName.value === CUSTOM ? undefined : catalogue[kernelName.value]));

/** The entry's parameters as numbers, as far as their sliders go: an address could ask for a kernel of any size. */
export const values = computed<readonly number[]>(
  () =>
    entry.value?.parameters.map(({ name, default: initial }, i) => {
      const { min, max } = SLIDERS[name];
      return Math.min(max, Math.max(min, parameters.value[i] ?? initial));
    }) ?? [],
);

/** The kernel; or why there is none: the entry is more than one kernel, or a parameter breaks its rule. */
export const kernel = computed<{ readonly tensor?: Tensor; readonly error?: string }>(() => {
  try {
    const from = entry.value;
    if (!from) return { tensor: kernel2d(rows.value) };
    return 'make' in from ? { tensor: from.make(...values.value) } : {};
  } catch (error) {
    return { error: complaintIn((error as Error).message) };
  }
});

/** The output that is used. */
export const output = computed(() => {
  if (outputChoice.value !== 'auto') return outputChoice.value;
  const own = entry.value?.output ?? 'clamp';
  return SHOWN_OUTPUTS.find((each) => each === own) ?? 'clamp';
});

/** Whether anything is beyond the border. */
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
export const options = computed<FilterOptions>(() => ({
  ...placement.value,
  ...(divideBySum.value ? { scale: 'sum' as const } : scale.value !== FILTER_OPTIONS.scale.default && { scale: scale.value }),
  ...(bias.value !== FILTER_OPTIONS.bias.default && { bias: bias.value }),
  output: output.value,
  ...(alphaChoice.value !== 'auto' && { alpha: alphaChoice.value }),
  ...(linear.value && { linear: true }),
}));

/** Makes the kernel one's own. */
export function edit(next: readonly (readonly number[])[]): void {
  rows.value = next;
  if (kernelName.value !== CUSTOM) {
    // what the entry brought along stays
    const own = output.value;
    if (outputChoice.value === 'auto' && own !== 'clamp') outputChoice.value = own;
    kernelName.value = CUSTOM;
  }
}

/** Takes an entry of the catalogue, with its defaults and its output. */
export function choose(name: string): void {
  parameters.value = [];
  outputChoice.value = 'auto';
  kernelName.value = name;
}

/** The weights as rows. */
export function rowsOf({ shape: [height, width], data }: Tensor): number[][] {
  return Array.from({ length: height }, (_, y) => Array.from(data.subarray(y * width, (y + 1) * width)));
}

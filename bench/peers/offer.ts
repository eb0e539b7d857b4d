import type { FilterOptions } from '../../src/index.js';
import type { FilterCall } from '../row.js';
import { takesSeconds } from './patience.js';

/** The options of `filter` that a peer has too, with the values that it knows, or any. */
type Offer = { readonly [Name in keyof FilterOptions]?: 'any' | readonly FilterOptions[Name][] };

const EITHER: Offer = {
  channels: ['all'],
  alpha: ['ignore', 'filter'],
  dilation: 'any',
  anchor: 'any',
  scale: 'any',
  bias: 'any',
  stride: 'any',
  paddingValue: 'any',
};

/**
 * The options of filter2D, GaussianBlur and Sobel, with one additional call: copyMakeBorder, convertScaleAbs, normalize
 * or a slice.
 */
export const OPENCV_OFFER: Offer = {
  ...EITHER,
  output: ['signed', 'abs', 'normalize', 'float'],
  paddingMode: ['zero', 'constant', 'replicate', 'symmetric'],
};

/** The options of correlate and gaussian_filter in floats, with numpy operations. */
export const SCIPY_OFFER: Offer = {
  ...EITHER,
  output: ['signed', 'abs', 'normalize', 'float', '16bit'],
  paddingMode: ['zero', 'constant', 'replicate', 'symmetric', 'wrap'],
};

/** @returns true if a peer that premultiplies nothing does the same to the colors */
export function offersCall(offer: Offer, { image, kernel, options, transparent }: FilterCall): boolean {
  if (takesSeconds(image, kernel.shape[0] * 3)) return false;
  const alphaMatters = (transparent || options.paddingMode === 'zero') && options.alpha === undefined;
  return !alphaMatters && (Object.keys(options) as (keyof FilterOptions)[]).every((name) => isOffered(offer[name], options[name]));
}

function isOffered(values: 'any' | readonly unknown[] | undefined, value: unknown): boolean {
  return values === 'any' || (values?.includes(value) ?? false);
}

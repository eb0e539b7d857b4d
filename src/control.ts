import { callback, type OptionRule, type OptionsOf, option, type Rows, rule } from './options.js';

/** Rules and defaults of {@link Control}. */
export const CONTROL_OPTIONS = {
  /** Cancels the call: the promise rejects with the reason of the signal. The contents of `out` are then undefined. */
  signal: rule<AbortSignal>('an AbortSignal', (value) => value instanceof AbortSignal),
  /** Called with the completed fraction, from 0 to 1; the last call passes 1. Default: none. */
  onProgress: option(callback as OptionRule<(share: number) => void>, {}),
} satisfies Rows;

/** Options for canceling a long call and following its progress. */
export interface Control extends OptionsOf<typeof CONTROL_OPTIONS> {}

/** Control options for a part of a call that covers the fractions `from` to `to` of the whole. */
export function partOf({ signal, onProgress }: Control, from: number, to: number): Control {
  return { signal, onProgress: onProgress && ((share) => onProgress(share === 1 ? to : from + share * (to - from))) };
}

/** Control options for the inner calls of a call: their increasing fractions are reported, but not the end, which the outer call reports. */
export function within({ signal, onProgress }: Control): Control {
  let last = 0;
  const tell = (share: number) => {
    if (share <= last || share >= 1) return;
    last = share;
    onProgress?.(share);
  };
  return { signal, onProgress: onProgress && tell };
}

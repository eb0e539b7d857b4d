import { sizeOf } from '../../tensor.js';
import type { ConvGeometry } from '../geometry.js';
import type { Load, PictureJob, Store } from '../job.js';
import { inWords, type Reason } from './reason.js';

/**
 * Nanoseconds per sample of an image: conversion to and from linear light, alpha in both directions, luminance and its
 * change, samples of two and four bytes instead of one, and blending the result over the image. Measured like the costs
 * of sums, see plan-picture.ts.
 */
const NS = { light: 4, alpha: 0.6, luminance: 0.5, words: 0.6, floats: 1.1, part: 1 };

/** The work on an image in addition to its sums. */
export interface Overhead {
  readonly reason: Reason;
  /** the reason in English */
  readonly what: string;
  /** predicted milliseconds; 0 for work that is counted in the cost of the sums */
  readonly cost: number;
}

/** The work that an image's options add to its sums; none for bytes to bytes. */
export function overheadsOf({ load, passes, store }: PictureJob): readonly Overhead[] {
  const samples = filteredShare(store, passes[0].geometry) * sizeOf(passes[0].geometry.outShape);
  return partsOf(load, store).map(({ reason, ns }) => ({ reason, what: inWords(reason), cost: (ns * samples) / 1e6 }));
}

/** The fraction of an image that is filtered. */
export function filteredShare({ part }: Store, { output }: ConvGeometry): number {
  return part ? (part.width * part.height) / (output[1] * output[2]) : 1;
}

/** Additional nanoseconds per cell. */
export function nanosecondsAround(load: Load, store: Store): number {
  return partsOf(load, store).reduce((sum, { ns }) => sum + ns, 0);
}

function partsOf(load: Load, store: Store): readonly { readonly reason: Reason; readonly ns: number }[] {
  const parts: { reason: Reason; ns: number }[] = [];
  if (load.light) parts.push({ reason: { name: 'light' }, ns: NS.light });
  if (load.take === 'premultiplied') parts.push({ reason: { name: 'alpha' }, ns: NS.alpha });
  if (load.take === 'luminance') parts.push({ reason: { name: store.places ? 'gray' : 'luminance' }, ns: NS.luminance });
  const wide = [load, store].map(({ samples }) => samples);
  const ns = Math.max(...wide.map((samples) => (samples === 'float32' ? NS.floats : samples === 'uint16' ? NS.words : 0)));
  if (ns > 0) parts.push({ reason: { name: 'samples', values: { from: wide[0], to: wide[1] } }, ns });
  if (store.part) parts.push({ reason: { name: 'part', values: { size: `${store.part.width} × ${store.part.height}` } }, ns: NS.part });
  if (store.normalized) parts.push({ reason: { name: 'twice' }, ns: 0 });
  return parts;
}

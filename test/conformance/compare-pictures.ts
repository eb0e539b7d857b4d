import { type Backend, type ConvPlan, filter, type Image } from '../../src/index.js';
import type { PictureCase } from './picture-cases.js';

/** Runs a case on a backend and returns the result and the plans. */
export async function runCase(
  { image, kernel, options }: PictureCase,
  backend: Backend,
): Promise<{ readonly image: Image; readonly plans: readonly ConvPlan[] }> {
  const plans: ConvPlan[] = [];
  return { image: await filter(image, kernel, { ...options, backend, onPlan: (plan) => plans.push(plan) }), plans };
}

/** The largest difference of two images of one format, in levels: of floats, in parts of 1/255. */
export function difference(a: Image, b: Image): number {
  if (a.data.constructor !== b.data.constructor || a.data.length !== b.data.length || a.width !== b.width) throw new Error('the formats differ');
  const levels = a.data instanceof Float32Array ? 255 : 1;
  let most = 0;
  a.data.forEach((value, i) => {
    if (!Object.is(value, b.data[i])) most = Math.max(most, levels * Math.abs(value - b.data[i]));
  });
  return most;
}

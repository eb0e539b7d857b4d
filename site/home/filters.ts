// The filters of the home page: for each, a kernel with at most one parameter, and the equivalent line of code.
import { emboss, type FilterOptions, gaussian, kernel2d, motionBlur, SOBEL_X, sharpen, type Tensor } from 'convlab';

export interface LiveFilter {
  readonly kernel: (value: number) => Tensor;
  readonly options?: FilterOptions;
  /** the call, as a user would write it */
  readonly code: (value: number) => string;
  /** the parameter: name, range and first value */
  readonly parameter?: { readonly name: string; readonly min: number; readonly max: number; readonly step: number; readonly value: number };
}

/** `3` or `-0.25`: no more digits than the slider has. */
const short = (value: number) => String(Number(value.toFixed(2)));

export const FILTERS: Readonly<Record<string, LiveFilter>> = {
  sharpen: {
    kernel: sharpen,
    code: (strength) => `sharpen(${short(strength)})`,
    parameter: { name: 'strength', min: 0, max: 4, step: 0.25, value: 2 },
  },
  gaussian: {
    kernel: (sigma) => gaussian(sigma),
    code: (sigma) => `gaussian(${short(sigma)})`,
    parameter: { name: 'σ', min: 0.5, max: 16, step: 0.5, value: 6 },
  },
  motion: {
    kernel: (angle) => motionBlur(31, angle),
    code: (angle) => `motionBlur(31, ${short(angle)})`,
    parameter: { name: '∠', min: 0, max: 180, step: 5, value: 30 },
  },
  edges: {
    kernel: () => SOBEL_X,
    options: { output: 'abs' },
    code: () => "SOBEL_X, { output: 'abs' }",
  },
  emboss: {
    kernel: (angle) => emboss(angle),
    options: { output: 'signed' },
    code: (angle) => `emboss(${short(angle)}), { output: 'signed' }`,
    parameter: { name: '∠', min: 0, max: 355, step: 5, value: 135 },
  },
};

/** A kernel from the nine fields. */
export const ownKernel = (weights: readonly number[]): Tensor => kernel2d([weights.slice(0, 3), weights.slice(3, 6), weights.slice(6, 9)]);

/** The code of a kernel from the nine fields. */
export function ownCode(weights: readonly number[]): string {
  const rows = [0, 3, 6].map(
    (from) =>
      `[${weights
        .slice(from, from + 3)
        .map(short)
        .join(', ')}]`,
  );
  return `[${rows.join(', ')}]`;
}

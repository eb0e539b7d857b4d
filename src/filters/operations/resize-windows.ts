import type { Resampling } from '../../kernels/job.js';

/** All values of {@link ResizeMethod}. */
export const RESIZE_METHODS = ['box', 'triangle', 'catmull-rom', 'mitchell', 'lanczos3'] as const;
/**
 * The kernel k(x), which weights source pixels by their distance x from the center of an output pixel. When the image gets smaller, the
 * kernel is stretched by the scale factor, so that every source pixel is used and nothing aliases.
 *
 * | method | k(x) | properties |
 * |---|---|---|
 * | `box` | 1 up to ½ | block means; enlarged pixels stay square |
 * | `triangle` | 1 − \|x\| up to 1 | soft, no ringing; linear interpolation when enlarging |
 * | `catmull-rom` | the cubic with B = 0, C = ½, up to 2 | sharp, little ringing; the bicubic of Pillow |
 * | `mitchell` | the cubic with B = C = ⅓, up to 2 | between soft and sharp |
 * | `lanczos3` | sinc(x) · sinc(x / 3) up to 3 | the sharpest; rings at hard edges |
 *
 * @see Mitchell & Netravali, Reconstruction Filters in Computer Graphics (1988)
 */
export type ResizeMethod = (typeof RESIZE_METHODS)[number];

interface Kernel {
  /** the kernel is zero beyond this distance */
  readonly radius: number;
  at(x: number): number;
}

const KERNELS: Readonly<Record<ResizeMethod, Kernel>> = {
  box: { radius: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  triangle: { radius: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  'catmull-rom': cubic(0, 1 / 2),
  mitchell: cubic(1 / 3, 1 / 3),
  lanczos3: { radius: 3, at: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function cubic(b: number, c: number): Kernel {
  return {
    radius: 2,
    at(signed) {
      const x = Math.abs(signed);
      if (x < 1) return ((12 - 9 * b - 6 * c) * x ** 3 + (-18 + 12 * b + 6 * c) * x ** 2 + 6 - 2 * b) / 6;
      return x < 2 ? ((-b - 6 * c) * x ** 3 + (6 * b + 30 * c) * x ** 2 + (-12 * b - 48 * c) * x + 8 * b + 24 * c) / 6 : 0;
    },
  };
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Weights up to this limit count as zero, because of rounding at a zero of the kernel. */
const NOTHING = 1e-12;

/**
 * The windows of one axis. Pixel centers are at half-integers; windows are cut off at the border, and their weights are divided by their sum.
 * @param input,output number of samples in the source and the result, ≥ 1
 */
export function resampling(input: number, output: number, method: ResizeMethod): Resampling {
  const { radius, at } = KERNELS[method];
  const factor = input / output;
  const stretch = Math.max(1, factor);
  const windows = Array.from({ length: output }, (_, o) => {
    const center = (o + 0.5) * factor;
    const from = Math.max(0, Math.trunc(center - radius * stretch + 0.5));
    const to = Math.min(input, Math.trunc(center + radius * stretch + 0.5));
    return trimmed(
      from,
      Array.from({ length: to - from }, (_, i) => at((from + i + 0.5 - center) / stretch)),
    );
  });
  // weights at the ends of a window may be zero, and then the next window may begin further left
  const first = Int32Array.from(windows, ({ from }) => from);
  for (let o = output - 2; o >= 0; o--) first[o] = Math.min(first[o], first[o + 1]);
  const taps = windows.reduce((most, { from, weights }, o) => Math.max(most, from + weights.length - first[o]), 0);
  const starts = first.map((from) => Math.min(from, input - taps));
  const weights = new Float64Array(output * taps);
  windows.forEach((window, o) => {
    const sum = window.weights.reduce((a, b) => a + b, 0);
    window.weights.forEach((weight, i) => {
      weights[o * taps + window.from - starts[o] + i] = weight / sum;
    });
  });
  return { input, output, starts, taps, weights };
}

/** Removes zeros from the ends of a window. */
function trimmed(from: number, weights: readonly number[]): { readonly from: number; readonly weights: readonly number[] } {
  const counts = (weight: number) => Math.abs(weight) > NOTHING;
  const before = weights.findIndex(counts);
  return { from: from + before, weights: weights.slice(before, weights.findLastIndex(counts) + 1) };
}

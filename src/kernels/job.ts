import type { ConvGeometry } from './geometry.js';
import type { PointwiseName } from './pointwise.js';

/** Algorithms that a backend may have a program for; each computes one convolution. */
export type ConvProgram = (typeof CONV_PROGRAMS)[number];
/** Every {@link ConvProgram}. */
export const CONV_PROGRAMS = ['direct', 'sparse', 'runningSum', 'fft'] as const;

/**
 * An operator on buffers of floats.
 *
 * | operation | inputs | outputs | computes |
 * |---|---|---|---|
 * | `conv` | x, kernel, bias? | out | out[n, cout, o] = bias[cout] + Σ x[n, cin, o·stride + k·dilation] · kernel[cout, cin, k] |
 * | `convInputGradient` | gradient, kernel | out | ∂L/∂x, in x's shape; `gradient` has the output's shape |
 * | `convKernelGradient` | x, gradient | out | ∂L/∂kernel, in the kernel's shape |
 * | `convBiasGradient` | gradient | out | out[cout] = Σ over n and space of gradient[n, cout, …] |
 * | `maxPool` | x | out, winners | the largest value of every window, and which of its cells won: (kd·KH + kh)·KW + kw |
 * | `maxPoolGradient` | gradient, winners | out | every output's gradient goes to the cell that won; the rest is zero |
 * | `pointwise` | a, b … | out | out[i] = formula(a[i], b[i] …; parameters), a formula of the table `POINTWISE` |
 *
 * Padding never wins a `maxPool`, the first of equal cells does, and NaN wins over everything. The output of `pointwise` may be
 * one of its inputs; no other output may be.
 *
 * The programs of `conv` differ in what they cost and in rounding:
 * - `direct`: every product of every window;
 * - `sparse`: weights of zero cost nothing, and the cells below them are not read: NaN there does not show;
 * - `runningSum`: for kernels of one input channel per group whose weights are equal within each output channel; the cost does not
 *   depend on the size of the window;
 * - `fft`: by Fourier transform; the error is a few 1e-7 of the largest Σ |x · kernel| in a tile. Where x or the kernel holds NaN
 *   or infinity, `direct` runs instead.
 */
export type OperatorJob =
  | { readonly operation: 'conv'; readonly geometry: ConvGeometry; readonly program: ConvProgram }
  | {
      readonly operation: 'convInputGradient' | 'convKernelGradient' | 'convBiasGradient' | 'maxPool' | 'maxPoolGradient';
      readonly geometry: ConvGeometry;
    }
  | { readonly operation: 'pointwise'; readonly formula: PointwiseName };

/** How samples become numbers. */
export interface Load {
  readonly samples: 'uint8';
  /** interleaved, 1 to 4 */
  readonly channels: number;
  /** Channels that are convolved, from the first: all, or all but alpha, which then passes through. */
  readonly filtered: number;
  /** The job takes opaque pictures only; `run` refuses others. */
  readonly opaque: boolean;
}

/** How numbers become samples: bias + Σ w·x, rounded half up and clamped to 0…255. */
export interface Store {
  readonly bias: number;
}

/** One convolution of a {@link PictureJob}: the same window over every channel. */
export interface PicturePass {
  /** depthwise over planes `[1, C, H, W]`, stride 1, output as large as the input; not flipped: the weights are */
  readonly geometry: ConvGeometry;
  readonly sum: PictureSum;
}

/**
 * The weights of a pass and how they are summed. Taps of weight zero are left out.
 * - `integer`: whole weights and a factor; 16 bits hold every sum;
 * - `box`: one weight for the whole window, by running sums;
 * - `window`: float weights;
 * - `separable`: a row and a column of at least three neighbors each, whose product is the window;
 * - `fixed`: the same in fixed point, symmetric and without bias: the row times 2¹⁶, the column times 2 to the power of `columnBits`,
 *   16 to 22;
 * - `fft`: by Fourier transform, for windows of more than one row;
 * - `magnitude`: scale · √(a² + b²) of the sums a and b under two windows of whole weights, without bias.
 */
export type PictureSum =
  | {
      readonly kind: 'integer';
      readonly window: Int32Array;
      readonly scale: number;
      /** Where it exists: product = (sum · 2^shift · factor + 2¹⁴) >> 15, and (product + 2^(bits − 1)) >> bits is scale · sum rounded, for every sum that gives a byte. */
      readonly quotient?: { readonly shift: number; readonly factor: number; readonly bits: number };
    }
  | { readonly kind: 'box'; readonly weight: number }
  | { readonly kind: 'window'; readonly window: Float32Array }
  | { readonly kind: 'separable'; readonly row: Float32Array; readonly column: Float32Array }
  | { readonly kind: 'fixed'; readonly row: Int32Array; readonly column: Int32Array; readonly columnBits: number }
  | { readonly kind: 'fft'; readonly window: Float32Array }
  | { readonly kind: 'magnitude'; readonly windows: readonly [Int32Array, Int32Array]; readonly scale: number };

/** The name of a {@link PictureSum}. */
export type PictureSumKind = PictureSum['kind'];
export const PICTURE_SUMS = ['integer', 'box', 'window', 'separable', 'fixed', 'fft', 'magnitude'] as const satisfies readonly PictureSumKind[];

/** A picture's whole way, from samples to samples: one input and one output, which may be the same array. */
export interface PictureJob {
  readonly operation: 'picture';
  readonly load: Load;
  readonly passes: readonly [PicturePass];
  readonly store: Store;
}

/**
 * How the samples along one axis come from those of a source of another size, by windows that differ from sample to sample:
 * out[o] = Σ weights[o, k] · x[starts[o] + k].
 */
export interface Resampling {
  /** samples of the source */
  readonly input: number;
  /** samples of the result */
  readonly output: number;
  /** `[output]`, ascending: where the windows begin. All of them lie within the source. */
  readonly starts: Int32Array;
  /** samples under each window */
  readonly taps: number;
  /** `[output, taps]`; every window's weights sum to 1 */
  readonly weights: Float64Array;
}

/**
 * A picture in another size, from samples to samples: every channel by the same windows, down the columns and along the rows. One
 * input and one output, which are not the same array. 8-bit results are within one level of exact sums.
 */
export interface ResizeJob {
  readonly operation: 'resize';
  readonly load: Pick<Load, 'samples' | 'channels' | 'opaque'>;
  readonly rows: Resampling;
  readonly columns: Resampling;
}

/** What a backend can be asked to prepare: data, known before the numbers are there. */
export type Job = OperatorJob | PictureJob | ResizeJob;

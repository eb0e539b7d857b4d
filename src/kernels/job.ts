import type { ConvGeometry } from './geometry.js';
import type { PointwiseName } from './pointwise.js';

/** Algorithms that a backend may have a program for; each computes one convolution. */
export type ConvProgram = (typeof CONV_PROGRAMS)[number];
/** All values of {@link ConvProgram}. */
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
 * - `sparse`: skips weights of zero and does not read the values under them, so NaN there is ignored;
 * - `runningSum`: for kernels of one input channel per group whose weights are equal within each output channel; the cost does not
 *   depend on the size of the window;
 * - `fft`: by Fourier transform; the absolute error is a few 1e-7 times the largest Σ |x · kernel| in the same tile. Where x or the
 *   kernel holds NaN or infinity, `direct` runs instead.
 */
export type OperatorJob =
  | { readonly operation: 'conv'; readonly geometry: ConvGeometry; readonly program: ConvProgram }
  | {
      readonly operation: 'convInputGradient' | 'convKernelGradient' | 'convBiasGradient' | 'maxPool' | 'maxPoolGradient';
      readonly geometry: ConvGeometry;
    }
  | { readonly operation: 'pointwise'; readonly formula: PointwiseName };

/** How the samples of an image are stored: integers from 0 (black) to white, or floats, nominally from 0 to 1. */
export type SampleFormat = 'uint8' | 'uint16' | 'float32';

/** How the samples of a pixel are converted to the numbers that are convolved. These numbers are called the cells of the pixel. */
export interface Load {
  readonly samples: SampleFormat;
  /** number of interleaved channels, 1 to 4; if there are 2 or 4, the last one is alpha */
  readonly channels: number;
  /** the sample value of white */
  readonly white: number;
  /**
   * - `chosen`: the chosen channels, unchanged;
   * - `premultiplied`: all channels, the colors times alpha;
   * - `luminance`: one cell, the weighted sum of R, G and B, the first three chosen channels; a fourth, alpha, is a second cell.
   */
  readonly take: 'chosen' | 'premultiplied' | 'luminance';
  /** The channels that are convolved, ascending. */
  readonly chosen: readonly number[];
  /** Luminance: the weights of R, G and B. Default: 0.2126, 0.7152, 0.0722. */
  readonly weights?: readonly [number, number, number];
  /** Values subtracted from the samples of each chosen channel. Default: none. */
  readonly origins?: readonly number[];
  /** Convert sRGB samples to linear light first, except alpha. */
  readonly light: boolean;
  /** The job accepts only opaque images; `run` rejects others. */
  readonly opaque: boolean;
}

/**
 * How the numbers of a {@link PictureJob}'s last pass are converted to samples. The fields are in the order of the
 * steps.
 */
export interface Store {
  readonly samples: SampleFormat;
  /** Premultiplied: the sum of all weights, by which alpha is divided. */
  readonly alphaScale: number;
  /** Premultiplied: the largest quotient of alpha that counts as zero, because of float32 rounding. */
  readonly nothing: number;
  /** Premultiplied: the value added to colors after dividing them by alpha. */
  readonly bias: number;
  /**
   * Channels that are not convolved, and colors to which the change in luminance is added; undefined if there are none.
   */
  readonly kept: KeptChannels | undefined;
  /** Take the absolute values of the chosen channels except alpha. Linear light is encoded to sRGB before this step. */
  readonly absolute: boolean;
  /** Stretch the values: the smallest becomes black, the largest white. */
  readonly normalized: boolean;
  readonly offset: number;
  /** Factor that converts the units of the image to those of the result. */
  readonly unit: number;
  /** The filtered part of the image; the rest of the result is not changed. */
  readonly part: PicturePart | undefined;
  /** Clamp values to black … white; integers are also rounded, halves up. */
  readonly clamped: boolean;
  /**
   * The cell stored in each channel of the result; −1 keeps the original sample. Default: cells return to their
   * channels, and the change in luminance is added to the colors.
   */
  readonly places?: readonly number[];
  /** Threshold: values from this one on become white, all others and NaN black. Default: no threshold. */
  readonly least?: number;
  /** Unsharp masking: mixes the sums with the image. Default: the sums are stored. */
  readonly mix?: UnsharpMix;
}

/** A value o of the image with sum s becomes o + amount · (o − s) if |o − s| exceeds the threshold; otherwise it does not change. */
export interface UnsharpMix {
  readonly amount: number;
  readonly threshold: number;
  /** The channels that change. In a premultiplied image, they may be some of its colors. */
  readonly channels: readonly number[];
  /** o and s are the luminance, and its change is added to each of the channels. */
  readonly brightness: boolean;
}

/** For each pixel of the result, the pixel under the anchor: the channels that are not convolved are taken from there. */
export interface KeptChannels {
  /** for every row of the result, the row of the image under the anchor; −1 beyond the border */
  readonly rows: Int32Array;
  /** for every column of the result, the column of the image under the anchor; −1 beyond the border */
  readonly columns: Int32Array;
  /** the samples beyond the border */
  readonly value: number;
}

/** A rectangle of an image, and the strength of the filter at each pixel. */
export interface PicturePart {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** 0 … 1 for each row; the strength at a pixel is the product of its row's and its column's share */
  readonly rowShares: Float32Array;
  /** 0 … 1 for each column */
  readonly columnShares: Float32Array;
  /** a second input with one sample per pixel of the whole image, by which the strength is multiplied */
  readonly mask: { readonly samples: SampleFormat; readonly white: number } | undefined;
}

/** One convolution of a {@link PictureJob}. The windows of all cells have the same size. */
export interface PicturePass {
  /** depthwise, with one plane per cell, `[1, cells, H, W]`; never flipped, because the weights are already rotated */
  readonly geometry: ConvGeometry;
  /** the cells of a pixel beyond the border */
  readonly border: readonly number[];
  /** added to every sum */
  readonly bias: number;
  readonly sum: PictureSum;
}

/**
 * The weights of a pass and how they are summed. Taps of weight zero are omitted unless stated otherwise.
 * - `integer`: integer weights and a factor; 16 bits hold every sum of 8-bit samples, and 32 bits every sum of 16-bit samples;
 * - `box`: one weight for the whole window, by running sums;
 * - `window`: float weights, `[KH, KW]` for all cells, or `[cells, KH, KW]`; with `zeros`, taps of weight zero are not
 *   omitted;
 * - `sums`: one weight for the whole window, by running sums of floats;
 * - `separable`: a row and a column of at least three neighbors each, whose product is the window;
 * - `products`: `count` such rows and columns in sequence, whose products add up to the window;
 * - `fft`: as `window`, by Fourier transform, for windows of more than one row;
 * - `magnitude`: scale · √(a² + b²) of the sums a and b under two windows of integer weights, without bias;
 * - `slopes`: the gradient, without bias. The sums under two perpendicular windows are its components; of more than two windows, the
 *   one with the largest sum gives its magnitude and angle. The result is the magnitude, divided by `step`; the angle; or the angle
 *   as a color, with the magnitude as brightness;
 * - `ridge`: the magnitude √(a² + b²) of the cell with the steepest gradient under two perpendicular windows, or 0 if a
 *   neighbor along the gradient is steeper (non-maximum suppression); the window of the geometry is two pixels larger
 *   than these windows;
 * - `moments`: the mean of a window, its variance divided by the value of white, or its standard deviation. If weighted, the last
 *   cell contains the weight of the pixel's other cells, from 0 to white; with `brightness`, the first cell is replaced by the
 *   luminance of the first three;
 * - `likeness`: one value: the similarity of a window of the image to a template, over all cells. It must be the last
 *   pass; the pass before it computes Σ template · window per cell and has the same geometry.
 */
export type PictureSum =
  | {
      readonly kind: 'integer';
      readonly window: Int32Array;
      readonly scale: number;
      /**
       * If available: product = (sum · 2^shift · factor + 2¹⁴) >> 15, and (product + 2^(bits − 1)) >> bits is scale ·
       * sum rounded, for every sum that gives a byte.
       */
      readonly quotient?: { readonly shift: number; readonly factor: number; readonly bits: number };
    }
  | { readonly kind: 'box'; readonly weight: number }
  | { readonly kind: 'window'; readonly window: Float32Array; readonly zeros: boolean }
  | { readonly kind: 'sums'; readonly weight: number }
  | { readonly kind: 'separable'; readonly row: Float32Array; readonly column: Float32Array }
  | { readonly kind: 'products'; readonly count: number; readonly row: Float32Array; readonly column: Float32Array }
  | { readonly kind: 'fft'; readonly window: Float32Array }
  | { readonly kind: 'magnitude'; readonly windows: readonly [Int32Array, Int32Array]; readonly scale: number }
  | {
      readonly kind: 'slopes';
      readonly windows: readonly Float32Array[];
      readonly step: number;
      readonly measure: SlopeMeasure;
      /**
       * the direction of each window, counterclockwise from the right: a unit vector with y pointing down, and the
       * angle in radians
       */
      readonly headings: readonly { readonly x: number; readonly y: number; readonly angle: number }[];
    }
  | { readonly kind: 'ridge'; readonly windows: readonly [Float32Array, Float32Array] }
  | { readonly kind: 'moments'; readonly measure: MomentMeasure; readonly weighted: boolean; readonly brightness: boolean }
  | {
      readonly kind: 'likeness';
      readonly measure: LikenessMeasure;
      /** Σ template² */
      readonly energy: number;
      /**
       * per cell, the mean of the template's rounded weights; it removes the contribution of the window's mean from the
       * products
       */
      readonly rests: readonly number[];
      /**
       * normalized measures: a window whose energy does not exceed this value scores 0. The energy is Σ window², or for
       * zncc Σ (window − its mean)²
       */
      readonly nothing: number;
    };

/** The combination of responses of several windows. */
export type SlopeMeasure = 'length' | 'angle' | 'hue';
/** Similarity of a window and a template, see `MatchMethod` of matchTemplate. */
export type LikenessMeasure = 'zncc' | 'ncc' | 'ssd' | 'correlation';
/** The statistic of the samples under a window. */
export type MomentMeasure = 'mean' | 'variance' | 'deviation';

/** The name of a {@link PictureSum}. */
export type PictureSumKind = PictureSum['kind'];
export const PICTURE_SUMS = [
  'integer',
  'box',
  'window',
  'sums',
  'separable',
  'products',
  'fft',
  'magnitude',
  'slopes',
  'ridge',
  'moments',
  'likeness',
] as const satisfies readonly PictureSumKind[];

/**
 * A complete filter on an image: reads its samples and writes the samples of the result. Inputs: the image, and the mask if there is
 * one. Output: the result, which may be the same array as the image. `integer` sums require a single pass with stride 1 over
 * unchanged 8-bit or 16-bit samples of all channels, or of all but alpha, which is copied. For `box` and `magnitude`, image and
 * result must also have 8 bits and the same size, and alpha is copied from the same pixel.
 */
export interface PictureJob {
  readonly operation: 'picture';
  readonly load: Load;
  readonly passes: readonly PicturePass[];
  readonly store: Store;
}

/**
 * Resampling along one axis to another size, with a separate window for each sample: out[o] = Σ weights[o, k] ·
 * x[starts[o] + k].
 */
export interface Resampling {
  /** number of samples in the source */
  readonly input: number;
  /** samples of the result */
  readonly output: number;
  /** `[output]`, ascending: the first source sample of each window. All windows are inside the source. */
  readonly starts: Int32Array;
  /** samples under each window */
  readonly taps: number;
  /** `[output, taps]`; every window's weights sum to 1 */
  readonly weights: Float64Array;
}

/**
 * Resizes an image from samples to samples, in two passes with the same windows for every channel.
 * Inputs: the image, and optionally an addend. The output must be a different array. If values are clamped between the
 * passes, results are within one level of exact sums.
 */
export interface ResizeJob {
  readonly operation: 'resize';
  /** all channels, premultiplied or not */
  readonly load: Load;
  readonly rows: Resampling;
  readonly columns: Resampling;
  /** resample columns first, then rows; otherwise rows first */
  readonly columnsFirst: boolean;
  /** also clamp values to black … white after the first pass; only if input and result have 8 bits */
  readonly limited: boolean;
  readonly store: Pick<Store, 'samples' | 'unit' | 'clamped'>;
  /** Rows of the result that are computed together, a multiple of 4; it does not affect the values. Default: chosen by the backend. */
  readonly unit?: number;
  /** A second image to add to the result. Default: none. */
  readonly addend?: Addend;
}

/**
 * A second input, with the size and channels of the result. Each value of the result is sample · unit + r · factor, where `sample`
 * comes from the second input and r is the resized value.
 */
export interface Addend {
  readonly samples: SampleFormat;
  readonly unit: number;
  readonly factor: number;
}

/**
 * Compares two images of one format. Inputs: both images. Output: four float64 values: the largest |a − b|, Σ |a − b|
 * and Σ (a − b)² over all samples, and Σ SSIM over all windows inside the image and all channels. The images are
 * compared in tiles, whose sums are added in order from the top.
 */
export interface ComparisonJob {
  readonly operation: 'comparison';
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly samples: SampleFormat;
  /** the sample value of white */
  readonly white: number;
  /** 11 symmetric weights: SSIM's window is the product of this column and this row. */
  readonly window: Float32Array;
}

/**
 * The histogram of an image's chosen channels. Output: float64 `[2, classes]`: the number of values in each bin, and
 * the largest of them, −∞ for an empty bin. Integers have one bin per value, 0 to white; floats are divided into bins
 * of equal width from the smallest to the largest value. NaN is ignored.
 */
export interface HistogramJob {
  readonly operation: 'histogram';
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly samples: SampleFormat;
  /** the channels to count, ascending */
  readonly chosen: readonly number[];
  /** number of bins; for integers white + 1 */
  readonly classes: number;
}

/** A job for a backend to prepare: data that is known before the samples. */
export type Job = OperatorJob | PictureJob | ResizeJob | ComparisonJob | HistogramJob;

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

/** How the samples of a picture are stored: integers from black, 0, to white, or floats from 0 to 1 and beyond. */
export type SampleFormat = 'uint8' | 'uint16' | 'float32';

/** How samples become numbers, the cells of a pixel. */
export interface Load {
  readonly samples: SampleFormat;
  /** interleaved, 1 to 4; of 2 and 4, the last is alpha */
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
  /** Luminance: what R, G and B count. Default: 0.2126, 0.7152, 0.0722. */
  readonly weights?: readonly [number, number, number];
  /** Values subtracted from the samples of each chosen channel. Default: none. */
  readonly origins?: readonly number[];
  /** sRGB samples become light first, except alpha. */
  readonly light: boolean;
  /** The job takes opaque pictures only; `run` refuses others. */
  readonly opaque: boolean;
}

/** How the numbers of a {@link PictureJob}'s last pass become samples: the steps in their order. */
export interface Store {
  readonly samples: SampleFormat;
  /**
   * Premultiplied: the sum of all weights, by which alpha is divided; up to what it then is what float32 sums leave of zeros; and what
   * is added to colors once they are divided by alpha.
   */
  readonly alphaScale: number;
  readonly nothing: number;
  readonly bias: number;
  /** Channels that are not convolved, and the colors that the change of the luminance is added to; undefined where there are none. */
  readonly kept: KeptChannels | undefined;
  // of chosen channels that are no alpha; light becomes sRGB before
  readonly absolute: boolean;
  /** The least value becomes black, and the largest white. */
  readonly normalized: boolean;
  readonly offset: number;
  /** Factor of all values, from the units of the picture to those of the result. */
  readonly unit: number;
  /** The filtered part of the image; the rest of the result is not changed. */
  readonly part: PicturePart | undefined;
  /** Limited to black … white; integers are rounded, halves up, as well. */
  readonly clamped: boolean;
  /**
   * The cell that each sample of the result's pixels takes, −1: the sample that is kept. Default: cells go to the channels that they
   * come from, and the change of the luminance is added to the colors.
   */
  readonly places?: readonly number[];
  /** Values from this one on become white, all others and NaN black. Default: values do not change. */
  readonly least?: number;
  /** Divide sums of premultiplied colors by alpha before storing. Default: false. */
  readonly mix?: UnsharpMix;
}

/** A value o of the image with sum s becomes o + amount · (o − s) if |o − s| exceeds the threshold; otherwise it does not change. */
export interface UnsharpMix {
  readonly amount: number;
  readonly threshold: number;
  /** The channels that change. Those of a premultiplied picture may be some of its colors. */
  readonly channels: readonly number[];
  /** o and s are the luminance; what it changes by is added to each of the channels. */
  readonly brightness: boolean;
}

/** Which pixel of a picture each pixel of the result takes its other channels from: that under the anchor. */
export interface KeptChannels {
  /** for every row, and for every column, of the result; −1 beyond the border */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  /** the samples beyond the border */
  readonly value: number;
}

/** A rectangle of a picture, and how much of the filter each pixel gets. */
export interface PicturePart {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** 0 … 1: those of its rows and of its columns are multiplied */
  readonly rowShares: Float32Array;
  readonly columnShares: Float32Array;
  /** the samples of a second input, one for each pixel of the whole picture, times which they count */
  readonly mask: { readonly samples: SampleFormat; readonly white: number } | undefined;
}

/** One convolution of a {@link PictureJob}: the same window over every cell. */
export interface PicturePass {
  /** depthwise, over one plane for each cell, `[1, cells, H, W]`; not flipped: the weights are */
  readonly geometry: ConvGeometry;
  /** the cells of a pixel beyond the border */
  readonly border: readonly number[];
  /** added to every sum */
  readonly bias: number;
  readonly sum: PictureSum;
}

/**
 * The weights of a pass and how they are summed. Taps of weight zero are omitted unless stated otherwise.
 * - `integer`: whole weights and a factor; 16 bits hold every sum;
 * - `box`: one weight for the whole window, by running sums;
 * - `window`: float weights, `[KH, KW]` for all cells, or `[cells, KH, KW]`; with `zeros`, taps of weight zero count as others do;
 * - `sums`: one weight for the whole window, by running sums of floats;
 * - `separable`: a row and a column of at least three neighbors each, whose product is the window;
 * - `products`: `count` such rows and columns in sequence, whose products add up to the window;
 * - `fft`: as `window`, by Fourier transform, for windows of more than one row;
 * - `magnitude`: scale · √(a² + b²) of the sums a and b under two windows of whole weights, without bias;
 * - `slopes`: the gradient from the sums under two perpendicular windows, or under several windows with the largest sum, without bias:
 *   its magnitude, where `step` is 1; its angle; or its angle as a color, with the magnitude as brightness;
 * - `ridge`: of the cell whose sums under two windows at right angles are the steepest, the length √(a² + b²), or 0 where a neighbor
 *   along the slope is steeper; the window of the geometry is two cells larger than these;
 * - `moments`: the mean of a window, its variance / white, or the root of the variance. If weighted, the last cell contains, from 0 to white,
 *   how much the others of its pixel count; and with `brightness` the first is replaced by the luminance of the first three;
 * - `likeness`: one value, how like a template a window of the picture is in all cells together. It is the last pass; the one before gives
 *   Σ template · window of each cell, and its geometry is the same.
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
      /** of each window its direction, counter-clockwise from the right: a unit vector, y downwards, and the angle in radians */
      readonly headings: readonly { readonly x: number; readonly y: number; readonly angle: number }[];
    }
  | { readonly kind: 'ridge'; readonly windows: readonly [Float32Array, Float32Array] }
  | { readonly kind: 'moments'; readonly measure: MomentMeasure; readonly weighted: boolean; readonly brightness: boolean }
  | {
      readonly kind: 'likeness';
      readonly measure: LikenessMeasure;
      /** Σ template² */
      readonly energy: number;
      /** of each cell, the mean of the template's weights as they were multiplied: what a window's mean adds to its products is taken away */
      readonly rests: readonly number[];
      /** normalized: a window scores 0 that holds no more: Σ window², or with zncc Σ (window − its mean)² */
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
 * A picture's whole way, from samples to samples: one input, and the mask if there is one; one output, which may be the same array as
 * the picture. Sums of integers go with one pass from 8 bits to 8 bits, whose result keeps the size and whose
 * channels are all convolved, or all but alpha, which is that of the same pixel.
 */
export interface PictureJob {
  readonly operation: 'picture';
  readonly load: Load;
  readonly passes: readonly PicturePass[];
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
  /** `[output]`, ascending: where the windows begin. All of them are within the source. */
  readonly starts: Int32Array;
  /** samples under each window */
  readonly taps: number;
  /** `[output, taps]`; every window's weights sum to 1 */
  readonly weights: Float64Array;
}

/**
 * Resizes an image from samples to samples: every channel with the same windows, in two passes. One input, and a second one if there
 * is one, and one output, which is neither. Where values are limited between the passes, results are within one level of exact sums.
 */
export interface ResizeJob {
  readonly operation: 'resize';
  /** all channels, premultiplied or not */
  readonly load: Load;
  readonly rows: Resampling;
  readonly columns: Resampling;
  /** down the columns first, then along the rows; else along the rows first */
  readonly columnsFirst: boolean;
  /** values beyond black and white are limited behind the first pass, too: only of samples of 8 bits, and for a result of 8 bits */
  readonly limited: boolean;
  readonly store: Pick<Store, 'samples' | 'unit' | 'clamped'>;
  /** Default: none. */
  readonly addend?: Addend;
}

/** A second input of the result's size and channels: each value of the result is sample · unit + sum · factor. */
export interface Addend {
  readonly samples: SampleFormat;
  readonly unit: number;
  readonly factor: number;
}

/**
 * Two pictures of one format, compared: two inputs, and as output four float64: the largest |a − b|, Σ |a − b| and Σ (a − b)² of all
 * samples, and Σ SSIM of all windows inside the image, for every channel. Sums are added tile by tile from the top.
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
 * How often the values of a picture's chosen channels occur: one input, and as output float64 `[2, classes]`: of each class how many
 * values it holds, and the largest of them, −∞ where it holds none. Integers are their own classes, 0 to white; floats are
 * divided into classes of equal width, from their least to their largest value. NaN counts nowhere.
 */
export interface HistogramJob {
  readonly operation: 'histogram';
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly samples: SampleFormat;
  /** the channels that count, ascending */
  readonly chosen: readonly number[];
  /** of integers: white + 1 */
  readonly classes: number;
}

/** A job for a backend to prepare: data that is known before the samples. */
export type Job = OperatorJob | PictureJob | ResizeJob | ComparisonJob | HistogramJob;

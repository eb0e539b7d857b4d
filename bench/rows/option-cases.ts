import { createImage, type FilterOptions, type Image, SOBEL_X } from '../../src/index.js';
import type { SampleType } from '../images.js';
import type { FilterCall } from '../row.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A filter with an option, and what it may cost. */
export interface OptionCase {
  /** Its name. Default: the options as written */
  readonly name?: string;
  /** the plain call beside it */
  readonly base: 'sharpen 3×3' | 'Gaussian σ 2' | 'box 15×15';
  /** where the kernel is not the base's */
  readonly other?: { readonly name: string } & Pick<FilterCall, 'kernel' | 'sobel'>;
  readonly options?: FilterOptions;
  /** options that depend on the size of the image */
  readonly where?: (size: Size) => FilterOptions;
  /** of the image. Default `'uint8'` */
  readonly samples?: SampleType;
  /** with real alpha */
  readonly transparent?: boolean;
  /** Maximum ratio to the plain call, per sample of the input image. Default 3; null: the ratio is only reported. */
  readonly atMost?: number | null;
}

const SHARPEN = { base: 'sharpen 3×3' } as const;
const BLUR = { base: 'Gaussian σ 2' } as const;
const SOBEL = { name: 'Sobel', kernel: SOBEL_X, sobel: true };

/** Every option that changes how an image is computed, and every word that it allows: a test asks for them. */
export const OPTION_CASES: readonly OptionCase[] = [
  // the noise of the measurement
  { ...SHARPEN, name: 'no option', atMost: null },
  { ...SHARPEN, options: { output: 'signed' } },
  { ...SHARPEN, options: { output: 'abs' } },
  { ...SHARPEN, options: { output: 'signed' }, other: SOBEL },
  { ...SHARPEN, options: { output: 'abs' }, other: SOBEL },
  { ...SHARPEN, options: { output: 'normalize' } },
  { ...SHARPEN, options: { output: 'float' }, atMost: 4 },
  { ...SHARPEN, options: { output: '16bit' } },
  { ...SHARPEN, samples: 'uint16', name: '16-bit samples' },
  { ...SHARPEN, samples: 'float32', name: 'float samples', atMost: 6 },
  { ...SHARPEN, options: { channels: 'luminance' } },
  { ...SHARPEN, options: { channels: 'all' } },
  { ...SHARPEN, options: { channels: 'g' } },
  { ...SHARPEN, options: { padding: 'valid' } },
  { ...SHARPEN, options: { dilation: 2 } },
  { ...SHARPEN, options: { anchor: 0 } },
  { ...SHARPEN, options: { flip: true } },
  { ...SHARPEN, options: { scale: 0.75 } },
  { ...SHARPEN, options: { bias: 10 } },
  { ...SHARPEN, options: { linear: true }, atMost: null },
  { ...SHARPEN, options: { algorithm: 'sparse' }, atMost: null },
  { ...SHARPEN, where: (size) => ({ region: fiftieth(size) }), name: 'region of 2% of the pixels', atMost: 1 },
  { ...SHARPEN, where: (size) => ({ region: { ...fiftieth(size), feather: 10 } }), name: 'the same region, feathered', atMost: 1 },
  { ...SHARPEN, where: (size) => ({ mask: ramp(size) }), name: 'mask' },

  { ...BLUR, name: 'no option', atMost: null },
  { ...BLUR, options: { paddingMode: 'zero' } },
  { ...BLUR, options: { paddingMode: 'zero', alpha: 'ignore' } },
  { ...BLUR, options: { paddingMode: 'constant', paddingValue: 128 } },
  { ...BLUR, options: { paddingMode: 'replicate' } },
  { ...BLUR, options: { paddingMode: 'symmetric' } },
  { ...BLUR, options: { paddingMode: 'wrap' } },
  { ...BLUR, transparent: true, name: 'real alpha' },
  { ...BLUR, transparent: true, options: { alpha: 'premultiply' }, name: "real alpha, alpha: 'premultiply'" },
  { ...BLUR, transparent: true, options: { alpha: 'ignore' }, name: "real alpha, alpha: 'ignore'" },
  { ...BLUR, transparent: true, options: { alpha: 'filter' }, name: "real alpha, alpha: 'filter'" },
  { ...BLUR, options: { linear: true } },
  { ...BLUR, options: { stride: 2 }, atMost: 1 },
  { ...BLUR, options: { algorithm: 'direct' }, atMost: null },
  { ...BLUR, options: { algorithm: 'separable' }, atMost: null },
  { ...BLUR, options: { algorithm: 'fft' }, atMost: null },
  { base: 'box 15×15', options: { algorithm: 'runningSum' }, atMost: null },
];

/** A square in the middle. */
function fiftieth({ width, height }: Size): NonNullable<FilterOptions['region']> {
  const side = Math.round(Math.sqrt(width * height * 0.02));
  return { x: (width - side) >> 1, y: (height - side) >> 1, width: side, height: side };
}

/** From none of the filter on the left to all of it on the right. */
function ramp({ width, height }: Size): Image {
  return createImage(
    width,
    height,
    1,
    Uint8ClampedArray.from({ length: width * height }, (_, i) => (255 * (i % width)) / (width - 1)),
  );
}

import { box, emboss, type FilterOptions, full, gaussian, type Image, kernel2d, motionBlur, Random, SOBEL_X, sharpen, type Tensor } from '../../src/index.js';

/** A filter of an image, as any backend computes it. */
export interface PictureCase {
  readonly name: string;
  readonly image: Image;
  readonly kernel: Tensor;
  readonly options: FilterOptions;
  /** All sums are exact in float32: results are the same on every backend. */
  readonly exact: boolean;
}

const random = new Random(7);
const [WIDTH, HEIGHT] = [37, 22];

/** Noise; of the alpha of `'opaque'` images all is white. */
function noise(samples: 'uint8' | 'uint16' | 'float32', channels: 1 | 2 | 3 | 4, opaque = false): Image {
  const count = WIDTH * HEIGHT * channels;
  const alpha = (i: number) => channels % 2 === 0 && i % channels === channels - 1;
  const white = { uint8: 255, uint16: 65535, float32: 1 }[samples];
  const draw = (i: number) =>
    alpha(i) && (opaque || random.chance(0.2)) ? white : random.chance(0.1) ? 0 : samples === 'float32' ? random.uniform(-0.1, 1.1) : random.integer(white + 1);
  const values = Array.from({ length: count }, (_, i) => draw(i));
  const Samples = { uint8: Uint8ClampedArray, uint16: Uint16Array, float32: Float32Array }[samples];
  return { width: WIDTH, height: HEIGHT, channels, data: Samples.from(values) };
}

const RGBA = noise('uint8', 4, true);
const CUT_OUT = noise('uint8', 4);
const weights = (h: number, w: number) =>
  kernel2d(Array.from({ length: h }, () => Array.from({ length: w }, () => random.uniform(-0.5, 1) / Math.sqrt(h * w))));
const mean = (h: number, w: number) => full([h, w], 1 / (h * w));
/** Few, as it takes a software GPU long to compile many. */
const WIDE = weights(2, 3);

const one = (name: string, image: Image, kernel: Tensor, options: FilterOptions = {}, exact = false): PictureCase => ({ name, image, kernel, options, exact });

/** Every kind of sum, border, load and store. */
export const PICTURE_CASES: readonly PictureCase[] = [
  one('whole weights', RGBA, sharpen(), {}, true),
  one('whole weights, gray', noise('uint8', 1), sharpen(), {}, true),
  one('whole weights, gray and alpha', noise('uint8', 2, true), sharpen(), {}, true),
  one('whole weights, RGB', noise('uint8', 3), sharpen(), {}, true),
  one('whole weights, 16 bits', noise('uint16', 3), sharpen(), {}, true),
  one('floats', noise('float32', 3), sharpen()),
  one('float weights', RGBA, weights(5, 4)),
  one('float weights, 16 bits', noise('uint16', 2, true), WIDE),
  one('more weights than are written out', RGBA, weights(9, 11)),
  one('a row', RGBA, motionBlur(9)),
  one('few weights of many', RGBA, motionBlur(13, 45)),
  one('a box', RGBA, box(3)),
  one('a large box', noise('uint8', 3), box(9), { paddingMode: 'symmetric' }),
  one('rows and columns', RGBA, gaussian(2)),
  one('rows and columns, cut out', CUT_OUT, gaussian(1)),
  one(
    'a sum of two products',
    RGBA,
    kernel2d([
      [1, 2, 3, 4, 5],
      [2, 1, 0, 1, 2],
      [4, 5, 6, 7, 8],
      [1, 3, 3, 3, 1],
      [3, 6, 9, 12, 15],
    ]),
    { scale: 'sum' },
  ),
  ...(['zero', 'constant', 'replicate', 'reflect', 'symmetric', 'wrap'] as const).map((paddingMode) => {
    const options = { paddingMode, padding: paddingMode === 'reflect' ? 20 : 50, ...(paddingMode === 'constant' ? { paddingValue: 200 } : {}) };
    return one(`${paddingMode}, further than the picture is high`, noise('uint8', 3), WIDE, options);
  }),
  one('zero, cut out', CUT_OUT, gaussian(1), { paddingMode: 'zero' }),
  one('constant, cut out', CUT_OUT, gaussian(1), { paddingMode: 'constant', paddingValue: 200 }),
  one('constant, in rows and columns', noise('uint8', 1), gaussian(1), { paddingMode: 'constant', paddingValue: 90, padding: 7 }),
  one('valid', RGBA, SOBEL_X, { padding: 'valid' }, true),
  one('full', noise('uint8', 3), SOBEL_X, { padding: 'full', paddingMode: 'zero' }, true),
  one('an anchor', RGBA, WIDE, { anchor: [0, 2] }),
  one('a stride', RGBA, sharpen(), { stride: 2 }, true),
  one('strides', noise('uint8', 3), WIDE, { stride: [3, 2] }),
  one('a stride of rows and columns', noise('uint8', 1), gaussian(1), { stride: 2 }),
  one('dilation', RGBA, sharpen(), { dilation: [2, 3] }, true),
  one('flipped', RGBA, WIDE, { flip: true }),
  one('a bias', RGBA, SOBEL_X, { bias: 40 }, true),
  ...(['signed', 'abs', 'normalize', 'float', '16bit'] as const).map((output) => one(`output ${output}`, RGBA, SOBEL_X, { output })),
  ...(['signed', 'normalize', '16bit'] as const).map((output) => one(`output ${output} of floats`, noise('float32', 4, true), emboss(), { output })),
  one('16 bits from floats, cut out', noise('float32', 4), box(3), { output: '16bit' }),
  one('one channel', CUT_OUT, WIDE, { channels: 'g' }),
  one('two channels', RGBA, WIDE, { channels: 'rb' }),
  one('alpha alone', CUT_OUT, WIDE, { channels: 'a' }),
  one('all channels', CUT_OUT, WIDE, { channels: 'all' }),
  one('alpha ignored', CUT_OUT, WIDE, { alpha: 'ignore' }),
  one('gray, cut out', noise('uint8', 2), box(3), { bias: 12 }),
  one('luminance', CUT_OUT, sharpen(), { channels: 'luminance' }),
  one('luminance of light, beyond the border', noise('uint8', 3), sharpen(), {
    channels: 'luminance',
    linear: true,
    padding: 'full',
    paddingMode: 'constant',
    paddingValue: 90,
  }),
  one('light', RGBA, gaussian(1), { linear: true }),
  one('light, cut out', CUT_OUT, box(3), { linear: true }),
  one('light, 16 bits', noise('uint16', 3), WIDE, { linear: true }),
  one('light of one channel', RGBA, WIDE, { linear: true, channels: 'b' }),
  one('a kernel for each channel', noise('uint8', 3), { shape: [3, 3, 3], data: Float32Array.from({ length: 27 }, () => random.uniform(-0.3, 0.5)) }),
  one('a region', RGBA, gaussian(1), { region: { x: 5, y: 3, width: 17, height: 9, feather: 3 } }),
  one('a region of floats', noise('float32', 3), WIDE, { region: { x: 1, y: 0, width: 30, height: 22 }, output: 'float' }),
  one('a mask', CUT_OUT, box(3), { mask: noise('uint8', 1) }),
  one('a mask of 16 bits, in a region', noise('uint8', 3), WIDE, { mask: noise('uint16', 1), region: { x: 2, y: 2, width: 20, height: 20 } }),
  one('sums that run', RGBA, box(25), { paddingMode: 'replicate' }),
  one('sums that run, cut out', CUT_OUT, mean(24, 3), { paddingMode: 'zero' }),
  one('sums that run, 16 bits', noise('uint16', 3), mean(27, 5), { paddingMode: 'wrap' }),
  one('sums that run, light', RGBA, mean(24, 2), { linear: true, paddingMode: 'symmetric' }),
  one('sums that run, every third column', noise('uint8', 3), mean(24, 7), { stride: [1, 3], paddingMode: 'replicate', bias: 3 }),
  one('sums that run, normalized, in a region', noise('uint8', 1), mean(30, 2), {
    output: 'normalize',
    paddingMode: 'replicate',
    region: { x: 4, y: 1, width: 19, height: 20 },
  }),
  one('the same of floats', noise('float32', 3), mean(25, 3), { paddingMode: 'replicate' }),
];

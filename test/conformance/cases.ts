// biome-ignore-all format: one case a line
import { type ConvGeometry, type ConvOptions, convGeometry, PADDING_MODES, type PaddingMode, poolGeometry, type WindowOptions } from '../../src/kernels/geometry.js';

/** One convolution that every backend must get right, named by what it is: `x=[2,4,9,9] k=[6,2,3,3] s=2 p=1 d=2 g=2`. */
export interface ConvCase {
  readonly name: string;
  readonly geometry: ConvGeometry;
  readonly options: ConvOptions;
}

/** One pooling window: `x=[2,3,9,9] k=[2,2] s=[2,2] p=1`. */
export interface PoolCase {
  readonly name: string;
  readonly geometry: ConvGeometry;
  readonly options: WindowOptions;
}

type ConvRow = readonly [x: readonly number[], kernel: readonly number[], options?: ConvOptions];
type PoolRow = readonly [x: readonly number[], options: WindowOptions];

const PLAIN: ConvRow[] = [
  // 1D
  [[1, 1, 1], [1, 1, 1]],
  [[1, 1, 4], [1, 1, 2]],
  [[1, 1, 9], [1, 1, 3], { padding: 1 }],
  [[2, 3, 17], [4, 3, 5], { padding: [2, 0] }],
  [[2, 4, 31], [6, 2, 4], { stride: 3, padding: [3, 2], dilation: 2, groups: 2 }],
  [[3, 2, 64], [5, 2, 7], { stride: 2, padding: 'same' }],
  [[1, 1, 100], [1, 1, 33], { padding: 'full' }],
  [[1, 2, 40], [3, 2, 3], { dilation: 16 }],
  [[1, 8, 20], [8, 1, 3], { groups: 8, padding: 1 }],
  // 2D
  [[1, 1, 5, 5], [1, 1, 3, 3]],
  [[1, 1, 5, 5], [1, 1, 3, 3], { padding: 1 }],
  [[1, 1, 28, 28], [4, 1, 5, 5], { padding: 2 }],
  [[2, 4, 14, 14], [8, 4, 5, 5], { padding: 2 }],
  [[1, 32, 16, 16], [32, 32, 3, 3], { padding: 1 }],
  [[2, 4, 9, 9], [6, 2, 3, 3], { stride: 2, padding: 1, dilation: 2, groups: 2 }],
  [[2, 3, 11, 7], [5, 3, 3, 5], { stride: [2, 1], padding: [1, 2], dilation: [1, 1] }],
  [[1, 2, 12, 10], [3, 2, 3, 2], { stride: [1, 3], padding: [2, 1], dilation: [3, 2] }],
  [[1, 2, 8, 9], [2, 2, 3, 3], { padding: [[1, 2], [0, 3]] }],
  [[1, 2, 8, 9], [2, 2, 3, 3], { padding: ['valid', 'same'] }],
  [[1, 2, 8, 9], [2, 2, 3, 3], { padding: ['full', [0, 1]] }],
  [[1, 1, 40, 33], [1, 1, 9, 9], { padding: 4 }],
  [[1, 1, 33, 40], [1, 1, 15, 15], { padding: 'same' }],
  [[1, 1, 24, 24], [1, 1, 31, 31], { padding: 15 }],
  // 3D
  [[1, 1, 1, 1, 1], [1, 1, 1, 1, 1]],
  [[1, 1, 4, 5, 6], [1, 1, 3, 3, 3]],
  [[1, 2, 4, 5, 6], [3, 2, 3, 3, 3], { padding: 1 }],
  [[2, 4, 5, 6, 7], [4, 2, 2, 3, 3], { stride: [1, 2, 1], padding: [0, 1, 2], dilation: [2, 1, 1], groups: 2 }],
  [[1, 3, 5, 5, 5], [6, 1, 3, 3, 3], { groups: 3, padding: 'same', stride: 2 }],
  [[1, 2, 3, 8, 9], [2, 2, 1, 3, 3], { padding: [0, 1, 1] }],
  [[1, 2, 7, 4, 4], [2, 2, 5, 1, 1], { padding: [[4, 0], [0, 0], [0, 0]] }],
];

/** Sizes at which vectors, tiles and textures have a remainder; images of one row or one column. */
const SIZES: ConvRow[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 19].map((w): ConvRow => [[1, 2, 3, w], [3, 2, 3, 3], { padding: 1 }]),
  ...[31, 32, 33, 63, 65].map((w): ConvRow => [[1, 1, 2, w], [1, 1, 2, 3], { padding: [[0, 1], [1, 1]] }]),
  [[1, 1, 1, 17], [1, 1, 1, 3]],
  [[1, 1, 17, 1], [1, 1, 3, 1]],
  [[1, 1, 17, 1], [2, 1, 3, 3], { padding: 1 }],
  [[1, 3, 1, 9], [3, 3, 3, 3], { padding: 1 }],
  [[1, 1, 70, 3], [1, 1, 3, 3]],
  [[2, 1, 3, 70], [1, 1, 3, 3], { stride: 2 }],
  [[1, 2, 1, 1], [4, 2, 3, 3], { padding: 1 }],
  [[1, 1, 2, 3], [1, 1, 7, 5], { padding: [3, 2] }],
  [[1, 1, 3, 3], [2, 1, 7, 7], { padding: 'full' }],
  [[1, 1, 3, 4], [1, 1, 5, 5], { padding: 4, dilation: 2 }],
];

/** Kernels of every small size, even and oblong ones too, with and without a border. */
const KERNELS: ConvRow[] = [
  ...[1, 2, 3, 4, 5, 6, 7].flatMap((k): ConvRow[] => [
    [[1, 2, 9, 10], [2, 2, k, k]],
    ...(k > 1 ? [[[1, 2, 9, 10], [2, 2, k, k], { padding: 'same' }] satisfies ConvRow] : []),
  ]),
  [[1, 1, 6, 6], [1, 1, 1, 6]],
  [[1, 1, 6, 6], [1, 1, 6, 1]],
  [[1, 1, 6, 6], [1, 1, 1, 1], { stride: 2 }],
  [[1, 1, 6, 6], [1, 1, 1, 1], { padding: 2 }],
  [[1, 2, 10, 11], [2, 2, 2, 5], { padding: [1, 2], flip: true }],
  [[1, 1, 10, 30], [1, 1, 1, 21], { padding: [0, 10] }],
  [[1, 1, 30, 10], [1, 1, 21, 1], { padding: [10, 0] }],
];

/** Layers as networks have them: many channels, every way to group them, kernels that cover their whole input. */
const CHANNELS: ConvRow[] = [
  [[1, 8, 7, 7], [16, 8, 3, 3], { padding: 1 }],
  [[2, 16, 6, 6], [8, 16, 3, 3]],
  [[1, 5, 6, 6], [7, 5, 3, 3]],
  [[2, 3, 6, 6], [13, 3, 2, 2]],
  [[4, 16, 5, 5], [24, 16, 1, 1]],
  [[1, 64, 3, 3], [32, 64, 3, 3], { padding: 1 }],
  [[5, 20, 1, 1], [10, 20, 1, 1]],
  [[3, 8, 7, 7], [32, 8, 7, 7]],
  [[4, 2, 3, 5], [10, 2, 3, 5]],
  [[2, 6, 12], [9, 6, 12]],
  [[2, 2, 3, 4, 5], [7, 2, 3, 4, 5]],
  ...[1, 2, 4, 8].flatMap((groups): ConvRow[] => [
    [[2, 8, 6, 5], [8, 8 / groups, 3, 3], { groups, padding: 1 }],
    [[1, 8, 6, 5], [16, 8 / groups, 2, 3], { groups, stride: 2, flip: true }],
  ]),
  [[1, 3, 9, 9], [3, 1, 5, 5], { groups: 3, padding: 'same', paddingMode: 'replicate' }],
  [[1, 3, 9, 9], [9, 1, 3, 3], { groups: 3 }],
  [[1, 6, 9, 9], [3, 2, 3, 3], { groups: 3 }],
  ...[1, 2, 3, 5, 16].map((n): ConvRow => [[n, 2, 5, 5], [3, 2, 3, 3], { padding: 1 }]),
  // sums so long that they may be computed in parts
  [[8, 2, 24, 24], [3, 2, 3, 3], { padding: 1 }],
  [[40, 520, 1], [26, 520, 1]],
  [[1, 5000, 1], [1, 5000, 1]],
];

/** Strides, alone and with what they interact with: remainders, 'same', dilation, strides wider than the kernel. */
const STRIDES: ConvRow[] = [
  ...[2, 3, 4].flatMap((stride) =>
    [7, 8, 9].flatMap((n): ConvRow[] => [
      [[1, 2, n, n + 3], [2, 2, 3, 3], { stride, padding: 1 }],
      [[1, 2, n, n + 3], [2, 2, 2, 4], { stride, padding: 'same' }],
    ]),
  ),
  [[1, 1, 9, 9], [1, 1, 2, 2], { stride: 5 }],
  [[1, 1, 1, 2], [1, 1, 1, 1], { stride: 3, padding: 'same' }],
  [[1, 1, 12, 12], [2, 1, 3, 3], { stride: 2, dilation: 2, padding: 'same' }],
  [[1, 1, 12, 12], [2, 1, 3, 3], { stride: 2, padding: 'full' }],
  [[1, 2, 9, 9], [2, 2, 3, 3], { dilation: 2 }],
  [[1, 2, 9, 9], [2, 2, 3, 3], { dilation: 4 }],
  [[1, 2, 9, 9], [2, 2, 2, 3], { dilation: [1, 3], padding: 'same' }],
  [[1, 2, 9, 9], [2, 2, 3, 3], { dilation: 3, padding: 'full' }],
];

/** Every padding mode in every rank, plain and with everything at once. */
const MODES: ConvRow[] = PADDING_MODES.flatMap((paddingMode): ConvRow[] => {
  const mode = withValue(paddingMode, 0.5);
  return [
    [[1, 1, 7], [1, 1, 3], { padding: 1, ...mode }],
    [[2, 2, 9], [4, 1, 4], { padding: [3, 1], stride: 2, dilation: 2, groups: 2, ...mode }],
    [[1, 2, 5], [2, 2, 5], { padding: 4, flip: true, ...mode }],
    [[1, 2, 6, 7], [3, 2, 3, 3], { padding: 1, ...mode }],
    [[1, 2, 6, 7], [3, 2, 3, 3], { padding: 'same', stride: 2, ...mode }],
    [[1, 1, 8, 9], [2, 1, 4, 2], { padding: 'full', ...mode }],
    [[1, 1, 8, 9], [2, 1, 3, 3], { padding: [[0, 3], [2, 1]], ...mode }],
    [[2, 4, 9, 8], [4, 2, 3, 2], { padding: [3, 2], stride: [2, 3], dilation: [2, 1], groups: 2, flip: true, ...mode }],
    [[1, 3, 8, 8], [3, 1, 5, 5], { padding: 2, groups: 3, ...mode }],
    [[1, 2, 3, 4, 5], [2, 2, 3, 3, 3], { padding: 1, ...mode }],
    [[2, 2, 5, 4, 6], [2, 1, 2, 3, 2], { padding: [[2, 0], [1, 1], [0, 3]], stride: [1, 2, 1], dilation: [2, 1, 2], groups: 2, ...mode }],
  ];
});

/** Borders wider than the image, where a mode starts over; reflect may not be. */
const WIDE: ConvRow[] = PADDING_MODES.filter((mode) => mode !== 'reflect').flatMap((paddingMode): ConvRow[] => {
  const mode = withValue(paddingMode, -1.25);
  return [
    [[1, 1, 2], [1, 1, 3], { padding: 7, ...mode }],
    [[1, 2, 3, 1], [2, 2, 3, 3], { padding: [4, 3], ...mode }],
    [[1, 1, 2, 3], [1, 1, 9, 9], { padding: 'same', ...mode }],
  ];
});

const FLIPS: ConvRow[] = [
  [[1, 1, 6], [1, 1, 4], { flip: true }],
  [[1, 2, 6, 6], [3, 2, 3, 2], { flip: true }],
  [[1, 2, 6, 6], [3, 2, 3, 3], { flip: true, stride: 2, padding: 'full' }],
  [[1, 2, 4, 4, 4], [2, 2, 3, 2, 3], { flip: true, padding: 1 }],
];

const ANCHORS: ConvRow[] = [
  [[1, 1, 7], [1, 1, 4], { padding: 'same', anchor: 0 }],
  [[1, 1, 7], [1, 1, 4], { padding: 'same', anchor: 3 }],
  [[1, 1, 6, 7], [1, 1, 2, 2], { padding: 'same', anchor: [0, 0] }],
  [[1, 1, 6, 7], [1, 1, 2, 2], { padding: 'same', anchor: 1 }],
  [[1, 2, 7, 8], [2, 2, 3, 5], { padding: 'same', anchor: [2, 1], stride: 2, paddingMode: 'symmetric' }],
  [[1, 2, 7, 8], [2, 2, 3, 4], { padding: 'same', anchor: [0, 3], dilation: 2, flip: true }],
  [[1, 1, 4, 5, 6], [1, 1, 3, 2, 3], { padding: 'same', anchor: [0, 1, 2], paddingMode: 'wrap' }],
];

/** Cases for every backend: forward with and without bias, and all gradients. */
export const CONV_CASES: readonly ConvCase[] = [PLAIN, SIZES, KERNELS, CHANNELS, STRIDES, MODES, WIDE, FLIPS, ANCHORS]
  .flat()
  .map(([x, kernel, options = {}]) => ({ name: nameOf(x, kernel, options), geometry: convGeometry(x, kernel, options), options }));

/** Cases for every backend: maximum, winners and their gradient. */
export const POOL_CASES: readonly PoolCase[] = (
  [
    [[1, 1, 1], { kernelSize: 1 }],
    [[1, 1, 10], { kernelSize: 3 }],
    [[2, 3, 17], { kernelSize: 4, stride: 3, padding: 1 }],
    [[1, 2, 12], { kernelSize: 3, stride: 1, dilation: 4, padding: 'same' }],
    [[1, 1, 9], { kernelSize: 5, padding: [4, 0] }],
    [[1, 1, 6, 6], { kernelSize: 3 }],
    [[2, 4, 28, 28], { kernelSize: 2 }],
    [[2, 4, 7, 7], { kernelSize: 2 }],
    [[1, 3, 7, 9], { kernelSize: 3, stride: 1 }],
    [[1, 3, 7, 9], { kernelSize: 3, stride: 2, padding: 1 }],
    [[1, 2, 7, 9], { kernelSize: [2, 3], stride: [3, 1], padding: [1, 2], dilation: [1, 2] }],
    [[1, 2, 8, 8], { kernelSize: 2, stride: 3 }],
    [[1, 2, 8, 5], { kernelSize: 3, stride: 1, padding: 'full' }],
    [[1, 2, 8, 8], { kernelSize: 3, padding: 'same' }],
    [[1, 1, 5, 5], { kernelSize: 5 }],
    [[1, 1, 5, 1], { kernelSize: [3, 1], stride: 1 }],
    [[1, 1, 1, 5], { kernelSize: [1, 2], stride: 1 }],
    [[1, 1, 3, 33], { kernelSize: [3, 2] }],
    [[1, 1, 4, 4], { kernelSize: 1, stride: 2 }],
    [[1, 2, 9, 9], { kernelSize: 2, stride: 2, padding: [[1, 0], [0, 1]] }],
    [[1, 5, 4, 4], { kernelSize: 2, dilation: 2, stride: 1 }],
    [[2, 2, 4, 6, 6], { kernelSize: 2 }],
    [[1, 2, 4, 5, 6], { kernelSize: [2, 3, 2], stride: [1, 2, 3], padding: [1, 1, 0] }],
    [[1, 1, 5, 5, 5], { kernelSize: 3, stride: 2, padding: 'same', dilation: 1 }],
    [[1, 1, 3, 4, 5], { kernelSize: [3, 4, 5] }],
  ] satisfies PoolRow[] as PoolRow[]
).map(([x, options]) => ({
  name: nameOf(x, [options.kernelSize].flat(), { ...options, stride: options.stride ?? options.kernelSize }),
  geometry: poolGeometry(x, options, 'maxPool'),
  options,
}));

function withValue(paddingMode: PaddingMode, paddingValue: number): ConvOptions {
  return paddingMode === 'constant' ? { paddingMode, paddingValue } : { paddingMode };
}

function nameOf(x: readonly number[], kernel: readonly number[], options: ConvOptions): string {
  const written: Record<string, unknown> = { x, k: kernel, s: options.stride, p: options.padding, d: options.dilation, g: options.groups, a: options.anchor };
  const fields = Object.entries(written)
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => `${field}=${JSON.stringify(value).replaceAll('"', '')}`);
  const { paddingMode, paddingValue, flip } = options;
  const value = paddingValue === undefined ? '' : `(${paddingValue})`;
  return [...fields, ...(paddingMode ? [paddingMode + value] : []), ...(flip ? ['flip'] : [])].join(' ');
}

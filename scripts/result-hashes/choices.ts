import type { Image } from 'convlab';
import { type Choice, each } from './draw.js';

// Options that several functions share. A value that is often refused is listed more than once.

export const perAxis = (rank: number, ...values: readonly unknown[]) => values.slice(0, rank);

export const BORDERS = [
  ...each('paddingMode', 'zero', 'replicate', 'reflect', 'symmetric', 'wrap'),
  ...each('paddingValue', 30, 0.4).map((value) => ({ paddingMode: 'constant', ...value })),
];

const anchors = (rank: number) => each('anchor', 0, perAxis(rank, 1, 0, 0)).map((anchor) => ({ padding: 'same', ...anchor }));
export const ANCHORS_2D = anchors(2);

const paddings = (rank: number) => {
  const lists = [perAxis(rank, [1, 2], [0, 3], [2, 2]), perAxis(rank, 'same', 'full', 1)];
  return [...each('padding', 'valid', 'full', 2, 'valid', 'full', 'valid', 1, ...lists), ...anchors(rank), ...anchors(rank)];
};

/** Where the kernel lies, indexed by the number of axes. */
export const PLACEMENT = [0, 1, 2, 3].map((rank) => ({
  strides: each('stride', 2, perAxis(rank, 1, 3, 2)),
  dilations: each('dilation', 2, perAxis(rank, 2, 1, 3)),
  paddings: paddings(rank),
  flips: each('flip', true, false),
}));

interface Kernel {
  readonly weights: Float32Array;
  /** One input channel per output channel, which `runningSum` and `separable` need. */
  readonly depthwise: boolean;
}

export const ALGORITHMS: readonly Choice<Kernel>[] = [
  (draw, { weights, depthwise }) => {
    if (depthwise && weights.every((weight) => weight === weights[0])) return { algorithm: 'runningSum' };
    const algorithms = ['auto', 'direct', 'direct', 'fft'];
    if (depthwise) algorithms.push('separable', 'separable', 'separable');
    if (weights.includes(0)) algorithms.push('sparse', 'sparse', 'sparse');
    return { algorithm: draw.of(algorithms) };
  },
];

export const SCALES = each('scale', 0.7, 'sum');
export const BIASES = each('bias', 20, -0.3);

/** The options of one kernel, indexed by the number of axes. */
export const STEP = PLACEMENT.map((lists): readonly (readonly Choice<Kernel>[])[] => [BORDERS, ...Object.values(lists), SCALES, BIASES, ALGORITHMS]);

export const OUTPUTS = each('output', 'clamp', 'signed', 'abs', 'normalize', 'float', '16bit');
export const ALPHAS = each('alpha', 'premultiply', 'ignore', 'premultiply', 'filter');
export const LINEAR = each('linear', true, false);

export const CHANNELS: readonly Choice<Image>[] = [
  (draw, { channels }) => {
    const letters = [[], [], ['a'], ['r', 'gb', 'rgb'], ['b', 'rg', 'ba', 'rgba']][channels];
    const luminance = channels > 2 ? ['luminance', 'luminance', 'luminance'] : [];
    return { channels: draw.of(['color', 'all', draw.integers(2, 0, channels - 1), ...letters, ...luminance]) };
  },
];

import * as convlab from 'convlab';
import { ALPHAS, BORDERS, CHANNELS, LINEAR, OUTPUTS } from './choices.js';
import { type Call, type Choice, Draw, each, type Options, type Result } from './draw.js';
import { drawImage, type Wanted } from './pictures.js';

// Calls of image operations that use more than one kernel.

type Choices = readonly Choice<convlab.Image>[];

const MEASURE = [BORDERS, CHANNELS];
const OPERATORS = each('operator', 'sobel', 'scharr', 'prewitt', 'roberts', 'kirsch', 'robinson');
const METHODS = each('method', 'zncc', 'ncc', 'ssd', 'correlation');
const SIZES = each('size', 4, 7);

/** A template for the image: a part of it, slightly darker. */
function drawTemplate(image: convlab.Image, draw: Draw): convlab.Image {
  const { channels } = image;
  const [width, height] = [Math.min(image.width, draw.integer(2, 12)), Math.min(image.height, draw.integer(2, 12))];
  const from = draw.integer(0, image.height - height) * image.width + draw.integer(0, image.width - width);
  const data = image.data.slice(0, width * height * channels);
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / channels / width);
    data[i] = 0.9 * image.data[(from + row * image.width) * channels + (i % (width * channels))];
  }
  return convlab.createImage(width, height, channels, data);
}

interface Operation {
  /** Calls per round. */
  readonly times: number;
  readonly choices: readonly Choices[];
  /** Properties of the image. Default: drawn. */
  readonly wanted?: Wanted;
  readonly call: (image: convlab.Image, options: never, draw: Draw) => Promise<Result>;
}

const magnitude = (image: convlab.Image, { out, ...options }: Options) =>
  convlab.gradientMagnitude(image, { ...options, ...(out === true && { out: { ...image, data: image.data.slice() } }) });
const OUTS = each('out', true);

const OPERATIONS: Readonly<Record<string, Operation>> = {
  gradientMagnitude: { times: 2, choices: [...MEASURE, OUTPUTS, OPERATORS, OUTS], call: magnitude },
  'gradientMagnitude of bytes': { times: 3, wanted: { samples: 'uint8', size: 'wide' }, choices: [BORDERS, OPERATORS, OUTS], call: magnitude },
  gradient: {
    times: 2,
    choices: [...MEASURE, OPERATORS],
    call: async (image, options) => {
      const { magnitude, direction } = await convlab.gradient(image, options);
      return [magnitude, direction];
    },
  },
  gradientDirection: { times: 2, choices: [...MEASURE, OUTPUTS, OPERATORS], call: convlab.gradientDirection },
  canny: { times: 2, choices: [...MEASURE, OUTPUTS, each('sigma', 0.5, 1.7), [{ low: 0.02, high: 0.2 }]], call: convlab.canny },
  localMean: { times: 1, choices: [...MEASURE, OUTPUTS, SIZES], call: convlab.localMean },
  localVariance: { times: 1, choices: [...MEASURE, OUTPUTS, SIZES], call: convlab.localVariance },
  localStandardDeviation: { times: 1, choices: [...MEASURE, OUTPUTS, SIZES], call: convlab.localStandardDeviation },
  unsharpMask: {
    times: 2,
    choices: [...MEASURE, OUTPUTS, each('radius', 0.6, 2.5), each('amount', -0.5, 2.5), each('threshold', 0.1, 4.5)],
    call: convlab.unsharpMask,
  },
  matchTemplate: {
    times: 6,
    choices: [METHODS, each('peaks', 2, 5), each('threshold', -0.5, 0.8), each('minDistance', 0.5, 8.5)],
    call: async (image, options, draw) => {
      const { scores, peaks } = await convlab.matchTemplate(image, drawTemplate(image, draw), options);
      return [scores, ...peaks.map(({ x, y, score }) => [x, y, score])];
    },
  },
  gaussianPyramid: {
    times: 3,
    wanted: { channels: 4 },
    choices: [ALPHAS, LINEAR],
    call: (image, options, draw) => convlab.gaussianPyramid(image, draw.integer(1, 3), options),
  },
  laplacianPyramid: {
    times: 1,
    choices: [],
    call: async (image, options, draw) => {
      const pyramid = await convlab.laplacianPyramid(image, draw.integer(1, 3), options);
      return [...pyramid.details, pyramid.base, await convlab.collapsePyramid(pyramid, options)];
    },
  },
  downsample: {
    times: 3,
    wanted: { channels: 2 },
    choices: [ALPHAS, LINEAR, OUTPUTS],
    call: (image, options, draw) => convlab.downsample(image, draw.of([2, 3, [1, 2], [3, 2]]), options),
  },
  compareImages: {
    times: 1,
    choices: [],
    call: async (image, options, draw) => {
      const other = { ...image, data: image.data.map((value) => value * draw.uniform(0.9, 1)) } as convlab.Image;
      const { max, mean, rmse, psnr, ssim } = await convlab.compareImages(image, other, options);
      return [max, mean, rmse, psnr, ssim];
    },
  },
};
const ROUND = Object.entries(OPERATIONS).flatMap(([name, { times }]) => Array<string>(times).fill(name));

export function operationCall(draw: Draw, index: number): Call {
  const operation = ROUND[index % ROUND.length];
  const { choices, call, wanted } = OPERATIONS[operation];
  const { image, kinds } = drawImage(draw, wanted);
  const seed = draw.integer(0, 2 ** 31);
  return {
    group: 'operations',
    kinds: { operation, ...kinds },
    inputs: `${image.width}×${image.height}, seed ${seed}`,
    options: draw.options(0.8, image, ...choices),
    run: (options, backend) => call(image, { ...options, backend } as never, new Draw(seed)),
  };
}

const RESIZE = [
  each('method', ...convlab.RESIZE_METHODS),
  LINEAR,
  each('output', 'clamp', 'float', '16bit'),
  [(draw: Draw, { channels }: convlab.Image) => (channels % 2 === 0 ? { alpha: draw.of(['premultiply', 'filter']) } : {})],
];

export function resizeCall(draw: Draw): Call {
  const { image, kinds } = drawImage(draw);
  const [width, height] = [draw.integer(1, 2 * image.width), draw.integer(1, 2 * image.height)];
  return {
    group: 'operations',
    kinds: { operation: 'resize', ...kinds },
    inputs: `${image.width}×${image.height} to ${width}×${height}`,
    options: draw.options(0.8, image, ...RESIZE),
    run: (options, backend) => convlab.resize(image, { width, height, ...options, backend }),
  };
}

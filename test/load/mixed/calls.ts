import { createHash } from 'node:crypto';
import {
  type Backend,
  type ConvOptions,
  conv,
  convGeometry,
  convInputGradient,
  convKernelGradient,
  createImage,
  maxPool,
  PADDING_MODES,
  Random,
  type RunOptions,
  resize,
  type Tensor,
  tensor,
} from '../../../src/index.js';
import { decodeImage, encodeImage } from '../../../src/node.js';
import { checkFilterCase, runFilterCase } from '../../fuzz/check-filter-case.js';
import { inOneLine, randomFilterCase } from '../../fuzz/random-filter-case.js';
import { between, pick } from '../../fuzz/random-kernel.js';
import { randomContent, randomPicture } from '../../fuzz/random-picture.js';

type Arrays = readonly ArrayBufferView[];
type Options = Pick<RunOptions, 'backend' | 'signal'>;

/** A call with its arguments, all of which follow from its number. */
export interface Call {
  readonly name: string;
  run(options: Options): Promise<Arrays>;
  /** How far a value may be from that of the reference, whose largest one is given; undefined: `check` holds it against the reference. */
  readonly tolerance?: (largest: number) => number;
  check?(backends: { reference: Backend; wasm: Backend }): Promise<unknown>;
}

/** Filters with all their options, operators of networks, resizing, and files. */
export function callOf(number: number): Call {
  const random = new Random(number);
  const kind = random.uniform();
  if (kind < 0.6) return filterCall(number);
  if (kind < 0.8) return convCall(random);
  if (kind < 0.9) return resizeCall(random);
  return fileCall(random);
}

/** The SHA-256 of all results. */
export function hashOf(arrays: Arrays): string {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of arrays) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}

function filterCall(number: number): Call {
  // each time anew: they are many
  const filterCase = () => randomFilterCase(number);
  return {
    get name() {
      return `FUZZ_CASE=${number}: ${inOneLine(filterCase())}`;
    },
    run: async (options) => [(await runFilterCase(filterCase(), options)).data],
    check: ({ reference, wasm }) => checkFilterCase(filterCase(), { reference, wasm: [wasm], banded: [wasm] }),
  };
}

function noise(random: Random, shape: readonly number[]): Tensor {
  return tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.uniform(-1, 1)),
    shape,
  );
}

/** A convolution with its gradients, and a pooling of its result: from a few values to some that the background takes. */
function convCall(random: Random): Call {
  const rank = between(random, 1, 3);
  const axes = (low: number, high: number) => Array.from({ length: rank }, () => between(random, low, high));
  const [groups, most] = [between(random, 1, 2), random.chance(0.2) ? [4000, 160, 30][rank - 1] : [200, 24, 9][rank - 1]];
  const [kernelSize, dilation, padding] = [axes(1, 5), axes(1, 3), between(random, 0, 3)];
  const spatial = kernelSize.map((taps, axis) => (taps - 1) * dilation[axis] + padding + between(random, 1, most));
  const options: ConvOptions = { groups, dilation, padding, stride: axes(1, 4), paddingMode: pick(random, PADDING_MODES), flip: random.chance(0.3) };
  const x = noise(random, [between(random, 1, 2), 3 * groups, ...spatial]);
  const kernel = noise(random, [2 * groups, 3, ...kernelSize]);
  const gradient = noise(random, convGeometry(x.shape, kernel.shape, options).outShape);
  return {
    name: `conv of ${x.shape.join(' × ')} by ${kernel.shape.join(' × ')}, ${JSON.stringify(options)}`,
    tolerance: (largest) => 1e-5 * largest,
    async run(on) {
      const y = await conv(x, kernel, { ...options, ...on });
      const dx = await convInputGradient(gradient, kernel, { ...options, ...on, inputShape: x.shape });
      const dk = await convKernelGradient(x, gradient, { ...options, ...on, kernelShape: kernel.shape });
      const pooled = await maxPool(x, { kernelSize: 1, stride: 2, ...on });
      return [y.data, dx.data, dk.data, pooled.output.data];
    },
  };
}

function resizeCall(random: Random): Call {
  const [width, height, channels] = [between(random, 1, 400), between(random, 1, 300), between(random, 1, 4)];
  const image = randomPicture(random, [width, height], channels, randomContent(random, true));
  const size = { width: between(random, 1, 300), height: between(random, 1, 300), method: pick(random, ['box', 'triangle', 'lanczos3', 'mitchell'] as const) };
  return {
    name: `resize of ${width} × ${height} × ${channels} ${image.data.constructor.name} to ${JSON.stringify(size)}`,
    // a level: what is rounded from nearly half
    tolerance: (largest) => (image.data instanceof Float32Array ? 1e-5 * largest : 1),
    run: async (options) => [(await resize(image, { ...size, ...options })).data],
  };
}

/** There and back again, as the pixels of the format have to be. Its codecs have threads too; no backend takes part. */
function fileCall(random: Random): Call {
  const [width, height, channels] = [between(random, 1, 500), between(random, 1, 400), pick(random, [1, 3, 4])];
  const data = Uint8ClampedArray.from({ length: width * height * channels }, () => random.integer(256));
  const format = channels === 4 ? 'png' : pick(random, ['png', 'tiff', 'jpeg'] as const);
  return {
    name: `${format} of ${width} × ${height} × ${channels}`,
    tolerance: () => 0,
    async run({ signal }) {
      const file = await encodeImage(createImage(width, height, channels, data), format, { codec: 'built-in', signal });
      const image = await decodeImage(file, { codec: 'built-in', signal });
      if (format !== 'jpeg' && hashOf([image.data]) !== hashOf([data])) throw new Error(`${format} has other pixels`);
      return [image.data];
    },
  };
}

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as gpuJs from 'gpu.js';
import { conv, convGeometry, createBackend, Random, type Tensor, tensor } from '../src/index.js';
import type { Contestant, Row } from './measure.js';

/** The part of GPU.js that is used here, typed: its own declarations leave half of it out. */
interface GpuJs {
  readonly GPU: new (settings: { mode: 'cpu' | 'webasm' }) => { createKernel(source: string, settings: { output: number[] }): Program };
  readonly input: (values: Float32Array, size: number[]) => unknown;
}
interface Program {
  (...values: unknown[]): Float32Array[];
  readonly kernel: object;
}
const { GPU, input } = gpuJs as unknown as GpuJs;

const [W, H] = [1920, 1080];
const [OW, OH] = [W - 2, H - 2];

/** One float plane under a dense 3×3 kernel, no padding, one thread. */
export const plane3x3: Row = {
  name: 'plane-3x3',
  title: `forward 3×3 on one ${W}×${H} float plane, one thread`,
  async create() {
    const random = new Random(1);
    const draw = (shape: number[]) =>
      tensor(
        Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.uniform(-1, 1)),
        shape,
      );
    const x = draw([1, 1, H, W]);
    const kernel = draw([1, 1, 3, 3]);
    const expected = await conv(x, kernel, { backend: await createBackend('reference') });
    const gpuJsModes = (['cpu', 'webasm'] as const).flatMap((mode) => [gpuJsWith('arguments', mode, x, kernel), gpuJsWith('literals', mode, x, kernel)]);
    return {
      contestants: [...(await convlab(x, kernel)), plainLoop(x, kernel), ...gpuJsModes, await tfjs('wasm', x, kernel), await tfjs('cpu', x, kernel)],
      expected: expected.data,
    };
  },
};

async function convlab(x: Tensor, kernel: Tensor): Promise<Contestant[]> {
  const backend = await createBackend('wasm');
  const geometry = convGeometry(x.shape, kernel.shape);
  const [px, pk, out] = [x.data.length, kernel.data.length, OW * OH].map((length) => backend.allocate(length));
  backend.write(px, x.data);
  backend.write(pk, kernel.data);
  let eager: Tensor;
  return [
    { name: 'convlab wasm, on the backend', run: () => backend.conv(geometry, px, pk, null, out), result: () => backend.read(out) },
    {
      name: 'convlab wasm, conv()',
      async run() {
        eager = await conv(x, kernel, { backend });
      },
      result: () => eager.data,
    },
  ];
}

/** What a careful programmer writes by hand: weights in locals, one loop over the row. */
function plainLoop(x: Tensor, kernel: Tensor): Contestant {
  const out = new Float32Array(OW * OH);
  const { data } = x;
  const [a, b, c, d, e, f, g, h, i] = kernel.data;
  return {
    name: 'plain JS, hoisted',
    run() {
      for (let oh = 0, o = 0; oh < OH; oh++) {
        for (let p = oh * W, end = p + OW; p < end; p++) {
          const [q, r] = [p + W, p + 2 * W];
          out[o++] =
            data[p] * a + data[p + 1] * b + data[p + 2] * c + data[q] * d + data[q + 1] * e + data[q + 2] * f + data[r] * g + data[r + 1] * h + data[r + 2] * i;
        }
      }
    },
    result: () => out,
  };
}

/**
 * GPU.js in the best formulation that was found for it: a flat input with explicit index arithmetic, nine unrolled taps,
 * the output's rows a multiple of 4 long so that its f32x4 path has no remainder. Weights as arguments, or as literals,
 * which a new kernel has to recompile.
 */
function gpuJsWith(weights: 'arguments' | 'literals', mode: 'cpu' | 'webasm', x: Tensor, kernel: Tensor): Contestant {
  const padded = new Float32Array(W * H + 4); // the last row's surplus columns read past the end
  padded.set(x.data);
  const flat = input(padded, [padded.length]);
  const names = [...'abcdefghi'];
  const values = Array.from(kernel.data);
  const factors = weights === 'arguments' ? names : values.map((value) => `(${value})`);
  const taps = factors.map((factor, i) => `x[p + ${Math.floor(i / 3) * W + (i % 3)}] * ${factor}`);
  const parameters = weights === 'arguments' ? ['x', ...names] : ['x'];
  const source = `function (${parameters}) { const p = this.thread.y * ${W} + this.thread.x; return ${taps.join(' + ')}; }`;

  const gpu = new GPU({ mode });
  const program = gpu.createKernel(source, { output: [Math.ceil(OW / 4) * 4, OH] });
  const args = weights === 'arguments' ? [flat, ...values] : [flat];
  let rows = program(...args);
  const ran = program.kernel.constructor.name;
  if (ran !== { cpu: 'CPUKernel', webasm: 'WebAssemblyKernel' }[mode]) throw new Error(`GPU.js ran ${ran} instead of ${mode}`);
  return {
    name: `GPU.js ${mode}, weights as ${weights}`,
    run() {
      rows = program(...args);
    },
    result() {
      const out = new Float32Array(OW * OH);
      for (const [oh, row] of rows.entries()) out.set(row.subarray(0, OW), oh * OW);
      return out;
    },
  };
}

async function tfjs(name: 'cpu' | 'wasm', x: Tensor, kernel: Tensor): Promise<Contestant> {
  await tf.setBackend(name);
  if (tf.getBackend() !== name) throw new Error(`tfjs ran ${tf.getBackend()} instead of ${name}`);
  const px = tf.tensor4d(x.data, [1, H, W, 1]);
  const pk = tf.tensor4d(kernel.data, [3, 3, 1, 1]);
  let out: tf.Tensor | undefined;
  return {
    name: `tfjs ${name}, on the backend`,
    async run() {
      await tf.setBackend(name);
      out?.dispose();
      out = tf.conv2d(px, pk, 1, 'valid');
    },
    result: async () => (await out?.data()) as Float32Array,
  };
}

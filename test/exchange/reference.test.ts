import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { averagePool, averagePoolGradient, conv, convInputGradient, convKernelGradient, maxPool, maxPoolGradient, type Tensor } from '../../src/index.js';
import { ReferenceBackend } from '../../src/kernels/backends/reference/reference.js';
import { CONV_CASES, type ConvCase, POOL_CASES, type PoolCase } from '../conformance/cases.js';
import { absolute, convValues, difference } from '../conformance/suite.js';
import { tfConv, tfPool } from './tfjs-operators.js';

/** The reference against an implementation that is not ours: TensorFlow.js on plain JavaScript. */
const reference = new ReferenceBackend();
const expressed = { convolutions: 0, pools: 0 };

beforeAll(async () => {
  tf.enableProdMode(); // prints no advice to install tfjs-node
  await tf.setBackend('cpu');
});
afterAll(() => {
  console.info(
    `TensorFlow.js could express ${expressed.convolutions} of ${CONV_CASES.length} convolutions and ${expressed.pools} of ${POOL_CASES.length} pools, with all gradients`,
  );
});

describe('convolution', () => {
  for (const row of CONV_CASES)
    test(row.name, async () => {
      const { geometry, options } = row;
      const values = convValues(geometry);
      const { x, kernel, bias, gradient } = toTensors(row, values);
      const magnitude = toTensors(row, absolute(values));
      const steep = options.paddingValue === undefined ? options : { ...options, paddingValue: Math.abs(options.paddingValue) };

      const forward = tf.tidy(() => flat(tfConv(tf.tensor(x.data, [...x.shape]), tf.tensor(kernel.data, [...kernel.shape]), row, tf.tensor(bias.data))));
      const [wrtInput, wrtKernel] = tf.tidy(() => {
        const [px, pk, pg] = [x, kernel, gradient].map(({ data, shape }) => tf.tensor(data, [...shape]));
        const gradients = tf.grads((a: tf.Tensor, b: tf.Tensor) => tfConv(a, b, row))([px, pk], pg);
        return gradients.map(flat);
      });
      expressed.convolutions++;

      const backend = reference;
      const { inputShape, kernelShape } = { inputShape: geometry.xShape, kernelShape: geometry.kernelShape };
      const check = async (what: string, theirs: Float32Array, ours: (t: typeof magnitude, o: typeof options) => Promise<Tensor>) => {
        const [got, bound] = [await ours({ x, kernel, bias, gradient }, options), await ours(magnitude, steep)];
        expect.soft(difference(theirs, got.data, bound.data), what).toBe('');
      };
      await check('conv', forward, (t, o) => conv(t.x, t.kernel, { ...o, bias: t.bias, backend }));
      await check('convInputGradient', wrtInput, (t, o) => convInputGradient(t.gradient, t.kernel, { ...o, inputShape, backend }));
      await check('convKernelGradient', wrtKernel, (t, o) => convKernelGradient(t.x, t.gradient, { ...o, kernelShape, backend }));
    });
});

describe('pooling', () => {
  // TensorFlow.js has no gradient of dilated pools, and its gradient of a 3D maximum mixes up the height and width of the window
  const expressible = ({ geometry: g, options }: PoolCase) => options.dilation === undefined && (g.rank < 3 || g.kernel[1] === g.kernel[2]);
  for (const row of POOL_CASES.filter(expressible))
    test(row.name, async () => {
      const { geometry, options } = row;
      const { x, gradient } = toTensors(row, convValues(geometry));
      const inputShape = geometry.xShape;
      const theirs = (kind: 'max' | 'avg', includePad: boolean) =>
        tf.tidy(() => {
          const [px, pg] = [x, gradient].map(({ data, shape }) => tf.tensor(data, [...shape]));
          const pool = (a: tf.Tensor) => tfPool(a, row, kind, includePad);
          return { output: flat(pool(px)), gradient: flat(tf.grad(pool)(px, pg)) };
        });

      const max = theirs('max', false);
      const { output, indices } = await maxPool(x, { ...options, backend: reference });
      expect(output.data).toEqual(max.output);
      const back = await maxPoolGradient(gradient, { ...options, inputShape, indices, backend: reference });
      expect(difference(max.gradient, back.data, back.data.map(Math.abs)), 'maxPoolGradient').toBe('');

      for (const countIncludePad of [true, false]) {
        const average = theirs('avg', countIncludePad);
        const mean = await averagePool(x, { ...options, countIncludePad, backend: reference });
        const spread = await averagePoolGradient(gradient, { ...options, countIncludePad, inputShape, backend: reference });
        const [unit, unitBack] = [x.data.map(Math.abs), gradient.data.map(Math.abs)];
        const meanBound = await averagePool({ ...x, data: unit }, { ...options, countIncludePad, backend: reference });
        const spreadBound = await averagePoolGradient({ ...gradient, data: unitBack }, { ...options, countIncludePad, inputShape, backend: reference });
        expect(difference(average.output, mean.data, meanBound.data), `averagePool, countIncludePad ${countIncludePad}`).toBe('');
        expect(difference(average.gradient, spread.data, spreadBound.data), `its gradient, countIncludePad ${countIncludePad}`).toBe('');
      }
      expressed.pools++;
    });
});

function toTensors({ geometry: g }: ConvCase | PoolCase, { x, kernel, bias, gradient }: ReturnType<typeof convValues>) {
  return {
    x: { shape: g.xShape, data: x },
    kernel: { shape: g.kernelShape, data: kernel },
    bias: { shape: [g.outChannels], data: bias },
    gradient: { shape: g.outShape, data: gradient },
  };
}

function flat(t: tf.Tensor): Float32Array {
  return t.dataSync() as Float32Array;
}

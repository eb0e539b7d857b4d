import { createRequire } from 'node:module';
import type * as Tfjs from '@tensorflow/tfjs-core';
import type { Contestant, LayerWork, Peer, TensorWork } from '../row.js';
import { type Back, contestant, type Tf, use } from './tfjs-contestant.js';
import { tfjsNet } from './tfjs-net.js';

/**
 * TensorFlow.js: tensors that stay on its backend. Layers forward only, as its gradients run forward again; networks also in training, for
 * which the wasm backend lacks programs.
 */
export const tfjs: readonly Peer[] = (['wasm', 'cpu'] as const).map((back) => ({
  name: `TensorFlow.js ${back}`,
  threaded: false,
  groups: ['filters', 'layers', 'cnn'],
  quick: back === 'wasm',
  async load() {
    const tf = await import('@tensorflow/tfjs-core');
    await import(back === 'wasm' ? '@tensorflow/tfjs-backend-wasm' : '@tensorflow/tfjs-backend-cpu');
    // in Node the package has them only as modules that Node does not load, but tsx does; the registry is global
    createRequire(import.meta.url)('@tensorflow/tfjs-core/dist/register_all_gradients.js');
    await use(tf, back);
    return (work) => {
      if (work.kind === 'net') return tfjsNet(tf, back, work);
      if (work.kind === 'tensor' && work.x.shape.length === 4) return plane(tf, back, work);
      return work.kind === 'layer' && work.direction === 'forward' ? layer(tf, back, work) : undefined;
    };
  },
}));

function plane(tf: Tf, back: Back, { x, kernel }: TensorWork): Contestant {
  const [, , H, W] = x.shape;
  const [, , kH, kW] = kernel.shape;
  const [px, pk] = [tf.tensor4d(x.data, [1, H, W, 1]), tf.tensor4d(kernel.data, [kH, kW, 1, 1])];
  return contestant(tf, back, [px, pk], () => tf.conv2d(px, pk, 1, 'valid'));
}

export function layer(tf: Tf, back: Back, { layer, x, weight, bias }: LayerWork): Contestant | undefined {
  const tensor = ({ data, shape }: { data: Float32Array; shape: readonly number[] }) => tf.tensor(data, shape as number[]);
  const rank = x.shape.length;
  if (rank === 5) return undefined; // the wasm backend has none
  const px = rank === 4 ? tf.transpose(tensor(x), [0, 2, 3, 1]) : tensor(x);
  const toFirst = rank === 4 ? [0, 3, 1, 2] : undefined;
  switch (layer.type) {
    case 'conv': {
      if (!weight || !bias) return undefined;
      const [pw, pb] = [tf.transpose(tensor(weight), [2, 3, 1, 0]), tensor(bias)];
      const { stride = 1, padding = 0 } = layer;
      return contestant(tf, back, [px, pw, pb], () => tf.add(tf.conv2d(px as Tfjs.Tensor4D, pw as Tfjs.Tensor4D, stride, padding), pb), toFirst);
    }
    case 'linear': {
      if (!weight || !bias) return undefined;
      const [pw, pb] = [tensor(weight), tensor(bias)];
      return contestant(tf, back, [px, pw, pb], () => tf.add(tf.matMul(px, pw, false, true), pb));
    }
    case 'maxPool':
      return contestant(tf, back, [px], () => tf.maxPool(px as Tfjs.Tensor4D, 2, 2, 'valid'), toFirst);
    case 'relu':
      return contestant(tf, back, [px], () => tf.relu(px), toFirst);
    case 'logSoftmax':
      return contestant(tf, back, [px], () => tf.logSoftmax(px));
  }
}

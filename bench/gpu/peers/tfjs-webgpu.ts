import type * as Tfjs from '@tensorflow/tfjs-core';
import type { Tensor } from '../../../src/index.js';
import { contestant, layer, type Tf, use } from '../../peers/tfjs.js';
import type { Contestant, KernelWork, NetWork, Peer, Picture } from '../../row.js';
import { untilDone } from '../until-done.js';

/** TensorFlow.js on WebGPU: its own programs for images of floats, layers forward only, and a net that it trains by its own optimizer. */
export const tfjsWebGpu: Peer = {
  name: 'TensorFlow.js webgpu',
  threaded: false,
  groups: ['filters', 'layers', 'cnn'],
  async load() {
    const tf = await import('@tensorflow/tfjs-core');
    await import('@tensorflow/tfjs-core/dist/register_all_gradients.js');
    await import('@tensorflow/tfjs-backend-webgpu');
    await use(tf, 'webgpu');
    const ones = tf.ones([4096]); // fewer are added on the CPU
    const done = async () => {
      await use(tf, 'webgpu');
      const sum = tf.add(ones, ones);
      await sum.data();
      sum.dispose();
    };
    return (work) => {
      switch (work.kind) {
        case 'kernel':
          return work.resident ? untilDone(residentPicture(tf, work), done) : picture(tf, work);
        case 'layer': {
          const made = work.direction === 'forward' ? layer(tf, 'webgpu', work) : undefined;
          return made && untilDone(made, done);
        }
        case 'net':
          return work.task === 'inference' ? untilDone(net(tf, work), done) : net(tf, work);
        default:
          return undefined;
      }
    };
  },
};

/** `[1, H, W, 4]` */
function upload(tf: Tf, { width, height, data }: Picture): Tfjs.Tensor4D {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return tf.tidy(() => tf.cast(tf.tensor4d(bytes, [1, height, width, 4], 'int32'), 'float32'));
}

/** Filters each channel separately, as integers from 0 to 255. */
function filtered(tf: Tf, x: Tfjs.Tensor4D, weights: Tfjs.Tensor4D): Tfjs.Tensor {
  return tf.clipByValue(tf.round(tf.depthwiseConv2d(x, weights, 1, 'same')), 0, 255);
}

/** The same for each channel. */
function weightsOf(tf: Tf, { shape: [kH, kW], data }: Tensor): Tfjs.Tensor4D {
  return tf.tidy(() => tf.tile(tf.tensor4d(data, [kH, kW, 1, 1]), [1, 1, 4, 1]));
}

function residentPicture(tf: Tf, { picture, kernel }: KernelWork): Contestant {
  const [x, weights] = [upload(tf, picture), weightsOf(tf, kernel)];
  return contestant(tf, 'webgpu', [x, weights], () => filtered(tf, x, weights));
}

function picture(tf: Tf, { picture, kernel }: KernelWork): Contestant {
  const weights = weightsOf(tf, kernel);
  const out = new Uint8ClampedArray(picture.data.length);
  return {
    async run() {
      await use(tf, 'webgpu');
      const result = tf.tidy(() => filtered(tf, upload(tf, picture), weights));
      out.set(await result.data());
      result.dispose();
    },
    result: () => out,
    dispose: () => weights.dispose(),
  };
}

/** The lecture's net, channels last. */
function net(tf: Tf, { task, batch, steps, digits, weights }: NetWork): Contestant {
  const variables = Object.entries(weights).map(([name, { shape, data }]) => {
    const tensor = tf.tensor(data, shape as number[]);
    return [name, tf.variable(shape.length === 4 ? tf.transpose(tensor, [2, 3, 1, 0]) : tensor)] as const;
  });
  const of = Object.fromEntries(variables);
  const forward = (x: Tfjs.Tensor4D, dropout: number): Tfjs.Tensor2D => {
    const conv = (x: Tfjs.Tensor4D, name: string) => tf.relu(tf.add(tf.conv2d(x, of[`${name}.weight`] as unknown as Tfjs.Tensor4D, 1, 2), of[`${name}.bias`]));
    const pool = (x: Tfjs.Tensor) => tf.maxPool(x as Tfjs.Tensor4D, 2, 2, 'valid');
    const features = tf.reshape(tf.transpose(pool(conv(pool(conv(x, 'conv1')), 'conv2')), [0, 3, 1, 2]), [-1, 392]);
    const linear = (x: Tfjs.Tensor, name: string) => tf.add(tf.matMul(x, of[`${name}.weight`], false, true), of[`${name}.bias`]);
    const hidden = tf.relu(linear(features, 'fc1'));
    return tf.logSoftmax(linear(dropout ? tf.dropout(hidden, dropout) : hidden, 'fc2')) as Tfjs.Tensor2D;
  };
  const x = tf.tensor4d(
    Float32Array.from(digits.images, (byte) => byte / 255),
    [batch * steps, 28, 28, 1],
  );
  const y = tf.tensor1d(digits.labels, 'int32');
  const held = [...Object.values(of), x, y];
  if (task === 'inference') return contestant(tf, 'webgpu', held, () => forward(x, 0));
  const optimizer = tf.train.momentum(0.001, 0.9);
  return {
    async run() {
      await use(tf, 'webgpu');
      let loss: Tfjs.Scalar | null = null;
      for (let step = 0; step < steps; step++) {
        const [images, labels] = [tf.slice4d(x, [step * batch, 0, 0, 0], [batch, 28, 28, 1]), tf.slice1d(y, step * batch, batch)];
        loss?.dispose();
        loss = optimizer.minimize(() => tf.neg(tf.mean(tf.sum(tf.mul(tf.oneHot(labels, 10), forward(images, 0.5)), 1))) as Tfjs.Scalar, true);
        tf.dispose([images, labels]);
      }
      await loss?.data();
      loss?.dispose();
    },
    result: () => undefined,
    dispose() {
      tf.dispose(held);
      optimizer.dispose();
    },
  };
}

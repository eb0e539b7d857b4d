import type * as Tfjs from '@tensorflow/tfjs-core';
import type { Tensor } from '../../../src/index.js';
import { layer } from '../../peers/tfjs.js';
import { contestant, type Tf, use } from '../../peers/tfjs-contestant.js';
import { tfjsNet } from '../../peers/tfjs-net.js';
import type { Contestant, KernelWork, Peer, Picture } from '../../row.js';
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
          return work.task === 'inference' ? untilDone(tfjsNet(tf, 'webgpu', work), done) : tfjsNet(tf, 'webgpu', work);
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

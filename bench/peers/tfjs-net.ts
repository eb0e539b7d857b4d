import type * as Tfjs from '@tensorflow/tfjs-core';
import type { Contestant, NetWork } from '../row.js';
import { type Back, contestant, type Tf, use } from './tfjs-contestant.js';

/** Steps of training on the cpu backend, which takes seconds for each; the time is scaled to all steps. */
const CPU_STEPS = 2;

/**
 * The lecture's net, channels last. Its batches are in order, and no accuracy is computed. Training requires the gradients of TensorFlow.js,
 * which register themselves when they are imported.
 */
export function tfjsNet(tf: Tf, back: Back, { task, batch, steps, digits, weights }: NetWork): Contestant {
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
  if (task === 'inference') return contestant(tf, back, held, () => forward(x, 0));
  const optimizer = task === 'adam' ? tf.train.adam(0.001) : tf.train.momentum(0.001, 0.9);
  const taken = back === 'cpu' ? Math.min(CPU_STEPS, steps) : steps;
  return {
    async run() {
      await use(tf, back);
      let loss: Tfjs.Scalar | null = null;
      for (let step = 0; step < taken; step++) {
        const [images, labels] = [tf.slice4d(x, [step * batch, 0, 0, 0], [batch, 28, 28, 1]), tf.slice1d(y, step * batch, batch)];
        loss?.dispose();
        loss = optimizer.minimize(() => tf.neg(tf.mean(tf.sum(tf.mul(tf.oneHot(labels, 10), forward(images, 0.5)), 1))) as Tfjs.Scalar, true);
        tf.dispose([images, labels]);
      }
      await loss?.data();
      loss?.dispose();
    },
    async time(runs) {
      const start = performance.now();
      for (let i = 0; i < runs; i++) await this.run();
      return ((performance.now() - start) / runs) * (steps / taken);
    },
    result: () => undefined,
    dispose() {
      tf.dispose(held);
      optimizer.dispose();
    },
  };
}

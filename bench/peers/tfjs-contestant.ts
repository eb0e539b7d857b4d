import type * as Tfjs from '@tensorflow/tfjs-core';
import type { Contestant } from '../row.js';

export type Tf = typeof Tfjs;
export type Back = 'cpu' | 'wasm' | 'webgpu';

export async function use(tf: Tf, back: Back): Promise<void> {
  if (tf.getBackend() !== back) await tf.setBackend(back);
  if (tf.getBackend() !== back) throw new Error(`tfjs ran ${tf.getBackend()} instead of ${back}`);
}

/** @param toFirst the axes of an output as convlab has them: channels come last in TensorFlow */
export function contestant(tf: Tf, back: Back, held: readonly Tfjs.Tensor[], compute: () => Tfjs.Tensor, toFirst?: number[]): Contestant {
  let out: Tfjs.Tensor | undefined;
  return {
    async run() {
      await use(tf, back);
      out?.dispose();
      out = tf.tidy(compute);
    },
    async result() {
      await use(tf, back);
      return (await (toFirst && out ? tf.transpose(out, toFirst) : out)?.data()) as Float32Array;
    },
    dispose: () => tf.dispose([...held, ...(out ? [out] : [])]),
  };
}

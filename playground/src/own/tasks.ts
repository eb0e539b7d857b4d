import { type Backend, DataError, decodeCheckpoint, type Image, imageFromBlob, type Module, resize, toTensor } from 'convlab';
import { BYTES, SIZE } from './protocol.js';

/** The network that was used last. */
let asked: { readonly key: string; readonly backend: Backend; readonly model: Module } | undefined;

async function networkOf(backend: Backend, key: string, checkpoint: Uint8Array): Promise<Module> {
  if (asked?.key !== key || asked.backend !== backend) {
    asked?.model.dispose();
    asked = { key, backend, model: await decodeCheckpoint(checkpoint).model.eval().to(backend) };
  }
  return asked.model;
}

/** The engine's tasks for the view of custom classes. */
export const ownTasks = {
  /** An image as an input of the network, {@link BYTES} bytes: resized as by `convlab predict`, with transparent pixels over white. */
  preparePicture: async (backend: Backend, source: Blob | Image<Uint8ClampedArray>): Promise<Uint8Array> => {
    const image = source instanceof Blob ? await imageFromBlob(source) : source;
    const { data } = toTensor(await resize(image, { width: SIZE, height: SIZE, method: 'triangle', backend }));
    const area = SIZE * SIZE;
    return Uint8Array.from({ length: BYTES }, (_, i) => 255 * (data[i] * data[3 * area + (i % area)] + 1 - data[3 * area + (i % area)]) + 0.5);
  },

  /** The names of the classes of a checkpoint that this view, or `convlab train --data FOLDER --size 32`, wrote. */
  classesOf: async (_: Backend, checkpoint: Uint8Array, name: string): Promise<readonly string[]> => {
    const { pictures } = decodeCheckpoint(checkpoint, { name }).settings as { readonly pictures?: Readonly<Record<string, unknown>> };
    if (pictures?.framing !== 'none' || pictures.size !== SIZE || pictures.color !== 'rgb' || !Array.isArray(pictures.classes))
      throw new DataError('classesOf', `${name}: the model must classify ${SIZE} × ${SIZE} images`);
    return pictures.classes.map(String);
  },

  /** The probability of each class. @param key names the checkpoint */
  readOwn: async (backend: Backend, key: string, checkpoint: Uint8Array, picture: Uint8Array): Promise<Float32Array> => {
    const model = await networkOf(backend, key, checkpoint);
    const { data } = await model.run({ shape: [1, 3, SIZE, SIZE], data: Float32Array.from(picture, (byte) => byte / 255) });
    const most = Math.max(...data);
    const powers = data.map((value) => Math.exp(value - most));
    const sum = powers.reduce((total, value) => total + value, 0);
    return powers.map((value) => value / sum);
  },
};

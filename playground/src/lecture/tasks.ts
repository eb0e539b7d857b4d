import {
  type Backend,
  Conv2d,
  ConvNet,
  DataLoader,
  Dropout,
  decodeCheckpoint,
  evaluate,
  imageToTensor,
  Linear,
  type Matches,
  type Module,
  matchTemplate,
  ReLU,
  rightness,
  type SummaryLine,
  summary,
  type Tensor,
  TensorDataset,
  tensorToImage,
} from 'convlab';
import { AREA, bundledDigits, type Digits } from '../digits/data.js';
import { type Movement, moved } from '../digits/moved.js';
import { paintScene, type Scene } from '../filter/scenes.js';
import { networkOn } from '../network/tasks.js';

/** A rectangle of an image, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Batch size. */
const BATCH = 250;

/** A network trained in the page; only the newest is kept. */
let own: { readonly key: string; readonly backend: Backend; readonly model: Module } | undefined;

async function ownNet(backend: Backend, key: string, bytes: Uint8Array): Promise<Module> {
  if (own?.key !== key || own.backend !== backend) {
    own?.model.dispose();
    const model = await decodeCheckpoint(bytes).model.eval().to(backend);
    own = { key, backend, model };
  }
  return own.model;
}

function part({ images, labels }: Digits, from: number, to: number) {
  return new TensorDataset({ shape: [to - from, 1, 28, 28], data: images.data.subarray(from * AREA, to * AREA) }, labels.subarray(from, to));
}

/** The engine's tasks for the Lecture view. */
export const lectureTasks = {
  /** A scene without its colors, at half its size, `[1, 1, H, W]`, 0 to 1. */
  grayScene: async (_: Backend, scene: Scene): Promise<Tensor> => {
    const {
      shape: [, , height, width],
      data,
    } = imageToTensor(paintScene(scene));
    const [h, w, area] = [height >> 1, width >> 1, height * width];
    const gray = (at: number) => (0.299 * data[at] + 0.587 * data[area + at] + 0.114 * data[2 * area + at]) / 255;
    const at = (y: number, x: number) => 2 * y * width + 2 * x;
    const mean = (i: number) => [0, 1, width, width + 1].reduce((sum, beside) => sum + gray(at(Math.floor(i / w), i % w) + beside), 0) / 4;
    return { shape: [1, 1, h, w], data: Float32Array.from({ length: h * w }, (_, i) => mean(i)) };
  },

  /** The fraction of the first test digits that a network recognizes after each movement. */
  accuracyMoved: async (backend: Backend, weights: string, digits: string, count: number, movements: readonly Movement[]): Promise<number[]> => {
    const [model, { images, labels }] = [await networkOn(backend, weights), await bundledDigits(digits)];
    const shares: number[] = [];
    for (const movement of movements) {
      let right = 0;
      for (let from = 0; from < count; from += BATCH) {
        const n = Math.min(BATCH, count - from);
        const x = new Float32Array(n * AREA);
        for (let i = 0; i < n; i++) {
          const bytes = images.data.subarray((from + i) * AREA, (from + i + 1) * AREA);
          x.set(moved({ shape: [1, 1, 28, 28], data: Float32Array.from(bytes, (byte) => byte / 255) }, movement).data, i * AREA);
        }
        right += rightness(await model.run({ shape: [n, 1, 28, 28], data: x }), labels.subarray(from, from + n))[0];
      }
      shares.push(right / count);
    }
    return shares;
  },

  /** Finds a part of an image in the whole. @param x `[1, 1, H, W]` */
  matchPart: async (backend: Backend, x: Tensor, { x: left, y: top, width, height }: Place): Promise<Matches> => {
    const [, , , columns] = x.shape;
    const cut = Float32Array.from({ length: width * height }, (_, i) => x.data[(top + Math.floor(i / width)) * columns + left + (i % width)]);
    const image = (tensor: Tensor) => tensorToImage(tensor);
    return matchTemplate(image(x), image({ shape: [1, 1, height, width], data: cut }), { peaks: 3, backend });
  },

  /** Applies dropout to some numbers. @param training false: evaluation mode */
  dropout: async (backend: Backend, x: Tensor, rate: number, seed: number, training: boolean): Promise<Tensor> => {
    const layer = await new Dropout(rate).initialize(seed).to(backend);
    // outputs in training mode contain graphs, which cannot be sent to the page
    const { shape, data } = await (training ? layer.train() : layer.eval()).run(x);
    layer.dispose();
    return { shape, data };
  },

  /** Weights and links from n × n pixels to n × n, fully connected and with a kernel of w × w. */
  links: async (_: Backend, n: number, w: number) => {
    const count = (model: Module) => summary(model, [1, 1, n, n]);
    const shared = count(new Conv2d(1, 1, w, { padding: (w - 1) / 2, bias: false }));
    const dense = new Linear(n * n, n * n, { bias: false }).parameters().reduce((sum, { storage }) => sum + storage.length, 0);
    return { dense, links: shared.multiplyAdds, shared: shared.parameters };
  },

  /** Applies relu to some numbers. */
  relu: async (backend: Backend, x: Tensor): Promise<Tensor> => {
    const { shape, data } = await (await new ReLU().eval().to(backend)).run(x);
    return { shape, data };
  },

  /** The steps of the lecture's network. */
  lectureNet: async (_: Backend): Promise<{ readonly lines: readonly SummaryLine[]; readonly parameters: number }> => {
    const { lines, parameters } = summary(new ConvNet(), [1, 1, 28, 28]);
    return { lines, parameters };
  },

  /** Batches of a loader. */
  batches: async (_: Backend, length: number, batchSize: number): Promise<number> =>
    new DataLoader(new TensorDataset({ shape: [length, 1], data: new Uint8Array(length) }, new Uint8Array(length)), { batchSize }).length,

  /** The class probabilities of a digit from a network trained in the page. @param key identifies its weights */
  readDigit: async (backend: Backend, key: string, bytes: Uint8Array, x: Tensor): Promise<Float32Array> =>
    (await (await ownNet(backend, key, bytes)).run(x)).data.map((value) => Math.exp(value)),

  /** The fraction of some test digits that it recognizes. */
  testNet: async (backend: Backend, key: string, bytes: Uint8Array, digits: string, from: number, to: number): Promise<number> => {
    const set = part(await bundledDigits(digits), from, to);
    return (await evaluate(await ownNet(backend, key, bytes), new DataLoader(set, { batchSize: BATCH }))).accuracy;
  },
};

import { type Batches, Conv2d, Flatten, Linear, LogSoftmax, NLLLoss, ReLU, Sequential, SGD, train } from '../../src/cnn/index.js';
import type { Backend } from '../../src/kernels/backend.js';
import { Random } from '../../src/random.js';
import { tensor } from '../../src/tensor.js';

/** Stripes: class 0 runs across, class 1 down; 10 samples in batches of 4, so the last batch is short. */
export function stripes(seed: number, samples = 10, batchSize = 4): Batches {
  const random = new Random(seed);
  const all = Array.from({ length: samples }, (_, i) => {
    const phase = random.integer(2);
    const cells = Array.from({ length: 36 }, (_, p) => (((i % 2 === 0 ? Math.floor(p / 6) : p) + phase) % 2) + 0.3 * random.normal());
    return { cells, y: i % 2 };
  });
  return {
    length: Math.ceil(samples / batchSize),
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < samples; i += batchSize) {
        const part = all.slice(i, i + batchSize);
        yield {
          x: tensor(
            part.flatMap(({ cells }) => cells),
            [part.length, 1, 6, 6],
          ),
          y: part.map(({ y }) => y),
        };
      }
    },
  };
}

/** The losses of three short epochs on a backend. */
export async function course(backend: Backend): Promise<number[]> {
  const model = new Sequential([new Conv2d(1, 3, 3), new ReLU(), new Flatten(), new Linear(48, 2), new LogSoftmax()]).initialize(2);
  await model.to(backend);
  const optimizer = new SGD(model, { lr: 0.1, momentum: 0.5 });
  const history = await train(model, { train: stripes(1), optimizer, loss: new NLLLoss(), epochs: 3 });
  return history.epochs.map(({ loss }) => loss);
}

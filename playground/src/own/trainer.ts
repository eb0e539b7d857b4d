import {
  Adam,
  augment,
  type Backend,
  bestNet,
  CrossEntropyLoss,
  DataLoader,
  encodeCheckpoint,
  evaluate,
  type Module,
  randomErase,
  randomRotation,
  randomShift,
  rightness,
  type Sample,
  type Subset,
  stratifiedSplit,
  TensorDataset,
} from 'convlab';
import type { LookedAt } from '../train/protocol.js';
import { type Examples, type Held, type Progress, SIZE } from './protocol.js';

/** Images per step. */
const BATCH = 16;
/** Number of images that each class needs before one in five is held out. */
const ENOUGH = 5;

/** One training on the user's own classes: `bestNet` with Adam, on images that are randomly shifted, rotated and partly erased in every epoch. */
export class Trainer {
  #step = 0;
  #epoch = 0;
  #figures = { loss: Number.NaN, accuracy: Number.NaN };
  readonly #loss = new CrossEntropyLoss();
  readonly #optimizer: Adam;

  private constructor(
    private readonly classes: readonly string[],
    private readonly model: Module,
    private readonly learned: DataLoader<Sample>,
    private readonly held: Subset<Sample> | undefined,
  ) {
    this.#optimizer = new Adam(model, { lr: 0.003 });
  }

  /** Creates an untrained network. */
  static async start({ classes, pictures, labels }: Examples, seed: number, backend: Backend): Promise<Trainer> {
    const all = new TensorDataset({ shape: [labels.length, 3, SIZE, SIZE], data: pictures }, labels);
    const least = Math.min(...classes.map((_, label) => labels.filter((each) => each === label).length));
    const count = least >= ENOUGH ? Math.floor(labels.length / 5) : 0;
    const [learned, held] = stratifiedSplit<Sample>(all, labels, [labels.length - count, count], { seed });
    const varied = augment(learned, [randomRotation({ degrees: 12 }), randomShift({ max: 3 }), randomErase({ area: [0.02, 0.15] })], { seed });
    const model = bestNet({ channels: 3, classes: classes.length }).initialize(seed);
    await model.to(backend);
    return new Trainer(classes, model, new DataLoader(varied, { batchSize: BATCH, shuffle: true, seed }), count > 0 ? held : undefined);
  }

  /** Trains for an epoch. @param onStep is awaited after each step; returning false ends the epoch there */
  async epoch(onStep: () => Promise<boolean>): Promise<void> {
    let [loss, right, all] = [0, 0, 0];
    this.model.train();
    for await (const { x, y } of this.learned) {
      const output = await this.model.run(x);
      const value = await this.#loss.run(output, y as Int32Array);
      this.#optimizer.zeroGrad();
      value.backward();
      this.#optimizer.step();
      this.#step++;
      const [correct, counted] = rightness(output, y as Int32Array);
      loss += value.value * counted;
      right += correct;
      all += counted;
      if (!(await onStep())) return;
    }
    this.#epoch++;
    this.#figures = { loss: loss / all, accuracy: right / all };
  }

  async report(running: boolean): Promise<Progress> {
    return {
      running,
      step: this.#step,
      epoch: this.#epoch,
      ...this.#figures,
      held: await this.#measure(),
      kernels: await this.#kernels(),
      checkpoint: await this.save(),
    };
  }

  /** A checkpoint that `convlab predict` reads: it holds the names of the classes and the size of the images. */
  save(): Promise<Uint8Array> {
    const pictures = { framing: 'none', size: SIZE, color: 'rgb', classes: this.classes };
    return encodeCheckpoint({ model: this.model, optimizer: this.#optimizer, epoch: this.#epoch, settings: { pictures } });
  }

  dispose(): void {
    this.model.dispose();
  }

  async #measure(): Promise<Held | undefined> {
    if (!this.held) return undefined;
    const { samples, accuracy, confusion } = await evaluate(this.model, new DataLoader(this.held, { batchSize: 64 }));
    return { pictures: samples, accuracy, confusion };
  }

  /** The kernels of the first layer. */
  async #kernels(): Promise<LookedAt[]> {
    for (const [name, { shape, storage }] of this.model.namedParameters()) {
      if (shape.length !== 4 || !storage.operators || !storage.data) continue;
      return [{ name: name.replace(/\.weight$/, ''), weight: { shape, data: await storage.operators.read(storage.data) } }];
    }
    return [];
  }
}

import {
  Adam,
  AdamW,
  architectureOf,
  type Backend,
  type Batches,
  DataError,
  DataLoader,
  decodeCheckpoint,
  decodeSafetensors,
  encodeCheckpoint,
  evaluate,
  type Module,
  modelFrom,
  NLLLoss,
  type Optimizer,
  RandomSampler,
  RMSprop,
  rightness,
  SGD,
  type Tensor,
  TensorDataset,
} from 'convlab';
import { AREA, type Digits } from '../digits/data.js';
import type { LookedAt, Measured, Progress, StepRecord } from './protocol.js';
import { architectureFor, layersFrom, OPTIMIZER_NAMES, type Recipe } from './recipe.js';
import { Snapshots } from './snapshots.js';

/** Number of steps after which the network is evaluated and its state is saved. */
export const INTERVAL = 25;
/** Number of mistakes that are shown. */
const WORST = 12;

/** One training: a network, its optimizer, and their history. */
export class Trainer {
  step = 0;
  readonly #data: TensorDataset;
  readonly #validation: Batches;
  readonly #sampler: RandomSampler;
  readonly #loss = new NLLLoss();
  #order: { epoch: number; indices: Int32Array } | undefined;
  #steps: StepRecord[] = [];
  #measured: Measured[] = [];
  /** The step of the gradients on the backend. */
  #learned = 0;

  private constructor(
    readonly recipe: Recipe,
    readonly model: Module,
    readonly optimizer: Optimizer,
    readonly train: Digits,
    readonly validation: Digits,
    readonly snapshots = new Snapshots(),
  ) {
    this.#data = new TensorDataset(train.images, train.labels);
    this.#validation = new DataLoader(new TensorDataset(validation.images, validation.labels), { batchSize: 250 });
    this.#sampler = new RandomSampler(this.#data, { seed: recipe.seed });
  }

  /**
   * Starts with an untrained network.
   * @param lr the learning rate
   */
  static async start(recipe: Recipe, lr: number, train: Digits, validation: Digits, backend: Backend): Promise<Trainer> {
    const model = modelFrom(architectureFor(recipe)).initialize(recipe.seed);
    await model.to(backend);
    const trainer = new Trainer(recipe, model, optimizerFor(model, recipe, lr), train, validation);
    await trainer.measure();
    return trainer;
  }

  /** The same training on another backend, from the newest saved state, because the state on the old backend is lost. */
  static async recover(lost: Trainer, backend: Backend): Promise<Trainer> {
    const { recipe, train, validation, snapshots } = lost;
    const model = modelFrom(architectureFor(recipe));
    await model.to(backend);
    const trainer = new Trainer(recipe, model, optimizerFor(model, recipe, lost.optimizer.lr), train, validation, snapshots);
    trainer.seek(lost.step);
    return trainer;
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.#data.length / this.recipe.batch);
  }

  get parameters(): number {
    return this.model.parameters().reduce((sum, { storage }) => sum + storage.length, 0);
  }

  /** Trains on the next batch, and evaluates the network after every {@link INTERVAL} steps. */
  async next(): Promise<void> {
    const { x, y } = this.#data.batch(this.#batch(this.step));
    this.model.train();
    const output = await this.model.run(x);
    const loss = await this.#loss.run(output, y);
    this.optimizer.zeroGrad();
    loss.backward();
    this.optimizer.step();
    this.step++;
    this.#learned = this.step;
    const [right, all] = rightness(output, y);
    this.#steps.push({ step: this.step, loss: loss.value, accuracy: right / all });
    if (this.step % INTERVAL === 0) await this.measure();
  }

  /** Evaluates the network, and saves a snapshot. */
  async measure(): Promise<void> {
    const { loss, accuracy, confusion, worst } = await evaluate(this.model, this.#validation, { loss: this.#loss, worst: WORST });
    const picture = (i: number) => this.validation.images.data.slice(i * AREA, (i + 1) * AREA);
    const measured = { step: this.step, loss, accuracy, confusion, worst: worst.map((mistake) => ({ ...mistake, picture: picture(mistake.index) })) };
    this.#measured.push(measured);
    this.snapshots.keep({
      step: this.step,
      weights: await this.model.stateDict(),
      optimizer: await this.optimizer.stateDict(),
      random: this.model.random.state,
      measured,
    });
  }

  /** Returns to the last saved state at or before this step; later states are discarded when training continues. */
  seek(step: number): void {
    const kept = this.snapshots.at(step);
    this.model.loadStateDict(kept.weights);
    this.optimizer.loadStateDict(kept.optimizer);
    this.model.random.restore(kept.random);
    this.step = kept.step;
    this.#steps = [];
    this.#measured = [kept.measured];
    this.#learned = 0;
  }

  /** Called before training continues, to discard later states. */
  forgetLater(): void {
    this.snapshots.forgetAfter(this.step);
  }

  /** The events since the previous report. */
  async report(running: boolean): Promise<Progress> {
    const [steps, measured] = [this.#steps, this.#measured];
    [this.#steps, this.#measured] = [[], []];
    const { kernels, sizes } = await this.#look();
    return { step: this.step, stepsPerEpoch: this.stepsPerEpoch, running, steps, measured, kernels, sizes, kept: this.snapshots.steps };
  }

  /** A checkpoint: `convlab predict` reads it too. */
  save(): Promise<Uint8Array> {
    return encodeCheckpoint({ model: this.model, optimizer: this.optimizer, epoch: Math.floor(this.step / this.stepsPerEpoch) });
  }

  /** Loads weights and, if the optimizer is of the same class, its state. */
  async take(tensors: ReadonlyMap<string, Tensor>, restore: (optimizer: Optimizer, of: Module) => void): Promise<void> {
    this.model.loadStateDict(tensors);
    restore(this.optimizer, this.model);
    this.snapshots.clear();
    [this.#steps, this.#measured] = [[], []];
    await this.measure();
  }

  /** Continues on another backend from the current state. */
  async moveTo(backend: Backend): Promise<void> {
    const state = await this.optimizer.stateDict();
    this.optimizer.dispose();
    await this.model.to(backend);
    this.optimizer.loadStateDict(state);
    this.#learned = 0;
  }

  dispose(): void {
    this.optimizer.dispose();
    this.model.dispose();
  }

  /** The digits of a step. Each epoch has its own order, so any step can be reached. */
  #batch(step: number): Int32Array {
    const { stepsPerEpoch, recipe } = this;
    const epoch = Math.floor(step / stepsPerEpoch);
    if (this.#order?.epoch !== epoch) this.#order = { epoch, indices: Int32Array.from(this.#sampler.order(epoch)) };
    const from = (step % stepsPerEpoch) * recipe.batch;
    return this.#order.indices.subarray(from, from + recipe.batch);
  }

  async #look(): Promise<Pick<Progress, 'kernels' | 'sizes'>> {
    const kernels: LookedAt[] = [];
    const sizes: { name: string; weight: number; gradient: number }[] = [];
    for (const [name, { shape, storage, trainable }] of this.model.namedParameters()) {
      if (!trainable || !name.endsWith('weight') || !storage.operators || !storage.data) continue;
      const weight = await storage.operators.read(storage.data);
      const gradient = this.#learned > 0 && storage.gradient ? await storage.operators.read(storage.gradient) : undefined;
      sizes.push({ name: name.replace(/\.weight$/, ''), weight: rootMeanSquare(weight), gradient: gradient ? rootMeanSquare(gradient) : 0 });
      if (shape.length === 4)
        kernels.push({ name: name.replace(/\.weight$/, ''), weight: { shape, data: weight }, ...(gradient && { gradient: { shape, data: gradient } }) });
    }
    return { kernels, sizes };
  }
}

/** The contents of a weight file: the layers of a recipe, and their weights. @throws DataError, naming the file, if this page cannot build it */
export function openWeights(bytes: Uint8Array, recipe: Recipe, name: string) {
  const { tensors, metadata } = decodeSafetensors(bytes, { name });
  if (!('architecture' in metadata)) return { layers: recipe.layers, activation: recipe.activation, tensors, restore: () => {} };
  const checkpoint = decodeCheckpoint(bytes, { name });
  const known = layersFrom(architectureOf(checkpoint.model));
  if (!known) throw new DataError('openWeights', `${name}: its network has layers that this page does not support`);
  const own = new Set(checkpoint.model.namedParameters().keys());
  return {
    ...known,
    tensors: new Map([...tensors].filter(([name]) => own.has(name))),
    restore: (optimizer: Optimizer, of: Module) => {
      // an optimizer of another class starts without state
      if (checkpoint.optimizer === OPTIMIZER_NAMES[recipe.optimizer]) checkpoint.restoreOptimizer(optimizer, of);
    },
  };
}

function optimizerFor(model: Module, { optimizer, momentum }: Recipe, lr: number): Optimizer {
  if (optimizer === 'sgd') return new SGD(model, { lr, momentum });
  if (optimizer === 'rmsprop') return new RMSprop(model, { lr, momentum });
  return optimizer === 'adam' ? new Adam(model, { lr }) : new AdamW(model, { lr });
}

function rootMeanSquare(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / values.length);
}

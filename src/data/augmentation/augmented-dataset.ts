import type { Random } from '../../random.js';
import type { Tensor } from '../../tensor.js';
import { type Batch, isTensor } from '../collate.js';
import { Dataset, isPromise } from '../dataset.js';
import { stream } from '../stream.js';
import { checkPicture } from '../transforms.js';
import type { PixelAugmentation } from './pixel-augmentation.js';
import { performPixels } from './pixel-performer.js';
import { type Augmentation, type PixelStep, pixelTask } from './pixel-step.js';
import { performAway } from './pixel-thread.js';
import { fuseWarps, type WarpAugmentation } from './warp.js';

/** A dataset whose images are changed by augmentations, see {@link augment}. */
export class AugmentedDataset<S extends { readonly x: Tensor }> extends Dataset<S> {
  readonly #runs: readonly (readonly PixelStep[] | Augmentation)[];

  constructor(
    readonly dataset: Dataset<S>,
    steps: readonly Augmentation[],
    private readonly seed: number,
  ) {
    super();
    this.#runs = runsOf(steps);
  }

  get length(): number {
    return this.dataset.length;
  }

  at(index: number, epoch = 0): S | Promise<S> {
    const change = (sample: S): S => {
      const random = stream(this.seed, epoch, index);
      return { ...sample, x: this.#runs.reduce((x, run) => (typeof run === 'function' ? run(x, random) : applySteps(run, x, random)), sample.x) };
    };
    const sample = this.dataset.at(index, epoch);
    return isPromise(sample) ? sample.then(change) : change(sample);
  }

  override batch(indices: ArrayLike<number>, epoch = 0, ahead = false): Batch<S> | Promise<Batch<S>> {
    const [steps, ...others] = this.#runs;
    if (steps === undefined || typeof steps === 'function' || others.length > 0) return super.batch(indices, epoch);
    const change = (batch: Batch<S>): Batch<S> | Promise<Batch<S>> => {
      // the batch of samples `{ x: Tensor }` is also `{ x: Tensor }`
      const { x } = batch as { readonly x: Tensor };
      if (!isTensor(x) || x.shape.length !== 4) return super.batch(indices, epoch); // throws, with the shape of a sample
      const task = pixelTask(steps, x.shape, x.data, (n) => stream(this.seed, epoch, indices[n]));
      const finish = (data: Float32Array) => ({ ...batch, x: { shape: x.shape, data } });
      return ahead ? performAway(task).then(finish) : finish(performPixels(task));
    };
    const batch = this.dataset.batch(indices, epoch, ahead);
    return isPromise(batch) ? batch.then(change) : change(batch);
  }
}

function applySteps(steps: readonly PixelStep[], x: Tensor, random: Random): Tensor {
  checkPicture(steps[0].operation, x);
  return { shape: x.shape, data: performPixels(pixelTask(steps, [1, ...x.shape], x.data, () => random)) };
}

/** Groups adjacent steps that have programs into runs, with adjacent warps fused; other augmentations are functions between the runs. */
function runsOf(augmentations: readonly Augmentation[]): (PixelStep[] | Augmentation)[] {
  const runs: (PixelStep[] | Augmentation)[] = [];
  let warps: WarpAugmentation[] | undefined;
  for (const augmentation of augmentations) {
    if (isWarp(augmentation) && warps) {
      warps.push(augmentation); // its step refers to this list
      continue;
    }
    warps = isWarp(augmentation) ? [augmentation] : undefined;
    const step = warps ? fuseWarps(warps) : isPixels(augmentation) ? augmentation.pixels : undefined;
    const last = runs.at(-1);
    if (!step) runs.push(augmentation);
    else if (Array.isArray(last)) last.push(step);
    else runs.push([step]);
  }
  return runs;
}

function isPixels(augmentation: Augmentation): augmentation is PixelAugmentation {
  return 'pixels' in augmentation;
}

function isWarp(augmentation: Augmentation): augmentation is WarpAugmentation {
  return 'move' in augmentation;
}

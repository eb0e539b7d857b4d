import { ConvlabError } from '../errors.js';
import type { Tensor } from '../tensor.js';

/** One line of the training log: means over the batches since the previous line. */
export interface BatchRecord {
  readonly epoch: number;
  readonly batch: number;
  readonly loss: number;
  /** Fraction of correct answers, 0 to 1. */
  readonly accuracy: number;
  readonly learningRate: number;
  readonly seconds: number;
}

/** One epoch: means over its training batches, each measured during its training step. */
export interface EpochRecord {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
  readonly learningRate: number;
  readonly seconds: number;
  /**
   * The part of `seconds` spent waiting for batches: reading, decoding and augmentation that were not finished in
   * advance. Missing in histories saved by older versions.
   */
  readonly waiting?: number;
}

/** What `train` returns. */
export interface History {
  readonly batches: BatchRecord[];
  readonly epochs: EpochRecord[];
  /** Why training ended. */
  stopped: 'finished' | 'early' | 'aborted';
  /** The epoch of the lowest validation loss, or −1 without validation. */
  bestEpoch: number;
  /** The model's state after that epoch, kept with `earlyStopping.restoreBest`. */
  best?: ReadonlyMap<string, Tensor>;
}

const ADVICE =
  'try a lower learning rate, clipGradNorm or a warm-up, and inputs with mean 0 and standard deviation 1; check inputs and targets for NaN and huge values';

/** The point at which training diverged. */
export interface Divergence {
  /** Index of the epoch, from 0, as in the records. */
  readonly epoch: number;
  /** The first batch of that epoch with a non-finite loss, counted from 1, as in the records. */
  readonly batch: number;
  /** Number of batches in an epoch; undefined if unknown. */
  readonly batches?: number;
  readonly learningRate: number;
  /** The history up to that point. */
  readonly history: History;
}

/**
 * The loss or the weights are no longer finite; {@link where} gives the step. Checkpoints written after earlier epochs are valid.
 * @example
 * ```ts
 * import { DataLoader, DivergedError, full, Linear, MSELoss, SGD, TensorDataset, train } from 'convlab';
 *
 * const model = new Linear(2, 1);
 * const data = new TensorDataset(full([4, 2], 1), full([4, 1], 3));
 * try {
 *   await train(model, { train: new DataLoader(data), optimizer: new SGD(model, { lr: 1e30 }), loss: new MSELoss(), epochs: 2, seed: 1 });
 * } catch (error) {
 *   console.log(error instanceof DivergedError && error.where.epoch); // → 0
 * }
 * ```
 */
export class DivergedError extends ConvlabError {
  /** @param what the problem: `the loss is NaN` */
  constructor(
    what: string,
    readonly where: Divergence,
  ) {
    const { epoch, batch, batches, learningRate } = where;
    super(
      'train',
      `${what} in epoch ${epoch + 1}, from step ${batch}${batches === undefined ? '' : ` of ${batches}`} on, at learning rate ${learningRate}; ${ADVICE}`,
      { ...where },
    );
  }

  override get name() {
    return 'DivergedError';
  }
}

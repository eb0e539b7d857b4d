import { CONTROL_OPTIONS } from '../control.js';
import { DataError, OptionError, UnsupportedError } from '../errors.js';
import { anyWhole, callback, checkedInUse, checkOptions, count, flag, option, positive, type RowsOf, whole } from '../options.js';
import { othersTurn } from '../turns.js';
import { answersOf } from './answers.js';
import type { AveragedModel } from './averaged-model.js';
import type { Batches, TrainingBatch } from './batches.js';
import { evaluate } from './evaluate.js';
import { weightsAreFinite } from './finite-weights.js';
import { CrossEntropyLoss, type Loss } from './losses.js';
import { RunningMetrics } from './metrics.js';
import type { Module } from './module.js';
import type { Optimizer } from './optimizer.js';
import type { Schedule } from './schedules.js';
import type { Target } from './targets.js';
import { type BatchRecord, DivergedError, type EpochRecord, type History } from './training-history.js';

/** Options of {@link train}. */
export interface TrainOptions {
  train: Batches;
  /** Data to evaluate after every epoch, in evaluation mode. */
  validation?: Batches;
  optimizer: Optimizer;
  /** The loss function. Default: {@link CrossEntropyLoss}. */
  loss?: Loss;
  epochs: number;
  /** Scales the optimizer's learning rate at every step. Requires a known number of batches. Default: constant. */
  schedule?: Schedule;
  /** Stops when the validation loss has not improved for `patience` epochs. With `restoreBest` (default true) the best weights are restored. */
  earlyStopping?: { patience: number; restoreBest?: boolean };
  /** Upper bound of the total norm of all gradients. Default: no clipping. */
  clipGradNorm?: number;
  /**
   * Number of batches per optimizer step, which uses the mean of their gradients (gradient accumulation). This has the
   * effect of a larger batch but needs the memory of a single one. The last step of an epoch may use fewer batches.
   * Batch normalization still uses one batch at a time. Default 1.
   */
  accumulate?: number;
  /**
   * A moving average, updated after every optimizer step. Validation and `earlyStopping` then use the averaged weights,
   * and `restoreBest` restores them; otherwise the model ends with the trained weights. Default: none.
   */
  average?: AveragedModel;
  /** Number of batches per line of `history.batches`. Default 100. */
  logEvery?: number;
  callbacks?: {
    /** Called after every line of `history.batches`. */
    onBatch?: (record: BatchRecord) => void;
    /** Called after every epoch and awaited, e.g. to write a checkpoint. */
    onEpoch?: (record: EpochRecord, history: History) => void | Promise<void>;
    /** Called after every step; must be cheap. `total` is infinite if the number of batches is unknown. */
    onStep?: (step: number, total: number) => void;
  };
  /**
   * Stops after the current step: the history so far is returned, with `stopped: 'aborted'`. The weights are kept, or the best ones are restored with
   * `earlyStopping.restoreBest`.
   */
  signal?: AbortSignal;
  /** Called with the completed fraction of the steps, from 0 to 1; the last call passes 1, unless a signal stops training. Default: none. */
  onProgress?: (share: number) => void;
  /** Initializes the model before training. With the loaders' seeds, it makes the whole run reproducible. Default: the model is trained from its current state. */
  seed?: number;
  /** Epochs already trained, when training is resumed. Default 0. */
  startEpoch?: number;
  /** The history so far, when training is resumed; it is copied, not modified. */
  history?: History;
}

const TRAIN_OPTIONS = {
  train: checkedInUse('batches'),
  validation: checkedInUse('batches'),
  optimizer: checkedInUse('an optimizer'),
  loss: checkedInUse('a loss'),
  epochs: option(count, { required: true }),
  schedule: callback,
  earlyStopping: checkedInUse('{ patience, restoreBest? }'),
  clipGradNorm: positive,
  accumulate: option(count, { default: 1 }),
  average: checkedInUse('an AveragedModel'),
  logEvery: option(count, { default: 100 }),
  callbacks: checkedInUse('functions by name'),
  ...CONTROL_OPTIONS,
  seed: anyWhole,
  startEpoch: option(whole(0), { default: 0 }),
  history: checkedInUse('a history'),
} satisfies RowsOf<TrainOptions>;

const EARLY_STOPPING = { patience: option(count, { required: true }), restoreBest: flag } satisfies RowsOf<NonNullable<TrainOptions['earlyStopping']>>;
const CALLBACKS = { onBatch: callback, onEpoch: callback, onStep: callback } satisfies RowsOf<NonNullable<TrainOptions['callbacks']>>;

/**
 * Trains a model. Each step is a replay of operator calls in buffers allocated once; loss and accuracy are summed on
 * the backend and read every `logEvery` batches. Submodules in evaluation mode stay in it, unless the whole model is in
 * evaluation mode. Afterwards the model is in evaluation mode until it is trained again or put into training mode.
 * @returns losses and accuracies per log line and per epoch; the model holds the result
 * @throws OptionError if an option is unknown or breaks its rule
 * @throws DivergedError at the next log line or the end of the epoch, once the loss or a weight is not finite; with `restoreBest` the model then holds
 * its best weights
 * @throws UnsupportedError if every parameter is frozen
 * @example
 * ```ts
 * import { Adam, DataLoader, Flatten, full, Linear, Sequential, TensorDataset, train } from 'convlab';
 *
 * const data = new TensorDataset(full([32, 1, 8, 8], 1), new Int32Array(32));
 * const model = new Sequential([new Flatten(), new Linear(64, 2)]);
 * const history = await train(model, {
 *   train: new DataLoader(data, { batchSize: 8, shuffle: true, seed: 1 }),
 *   optimizer: new Adam(model, { lr: 0.01 }),
 *   epochs: 3,
 *   seed: 1,
 * });
 * console.log(history.stopped, history.epochs.length, history.epochs[2].accuracy); // → finished 3 1
 * ```
 */
export async function train(model: Module, options: TrainOptions): Promise<History> {
  check(options);
  const { optimizer, loss = new CrossEntropyLoss(), epochs, schedule, earlyStopping, callbacks, signal, onProgress, startEpoch = 0, logEvery = 100 } = options;
  const { accumulate = 1, average, clipGradNorm } = options;
  const restoreBest = earlyStopping !== undefined && (earlyStopping.restoreBest ?? true);
  if (options.seed !== undefined) model.initialize(options.seed);
  if (!model.requiresGrad) throw new UnsupportedError('train', 'at least one parameter must have requiresGrad true');
  const on = await model.operators();
  const history: History = {
    batches: [...(options.history?.batches ?? [])],
    epochs: [...(options.history?.epochs ?? [])],
    stopped: 'finished',
    bestEpoch: options.history?.bestEpoch ?? -1,
    ...(restoreBest && options.history?.best && { best: options.history.best }),
  };
  const [recent, whole] = [new RunningMetrics(on, true), new RunningMetrics(on, false)];
  model.resumeTraining();
  const modes = model.modules().map((module) => [module, module.training] as const);
  const peak = optimizer.lr;
  const batches = options.train.length ?? Number.POSITIVE_INFINITY;
  const total = epochs * batches;
  let bestLoss = Math.min(...history.epochs.map((epoch) => epoch.validationLoss ?? Number.POSITIVE_INFINITY));
  let step = batches === Number.POSITIVE_INFINITY ? 0 : startEpoch * batches;
  const diverge = (what: string, epoch: number, batch: number): DivergedError => {
    if (history.best) model.loadStateDict(history.best);
    return new DivergedError(what, { epoch, batch, batches: options.train.length, learningRate: optimizer.lr, history });
  };

  const update = () => {
    if (clipGradNorm !== undefined) optimizer.clipGradNorm(clipGradNorm);
    optimizer.step();
    average?.update();
  };

  try {
    for (let epoch = startEpoch; epoch < epochs && !signal?.aborted; epoch++) {
      const [start, breathe] = [performance.now(), breather()];
      let lineStart = start;
      let [batch, waiting, asked] = [0, 0, start];
      if ('epoch' in options.train) options.train.epoch = epoch;
      for await (const { x, y } of options.train) {
        waiting += performance.now() - asked;
        // a callback may have put it into evaluation mode
        if (!model.training) for (const [module, training] of modes) module.training = training;
        if (schedule) optimizer.lr = peak * schedule(step / total, epoch, total);
        if (batch % accumulate === 0) optimizer.zeroGrad();
        const together = Math.max(1, Math.min(accumulate, batches - (batch - (batch % accumulate))));
        const output = addGradients(model, loss, x, y, 1 / together);
        if ((batch % accumulate) + 1 >= together) update();
        for (const metrics of [recent, whole]) metrics.add(output.value, output.loss, answersOf(loss, y, output.value.shape));
        await on.backend.keepUp?.();
        step++;
        batch++;
        callbacks?.onStep?.(step, total);
        if (step < total) onProgress?.(total === Number.POSITIVE_INFINITY ? epoch / epochs : step / total);
        if (batch % logEvery === 0) {
          const { loss: mean, accuracy, finite } = await recent.take();
          if (!Number.isFinite(mean)) throw diverge(`the loss is ${mean}`, epoch, batch - logEvery + finite + 1);
          const now = performance.now();
          const record = { epoch, batch, loss: mean, accuracy, learningRate: optimizer.lr, seconds: (now - lineStart) / 1000 };
          lineStart = now;
          history.batches.push(record);
          callbacks?.onBatch?.(record);
        }
        await breathe();
        if (signal?.aborted) break;
        asked = performance.now();
      }
      if (signal?.aborted) break;
      // if the number of batches is unknown, the last step uses the remaining ones
      if (batches === Number.POSITIVE_INFINITY && batch % accumulate !== 0) update();
      if (batch === 0) throw new DataError('train', `the training data must contain at least one batch, received none in epoch ${epoch + 1}`);
      const [{ finite }, trained] = [await recent.take(), await whole.take()];
      if (!Number.isFinite(trained.loss)) throw diverge(`the loss is ${trained.loss}`, epoch, batch - (batch % logEvery) + finite + 1);
      const seconds = (performance.now() - start) / 1000;
      const measured = options.validation ? await evaluate(model, options.validation, { loss, average }) : undefined;
      if (measured && !Number.isFinite(measured.loss)) throw diverge(`the validation loss is ${measured.loss} after the last step`, epoch, batch);
      if (!(await weightsAreFinite(model, on))) throw diverge('a weight is not finite after the last step', epoch, batch);
      const record: EpochRecord = {
        epoch,
        loss: trained.loss,
        accuracy: trained.accuracy,
        ...(measured && { validationLoss: measured.loss, validationAccuracy: measured.accuracy }),
        learningRate: optimizer.lr,
        seconds,
        waiting: waiting / 1000,
      };
      history.epochs.push(record);
      if (measured && measured.loss < bestLoss) {
        bestLoss = measured.loss;
        history.bestEpoch = epoch;
        if (restoreBest) history.best = await (average ?? model).stateDict();
      }
      await callbacks?.onEpoch?.(record, history);
      if (earlyStopping && epoch - history.bestEpoch >= earlyStopping.patience) {
        history.stopped = 'early';
        break;
      }
    }
    if (signal?.aborted) history.stopped = 'aborted';
    if (history.best) model.loadStateDict(history.best);
    if (history.stopped !== 'aborted') onProgress?.(1);
    return history;
  } finally {
    optimizer.lr = peak;
    model.pauseTraining();
    recent.dispose();
    whole.dispose();
  }
}

/** Adds the gradient of a batch, times `scale`, to the gradients of the parameters. */
function addGradients(model: Module, loss: Loss, x: TrainingBatch['x'], y: Target, scale: number) {
  const inputs = 'shape' in x ? [x] : x;
  const { graph, inputs: places, output } = model.compile(inputs.map(({ shape }) => shape));
  const part = loss.compile(output);
  for (const [i, { data }] of inputs.entries()) graph.operators.write(places[i].data, data);
  graph.operators.write(part.target.data, loss.encode(y, output.shape));
  graph.forward();
  part.graph.forward();
  part.backward(scale);
  return { value: output, loss: part.loss };
}

/** Yields to timers and signals every 50 ms: a loop over WebAssembly calls never yields on its own. */
function breather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < 50) return;
    await othersTurn();
    last = performance.now();
  };
}

function check(options: TrainOptions): void {
  checkOptions('train', options, TRAIN_OPTIONS);
  const { earlyStopping, callbacks, validation, schedule } = options;
  if (earlyStopping !== undefined) checkOptions('train: earlyStopping', earlyStopping, EARLY_STOPPING, 'it');
  if (callbacks !== undefined) checkOptions('train: callbacks', callbacks, CALLBACKS, 'it');
  if (earlyStopping && !validation) throw new OptionError('train', 'earlyStopping', 'requires validation', earlyStopping);
  if (schedule && options.train?.length === undefined)
    throw new OptionError('train', 'schedule', 'requires the number of batches (train.length): give the dataset a length', schedule);
  for (const part of ['train', 'validation'] as const)
    if (options[part]?.length === 0)
      throw new OptionError('train', part, 'must contain at least one batch; a loader with dropLast requires at least batchSize samples', options[part]);
}

import { dirname } from 'node:path';
import type { Evaluation } from '../../cnn/evaluate.js';
import type { Checkpoint } from '../../cnn/exchange/checkpoint.js';
import type { Module } from '../../cnn/module.js';
import type { EpochRecord, History } from '../../cnn/training-history.js';
import type { Dataset, Sample } from '../../data/dataset.js';
import { OptionError } from '../../errors.js';
import { makeFolder, writeWhole } from '../../image/whole-file.js';
import { pickOptions } from '../../options.js';
import { DIGITS, type Preparation } from '../preparation.js';
import { progress } from '../progress.js';
import type { Terminal } from '../terminal.js';
import { isShards, samplesOf, shardsOf, type TrainingData } from '../training-data.js';
import { epochLine } from './lines.js';
import { KEPT_FLAGS, type TrainFlags } from './train-flags.js';

/** The result of {@link trainNetwork}. */
export interface Trained {
  readonly model: Module;
  readonly preparation: Preparation;
  readonly history: History;
  /**
   * Evaluation of the test set or, without one, of the validation samples; undefined without either, or before the
   * first epoch is complete.
   */
  readonly evaluation?: Evaluation;
  /** The data of `evaluation`. */
  readonly measured: 'test' | 'validation';
  /** The samples of these data, if they can be accessed at random. */
  readonly samples?: Dataset<Sample>;
  readonly classes?: readonly string[];
  readonly batches?: number;
  readonly device: string;
  readonly seconds: number;
}

/** Maximum number of mistakes to list. */
const WORST = 24;
/** Lines of the history per epoch, for smooth curves in a report. */
const LINES = 20;

/**
 * Trains the network described by the flags and writes its files, except for the report.
 * @param then called while the model is on the backend
 */
export async function trainNetwork<T>(
  flags: TrainFlags,
  resumed: Checkpoint | undefined,
  terminal: Terminal,
  signal: AbortSignal,
  then: (trained: Trained) => Promise<T>,
): Promise<T> {
  // the stack is loaded when a network is trained, not for --help
  const cnn = await import('../../cnn/index.js');
  const { saveCheckpoint } = await import('../../cnn/exchange/model-files.js');
  const { openBackend } = await import('../open-backend.js');
  const start = performance.now();

  for (const path of [flags.out, flags.history, flags.report]) if (path) await makeFolder('train', dirname(path));
  const preparation = preparationOf(flags);
  const { train, validation, test, classes, outputs } = isShards(flags.data) ? shardsOf(flags, preparation) : await samplesOf(flags, preparation);

  const backend = await openBackend(flags);
  try {
    const model = resumed?.model ?? network(cnn, flags, preparation, outputs).initialize(flags.seed);
    await model.to(backend);
    const { lr, momentum, weightDecay } = { lr: flags.optimizer === 'sgd' ? 0.01 : 0.001, ...flags };
    const optimizer = {
      sgd: () => new cnn.SGD(model, { lr, momentum, weightDecay }),
      adam: () => new cnn.Adam(model, { lr, weightDecay }),
      adamw: () => new cnn.AdamW(model, { lr, weightDecay }),
      rmsprop: () => new cnn.RMSprop(model, { lr, momentum, weightDecay }),
    }[flags.optimizer]();
    if (resumed?.optimizer) resumed.restoreOptimizer(optimizer);
    const average = flags.emaDecay === undefined ? undefined : new cnn.AveragedModel(model, { decay: flags.emaDecay });
    if (average && resumed?.average) resumed.restoreAverage(average);
    train.epoch = resumed?.epoch ?? 0;
    // writes a checkpoint before training, so that one exists whenever training is stopped, and write errors appear
    // early
    const pictures = { ...preparation, ...(classes && { classes }) };
    const settings = { ...resumed?.settings, pictures, train: { ...pickOptions(flags, KEPT_FLAGS), lr } };
    const save = async (epoch: number, history: History | undefined) => {
      if (flags.out) await saveCheckpoint(flags.out, { model, optimizer, average, settings, epoch, history });
    };
    await save(train.epoch, resumed?.history ?? undefined);

    const bar = train.length === undefined ? progress(terminal, flags.epochs, 'epochs') : progress(terminal, train.length * flags.epochs, 'batches');
    const onEpoch = async (record: EpochRecord, history: History) => {
      bar.log(epochLine(record));
      if (train.length === undefined) bar.update(record.epoch + 1);
      await save(record.epoch + 1, history);
    };
    const schedule = { none: undefined, cosine: cnn.cosineSchedule(), 'one-cycle': cnn.oneCycleSchedule(), step: cnn.stepSchedule(10) }[flags.schedule];
    let history: History;
    try {
      history = await cnn.train(model, {
        train,
        validation,
        optimizer,
        loss: new cnn.CrossEntropyLoss({ labelSmoothing: flags.labelSmoothing }),
        epochs: flags.epochs,
        schedule,
        accumulate: flags.accumulate,
        average,
        ...(flags.report !== undefined && train.length !== undefined && { logEvery: Math.max(1, Math.min(100, Math.floor(train.length / LINES))) }),
        ...(flags.patience !== undefined && { earlyStopping: { patience: flags.patience } }),
        callbacks: { onStep: (step, total) => Number.isFinite(total) && bar.update(step), onEpoch },
        signal,
        startEpoch: resumed?.epoch ?? 0,
        history: resumed?.history ?? undefined,
      });
    } catch (error) {
      if (!(error instanceof cnn.DivergedError)) throw error;
      const { history: before } = error.where;
      if (flags.history) await writeWhole('train', flags.history, JSON.stringify(before, null, 1));
      if (flags.out) bar.log(`${flags.out} contains the ${before.epochs.length} complete epochs before the loss became non-finite`);
      throw error;
    } finally {
      bar.stop();
    }
    // when training stops during an epoch, the checkpoint keeps the last complete one, from which it resumes to the same bits
    if (history.stopped !== 'aborted') await save(history.epochs.length, history);
    if (flags.history) await writeWhole('train', flags.history, JSON.stringify(history, null, 1));
    // the weights of the best epoch are averages already
    if (average && average.updates > 0 && !history.best) average.apply();
    const of = test ?? (flags.report === undefined ? undefined : validation);
    return await then({
      model,
      preparation,
      history,
      evaluation: of && (await cnn.evaluate(model, of, { worst: WORST })),
      measured: test ? 'test' : 'validation',
      samples: of && 'dataset' in of && 'at' in of.dataset ? of.dataset : undefined,
      classes,
      batches: train.length,
      device: backend.device,
      seconds: (performance.now() - start) / 1000,
    });
  } finally {
    backend.dispose();
  }
}

/** How the images of a data set, and images to predict later, are converted to inputs. */
function preparationOf({ data, size, color }: TrainFlags): Preparation {
  const asIs = size !== undefined || color !== undefined;
  if (data !== 'mnist' && data !== 'fashion') return asIs ? { framing: 'none', size: size ?? 28, color: color ?? 'rgb' } : DIGITS;
  if (asIs) throw new OptionError('train', size === undefined ? '--color' : '--size', `requires a folder of images; the data is ${data}`, size ?? color);
  return data === 'fashion' ? { framing: 'none', size: 28, color: 'gray' } : DIGITS;
}

function network(
  cnn: typeof import('../../cnn/index.js'),
  { net, width }: TrainFlags,
  { size, color }: Preparation,
  classes: TrainingData['outputs'] = 10,
): Module {
  if (net === 'best') return cnn.bestNet({ channels: color === 'rgb' ? 3 : 1, classes, width });
  if (size !== 28 || color !== 'gray' || classes > 10)
    throw new OptionError('train', '--net', "must be 'best' for color, sizes other than 28, or more than ten classes", net);
  if (width !== 1) throw new OptionError('train', '--width', 'requires --net best', width);
  return cnn.NETS[net]();
}

import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { Checkpoint } from '../../cnn/exchange/checkpoint.js';
import type { Module } from '../../cnn/module.js';
import type { EpochRecord, History } from '../../cnn/train.js';
import { DataError, OptionError } from '../../errors.js';
import { makeFolder, writeWhole } from '../../image/whole-file.js';
import {
  checkOptions,
  count,
  notNegative,
  type OptionsOf,
  oneOf,
  option,
  pickOptions,
  pickRows,
  type Rows,
  type SettledOptions,
  settle,
  whole,
} from '../../options.js';
import { NETWORK_FLAGS } from '../digits.js';
import { addFlags, fileFlag, switchFlag } from '../flags.js';
import { DIGITS, type Preparation } from '../preparation.js';
import { progress } from '../progress.js';
import type { Terminal } from '../terminal.js';
import { isShards, samplesOf, shardsOf } from '../training-data.js';

const FLAGS = {
  net: option(oneOf(['lecture', 'best']), { default: 'lecture', help: "lecture: the lecture's network; best: a small network with batch normalization" }),
  epochs: option(count, { default: 1, help: 'total number of passes over the training set, including those before --resume' }),
  optimizer: option(oneOf(['sgd', 'adam', 'adamw', 'rmsprop']), { default: 'sgd', help: 'optimizer' }),
  lr: option(notNegative, { help: 'learning rate (default: 0.001; sgd 0.01)', placeholder: 'rate' }),
  momentum: option(notNegative, { default: 0, help: 'momentum of sgd and rmsprop', placeholder: 'm' }),
  weightDecay: option(notNegative, { default: 0, help: 'weight decay', placeholder: 'w' }),
  labelSmoothing: option(notNegative, { default: 0, help: 'fraction of the target that is spread over all classes', placeholder: 's' }),
  schedule: option(oneOf(['none', 'cosine', 'one-cycle', 'step']), { default: 'none', help: 'learning rate schedule' }),
  batch: option(count, { default: 64, help: 'samples per step' }),
  validation: option(whole(0), {
    default: 5000,
    help: 'samples held back from the training set for validation after every epoch; for a folder, the same fraction of each class; 0, as for tar files: none',
  }),
  patience: option(count, {
    help: 'stop if the validation loss has not decreased for this number of epochs, and keep the best weights',
    placeholder: 'epochs',
  }),
  augment: switchFlag('shift, rotate and distort the training images, differently in every epoch'),
  seed: option(whole(0), { default: 0, help: 'seed for initial weights, order, dropout and augmentation' }),
  size: option(whole(12, 1024), {
    help: 'with a folder: side length to which its images are resized (default: 28, cut out and centered like digits)',
    placeholder: 'pixels',
  }),
  color: option(oneOf(['gray', 'rgb']), { help: 'with a folder: use its images in gray or color, without cutting out digits (default: rgb with --size)' }),
  test: fileFlag('tars', 'with data in tar files: the tar files to measure the network on at the end'),
  classes: option(count, { help: 'with data in tar files: the number of classes (default: 10)' }),
  out: fileFlag('file', 'checkpoint to write (.safetensors)'),
  resume: fileFlag('file', 'continue from a checkpoint; flags that are not set are taken from it'),
  history: fileFlag('file', 'write losses and accuracies as JSON'),
  json: switchFlag('print the result as JSON'),
  ...NETWORK_FLAGS,
} satisfies Rows;
type Flags = SettledOptions<typeof FLAGS>;

/** Flags that a checkpoint stores. A resumed run uses them unless flags override them. */
const KEPT_FLAGS = pickRows(
  FLAGS,
  ...(['net', 'data', 'epochs', 'optimizer', 'lr', 'momentum', 'weightDecay', 'labelSmoothing', 'schedule'] as const),
  ...(['batch', 'validation', 'patience', 'augment', 'seed', 'size', 'color', 'test', 'classes'] as const),
);

const EXAMPLES = `
Examples:
  convlab train --net lecture --optimizer adam --epochs 3 --out model.safetensors
  convlab train --epochs 20 --optimizer sgd --lr 0.001 --momentum 0.9 --batch 64 --seed 1 --out model.safetensors
  convlab train --data 'train-{000..009}.tar' --test test.tar --classes 100 --net best --size 64 --out model.safetensors
  convlab train --epochs 30 --resume model.safetensors --out model.safetensors
`;

/** `convlab train`: a network learns, and its weights are written after every epoch. */
export function addTrainCommand(program: Command, terminal: Terminal, signal: AbortSignal): void {
  addFlags(program.command('train').description('train a network'), FLAGS)
    .addHelpText('after', EXAMPLES)
    .action(async (typed: OptionsOf<typeof FLAGS>) => {
      const { loadCheckpoint } = await import('../../cnn/exchange/model-files.js');
      const resumed = typed.resume === undefined ? undefined : await loadCheckpoint(typed.resume);
      const given = { ...keptFlags(typed.resume, resumed), ...pickOptions(typed, FLAGS) };
      const flags = settle('train', isShards(given.data ?? '') ? { validation: 0, ...given } : given, FLAGS);
      const report = await trainNetwork(flags, resumed, terminal, signal);
      terminal.out(flags.json ? `${JSON.stringify(report)}\n` : trainingLines(report, flags));
    });
}

/** The flags of the training that a checkpoint comes from. */
function keptFlags(path: string | undefined, resumed: Checkpoint | undefined): OptionsOf<typeof KEPT_FLAGS> {
  const kept = resumed?.settings.train ?? {};
  try {
    checkOptions('train', kept, KEPT_FLAGS, 'its flags');
  } catch (cause) {
    throw new DataError('train', `${path}: its training settings: ${(cause as Error).message}`, { path }, { cause });
  }
  return kept;
}

async function trainNetwork(flags: Flags, resumed: Checkpoint | undefined, terminal: Terminal, signal: AbortSignal) {
  // the stack is loaded when a network is trained, not for --help
  const cnn = await import('../../cnn/index.js');
  const { saveCheckpoint } = await import('../../cnn/exchange/model-files.js');
  const { openBackend } = await import('../open-backend.js');
  const start = performance.now();

  for (const path of [flags.out, flags.history]) if (path) await makeFolder('train', dirname(path));
  const preparation = preparationOf(flags);
  const { train, validation, test, classes, outputs } = isShards(flags.data) ? shardsOf(flags, preparation) : await samplesOf(flags, preparation);

  const backend = await openBackend(flags);
  try {
    const model = resumed?.model ?? network(cnn, flags.net, preparation, outputs).initialize(flags.seed);
    await model.to(backend);
    const { lr, momentum, weightDecay } = { lr: flags.optimizer === 'sgd' ? 0.01 : 0.001, ...flags };
    const optimizer = {
      sgd: () => new cnn.SGD(model, { lr, momentum, weightDecay }),
      adam: () => new cnn.Adam(model, { lr, weightDecay }),
      adamw: () => new cnn.AdamW(model, { lr, weightDecay }),
      rmsprop: () => new cnn.RMSprop(model, { lr, momentum, weightDecay }),
    }[flags.optimizer]();
    if (resumed?.optimizer) resumed.restoreOptimizer(optimizer);
    train.epoch = resumed?.epoch ?? 0;
    // from here on there is a checkpoint, whenever training is stopped; and what cannot be written is not learned first
    const pictures = { ...preparation, ...(classes && { classes }) };
    const settings = { ...resumed?.settings, pictures, train: { ...pickOptions(flags, KEPT_FLAGS), lr } };
    if (flags.out) await saveCheckpoint(flags.out, { model, optimizer, settings, epoch: train.epoch, history: resumed?.history ?? undefined });

    const bar = train.length === undefined ? progress(terminal, flags.epochs, 'epochs') : progress(terminal, train.length * flags.epochs, 'batches');
    const onEpoch = async (record: EpochRecord, history: History) => {
      bar.log(epochLine(record));
      if (train.length === undefined) bar.update(record.epoch + 1);
      if (flags.out) await saveCheckpoint(flags.out, { model, optimizer, settings, epoch: record.epoch + 1, history });
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
    if (flags.out && history.stopped !== 'aborted') await saveCheckpoint(flags.out, { model, optimizer, settings, epoch: history.epochs.length, history });
    if (flags.history) await writeWhole('train', flags.history, JSON.stringify(history, null, 1));
    const { accuracy, loss, samples } = (test && (await cnn.evaluate(model, test))) ?? {};
    const parameters = model.parameters().reduce((sum, { storage }) => sum + storage.length, 0);
    return {
      stopped: history.stopped,
      epochs: history.epochs.length,
      test: accuracy === undefined || loss === undefined || samples === undefined ? undefined : { accuracy, loss, samples },
      parameters,
      device: backend.device,
      seconds: (performance.now() - start) / 1000,
    };
  } finally {
    backend.dispose();
  }
}

/** How the pictures of a data set become inputs, and those that are predicted later. */
function preparationOf({ data, size, color }: Flags): Preparation {
  const asIs = size !== undefined || color !== undefined;
  if (data !== 'mnist' && data !== 'fashion') return asIs ? { framing: 'none', size: size ?? 28, color: color ?? 'rgb' } : DIGITS;
  if (asIs) throw new OptionError('train', size === undefined ? '--color' : '--size', `requires a folder of images; the data is ${data}`, size ?? color);
  return data === 'fashion' ? { framing: 'none', size: 28, color: 'gray' } : DIGITS;
}

function network(cnn: typeof import('../../cnn/index.js'), net: Flags['net'], { size, color }: Preparation, classes = 10): Module {
  if (net === 'best') return cnn.bestNet({ channels: color === 'rgb' ? 3 : 1, classes });
  if (size !== 28 || color !== 'gray' || classes > 10)
    throw new OptionError('train', '--net', "must be 'best' for color, sizes other than 28, or more than ten classes", net);
  return cnn.NETS[net]();
}

function epochLine({ epoch, loss, accuracy, validationLoss, validationAccuracy, seconds }: EpochRecord): string {
  const valid = validationAccuracy === undefined ? '' : `   validation loss ${validationLoss?.toFixed(4)} accuracy ${percent(validationAccuracy)}`;
  return `epoch ${epoch + 1}: loss ${loss.toFixed(4)} accuracy ${percent(accuracy)}${valid}   ${seconds.toFixed(1)} s`;
}

function trainingLines({ stopped, epochs, test, parameters, device, seconds }: Awaited<ReturnType<typeof trainNetwork>>, { out }: Flags): string {
  const why = { finished: '', early: ', stopped early', aborted: ', aborted' }[stopped];
  const lines = [
    ...(test ? [`test accuracy ${percent(test.accuracy)} (${Math.round(test.accuracy * test.samples)} of ${test.samples}), loss ${test.loss.toFixed(4)}`] : []),
    `${epochs} epochs${why}, ${parameters.toLocaleString('en-US')} parameters, ${seconds.toFixed(1)} s on ${device}`,
    ...(out ? [`written to ${out}${stopped === 'aborted' ? `: the ${epochs} complete epochs; continue with --resume` : ''}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`;
}

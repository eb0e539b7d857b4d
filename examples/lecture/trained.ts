// Networks that several lessons use: each is trained once and stored in out/lecture.
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Adam, ConvNet, type History, type Module, NLLLoss, SGD, type TrainOptions, train } from 'convlab';
import { loadSafetensors, saveSafetensors } from 'convlab/node';
import { inOrder, shuffled, slice, trainDigits } from './digits.js';
import { percent, type Stage } from './lesson.js';

export interface Trained<M extends Module = Module> {
  readonly model: M;
  readonly history: History;
}

/**
 * Trains a network, or loads it from the file of an earlier run.
 * @param name name of the file; each recipe needs its own
 */
export async function trained<M extends Module>(stage: Stage, name: string, model: M, options: (model: M) => TrainOptions): Promise<Trained<M>> {
  const path = join(stage.folder, 'weights', `${name}.safetensors`);
  if (await stat(path).catch(() => undefined)) {
    const { tensors, metadata } = await loadSafetensors(path);
    model.loadStateDict(tensors).eval();
    stage.say(`  ${name}: weights from ${path}`);
    return { model, history: JSON.parse(metadata.history) };
  }
  const settings = options(model);
  const total = settings.epochs * (settings.train.length ?? 0);
  stage.say(`  ${name}: ${settings.epochs} epoch${settings.epochs > 1 ? 's' : ''}, ${total.toLocaleString('en-US')} steps`);
  const history = await train(model, {
    ...settings,
    callbacks: {
      onEpoch: ({ epoch, loss, accuracy, validationLoss, validationAccuracy, seconds }) => {
        if ((epoch + 1) % Math.ceil(settings.epochs / 10) !== 0) return; // ten lines will do
        const validation = validationLoss === undefined ? '' : `, validation ${validationLoss.toFixed(4)} ${percent(validationAccuracy as number)}`;
        stage.say(`    epoch ${String(epoch + 1).padStart(2)}: loss ${loss.toFixed(4)} ${percent(accuracy)}${validation}, ${seconds.toFixed(1)} s`);
      },
    },
  });
  const { best: _, ...kept } = history;
  await mkdir(dirname(path), { recursive: true });
  await saveSafetensors(path, await model.stateDict(), { history: JSON.stringify(kept) });
  return { model: model.eval(), history };
}

/** 55,000 digits for training and 5,000 for validation, both from the training set; quick: 12,000 and 1,000. */
export async function cleanSplit(stage: Stage) {
  const digits = await trainDigits();
  return { train: slice(digits, 0, stage.size(55_000, 12_000)), validation: slice(digits, 55_000, stage.size(60_000, 56_000)) };
}

/**
 * The lecture's network, trained by the lecture's recipe: SGD with learning rate 0.001 and momentum 0.9, batches of 64,
 * 20 epochs. Quick: one epoch on a subset with Adam.
 * @param dropoutRate 0.5 as in the lecture, or 0 for off
 */
export async function lectureNet(stage: Stage, dropoutRate = 0.5): Promise<Trained<ConvNet>> {
  const { train, validation } = await cleanSplit(stage);
  return trained(stage, dropoutRate > 0 ? 'lecture-net' : 'lecture-net-without-dropout', new ConvNet(dropoutRate), (model) => ({
    train: shuffled(train),
    validation: inOrder(validation),
    optimizer: stage.quick ? new Adam(model, { lr: 0.003 }) : new SGD(model, { lr: 0.001, momentum: 0.9 }),
    loss: new NLLLoss(),
    epochs: stage.size(20, 2),
    seed: 1,
  }));
}

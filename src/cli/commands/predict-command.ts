import type { Command } from 'commander';
import type { Evaluation } from '../../cnn/evaluate.js';
import type { Module } from '../../cnn/module.js';
import { readImage } from '../../image/image-files.js';
import { type OptionsOf, option, pickOptions, pickRows, type Rows, settle, text } from '../../options.js';
import { measured, NETWORK_FLAGS } from '../digits.js';
import { addFlags, BACKEND_FLAGS, switchFlag } from '../flags.js';
import { type Preparation, pictureSettings, preparePicture } from '../preparation.js';
import type { Terminal } from '../terminal.js';
import { percent } from '../training/lines.js';
import { KEPT_FLAGS } from '../training/train-flags.js';
import { usable } from '../training/usable.js';
import { testSamples } from '../training-data.js';

/** Flags of the commands that read digits with a trained network. */
export const PREDICT_FLAGS = {
  model: option(text, { required: true, help: 'a checkpoint of "convlab train"', placeholder: 'file' }),
  json: switchFlag('print JSON'),
  ...BACKEND_FLAGS,
} satisfies Rows;

const DATA = pickRows(NETWORK_FLAGS, 'data');
/** The flags in a checkpoint that determine the validation samples of its training. */
const SPLIT = pickRows(KEPT_FLAGS, 'data', 'validation', 'seed');
const EVALUATE_FLAGS = { ...NETWORK_FLAGS, ...PREDICT_FLAGS } satisfies Rows;

/** `convlab predict PICTURE…`: classifies images of digits with a trained network. */
export function addPredictCommand(program: Command, terminal: Terminal): void {
  addFlags(program.command('predict').description('classify images with a trained network; the images are prepared like its training images'), PREDICT_FLAGS)
    .argument('<pictures...>', 'image files: PNG, JPEG, BMP, GIF, TIFF or NPY; with sharp, also WebP and AVIF')
    .action(async (pictures: string[], { model: checkpoint, backend: name, gpuMode, threads, json }: OptionsOf<typeof PREDICT_FLAGS>) => {
      const { loadCheckpoint } = await import('../../cnn/exchange/model-files.js');
      const { openBackend } = await import('../open-backend.js');
      const backend = await openBackend({ backend: name, gpuMode, threads });
      try {
        const { model, settings } = usable(await loadCheckpoint(checkpoint));
        const { preparation, classes } = pictureSettings(checkpoint, settings);
        await model.eval().to(backend);
        for (const path of pictures) {
          const probabilities = await readPicture(model, path, preparation);
          const best = probabilities.indexOf(Math.max(...probabilities));
          const name = classes?.[best];
          if (json) terminal.out(`${JSON.stringify({ path, digit: best, ...(name !== undefined && { class: name }), probabilities })}\n`);
          else terminal.out(`${path}: ${name ?? best}\n${bars(probabilities, classes)}\n`);
        }
      } finally {
        backend.dispose();
      }
    });
}

/** `convlab evaluate`: measures a trained network on the test set. */
export function addEvaluateCommand(program: Command, terminal: Terminal): void {
  addFlags(program.command('evaluate').description('measure a trained network on the test set'), EVALUATE_FLAGS).action(
    async (typed: OptionsOf<typeof EVALUATE_FLAGS>) => {
      const flags = settle('evaluate', typed, EVALUATE_FLAGS);
      const { loadCheckpoint } = await import('../../cnn/exchange/model-files.js');
      const { evaluate } = await import('../../cnn/evaluate.js');
      const { openBackend } = await import('../open-backend.js');
      const backend = await openBackend(flags);
      try {
        const { model, settings } = usable(await loadCheckpoint(flags.model));
        const { preparation, classes } = pictureSettings(flags.model, settings);
        const training = settle('evaluate', pickOptions((settings.train as object | undefined) ?? {}, SPLIT), SPLIT);
        const { data } = { ...flags, ...pickOptions(training, DATA), ...pickOptions(typed, DATA) };
        await model.to(backend);
        const evaluation = await evaluate(model, measured(await testSamples(data, preparation, training)));
        terminal.out(flags.json ? `${JSON.stringify({ ...evaluation, ...(classes && { classes }) })}\n` : report(evaluation, classes));
      } finally {
        backend.dispose();
      }
    },
  );
}

/** `convlab summary`: lists the layers of a network. */
export function addSummaryCommand(program: Command, terminal: Terminal): void {
  program
    .command('summary')
    .description('print layers, shapes, parameters, multiply-adds and receptive fields')
    .argument('<net>', 'lecture, best, or a checkpoint')
    .action(async (net: string) => {
      const { NETS, summary } = await import('../../cnn/index.js');
      const { loadCheckpoint } = await import('../../cnn/exchange/model-files.js');
      const known = Object.hasOwn(NETS, net) ? { model: NETS[net as keyof typeof NETS](), settings: {} } : await loadCheckpoint(net);
      const { preparation, classes } = pictureSettings(net, known.settings);
      const { size, color } = preparation;
      terminal.out(`${summary(known.model.eval(), [1, color === 'rgb' ? 3 : 1, size, size])}\n`);
      if (classes) terminal.out(`classes: ${classes.join(', ')}\n`);
    });
}

function report({ accuracy, loss, samples, confusion, precision, recall, worst }: Evaluation, classes: readonly string[] = []): string {
  const name = (c: number) => classes[c] ?? String(c);
  const width = Math.max(6, ...confusion.map((_, c) => name(c).length + 1));
  const cell = (text: string | number) => String(text).padStart(width);
  const head = ['actual', ...confusion.map((_, c) => name(c)), 'recall'].map(cell).join('');
  const rows = confusion.map((row, c) => [name(c), ...row, `${(100 * recall[c]).toFixed(1)}%`].map(cell).join(''));
  const last = ['prec.', ...precision.map((share) => (100 * share).toFixed(1))].map(cell).join('');
  const mistakes = worst.slice(0, 10).map(({ index, actual, predicted }) => `  sample ${index}: a ${name(actual)}, classified as ${name(predicted)}`);
  return [
    `accuracy ${percent(accuracy)} of ${samples}, loss ${loss.toFixed(4)}`,
    '',
    `${head}   (columns: predicted)`,
    ...rows,
    last,
    '',
    'the most confident mistakes:',
    ...mistakes,
    '',
  ].join('\n');
}

/** The probability of each class for the image in a file. */
export async function readPicture(model: Module, path: string, preparation: Preparation): Promise<number[]> {
  const { shape, data: input } = await preparePicture(await readImage(path), preparation);
  const { data } = await model.run({ shape: [1, ...shape], data: input });
  return fromLogits(data);
}

/**
 * A bar chart of probabilities, one line per class.
 * @param classes class names, possibly fewer than there are classes. Default: numbers
 */
export function bars(shares: readonly number[], classes: readonly string[] = []): string {
  const names = shares.map((_, c) => classes[c] ?? String(c));
  const width = Math.max(...names.map(({ length }) => length));
  return shares.map((p, c) => `  ${names[c].padStart(width)} ${'█'.repeat(Math.round(40 * p)).padEnd(40, '·')} ${percent(p)}`).join('\n');
}

function fromLogits(values: Float32Array): number[] {
  const most = Math.max(...values);
  const powers = Array.from(values, (value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

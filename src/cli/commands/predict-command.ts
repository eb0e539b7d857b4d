import type { Command } from 'commander';
import type { Evaluation } from '../../cnn/evaluate.js';
import type { Module } from '../../cnn/module.js';
import { digitFromImage } from '../../data/digit.js';
import { readImage } from '../../image/image-files.js';
import { type OptionsOf, option, type Rows, settle, text } from '../../options.js';
import { digits, measured, NETWORK_FLAGS } from '../digits.js';
import { addFlags, BACKEND_FLAGS, switchFlag } from '../flags.js';
import type { Terminal } from '../terminal.js';
import { percent } from './train-command.js';

/** Flags of the commands that read digits with a trained network. */
export const PREDICT_FLAGS = {
  model: option(text, { required: true, help: 'a checkpoint of "convlab train"', placeholder: 'file' }),
  json: switchFlag('as JSON'),
  ...BACKEND_FLAGS,
} satisfies Rows;

const EVALUATE_FLAGS = { ...NETWORK_FLAGS, ...PREDICT_FLAGS } satisfies Rows;

/** `convlab predict PICTURE…`: classifies pictures of digits with a trained network. */
export function addPredictCommand(program: Command, terminal: Terminal): void {
  addFlags(program.command('predict').description('tell the digit on a picture: any size, light on dark or dark on light'), PREDICT_FLAGS)
    .argument('<pictures...>', 'PNG, JPEG, BMP, GIF or TIFF')
    .action(async (pictures: string[], { model: checkpoint, backend: name, gpuMode, threads, json }: OptionsOf<typeof PREDICT_FLAGS>) => {
      const { loadCheckpoint } = await import('../../cnn/exchange/model-files.js');
      const { openBackend } = await import('../open-backend.js');
      const backend = await openBackend({ backend: name, gpuMode, threads });
      try {
        const { model } = await loadCheckpoint(checkpoint);
        await model.eval().to(backend);
        for (const path of pictures) {
          const probabilities = await readDigit(model, path);
          const best = probabilities.indexOf(Math.max(...probabilities));
          if (json) terminal.out(`${JSON.stringify({ path, digit: best, probabilities })}\n`);
          else terminal.out(`${path}: ${best}\n${bars(probabilities)}\n`);
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
        const { model } = await loadCheckpoint(flags.model);
        await model.to(backend);
        const evaluation = await evaluate(model, measured(await digits(flags.data, 'test')));
        terminal.out(flags.json ? `${JSON.stringify(evaluation)}\n` : report(evaluation));
      } finally {
        backend.dispose();
      }
    },
  );
}

/** `convlab summary`: the layers of a network. */
export function addSummaryCommand(program: Command, terminal: Terminal): void {
  program
    .command('summary')
    .description('layers, shapes, parameters, multiply-adds and receptive fields')
    .argument('<net>', 'lecture, best, or a checkpoint')
    .action(async (net: string) => {
      const { NETS, summary } = await import('../../cnn/index.js');
      const { loadCheckpoint } = await import('../../cnn/exchange/model-files.js');
      const model = Object.hasOwn(NETS, net) ? NETS[net as keyof typeof NETS]() : (await loadCheckpoint(net)).model;
      terminal.out(`${summary(model.eval(), [1, 1, 28, 28])}\n`);
    });
}

function report({ accuracy, loss, samples, confusion, precision, recall, worst }: Evaluation): string {
  const cell = (text: string | number) => String(text).padStart(6);
  const head = ['actual', ...confusion.map((_, c) => c), 'recall'].map(cell).join('');
  const rows = confusion.map((row, c) => [c, ...row, `${(100 * recall[c]).toFixed(1)}%`].map(cell).join(''));
  const last = ['prec.', ...precision.map((share) => (100 * share).toFixed(1))].map(cell).join('');
  const mistakes = worst.slice(0, 10).map(({ index, actual, predicted }) => `  sample ${index}: a ${actual}, taken for a ${predicted}`);
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

/** The probability of each class for the picture in a file. */
export async function readDigit(model: Module, path: string): Promise<number[]> {
  const digit = digitFromImage(await readImage(path));
  const { data } = await model.run({ shape: [1, ...digit.shape], data: digit.data });
  return fromLogits(data);
}

/** A bar chart of probabilities, one line per class. */
export function bars(shares: readonly number[]): string {
  return shares
    .map((p, c) => `  ${String(c).padStart(String(shares.length - 1).length)} ${'█'.repeat(Math.round(40 * p)).padEnd(40, '·')} ${percent(p)}`)
    .join('\n');
}

function fromLogits(values: Float32Array): number[] {
  const most = Math.max(...values);
  const powers = Array.from(values, (value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

import { DataError } from '../errors.js';
import { checkedInUse, type OptionsOf, option, type Rows, settle, whole } from '../options.js';
import { sizeOf, type Tensor } from '../tensor.js';
import { type Answers, answersOf } from './answers.js';
import type { AveragedModel } from './averaged-model.js';
import type { Batches } from './batches.js';
import { CrossEntropyLoss, type Loss } from './losses.js';
import type { Module } from './module.js';

/** A sample that the model misclassified. */
export interface Mistake {
  /** Index of the sample in the order of the loader. */
  readonly index: number;
  readonly actual: number;
  readonly predicted: number;
  /** Output of the predicted class minus that of the actual class (logits or log-probabilities). */
  readonly margin: number;
}

/**
 * The result of {@link evaluate}. Classification figures are empty or 0 if the target contains no classes, as in regression. With a
 * binary loss ({@link Loss.binary}), the classes are 0 and 1, and 1 is predicted for logits > 0.
 */
export interface Evaluation {
  /** Mean over all samples. */
  readonly loss: number;
  /** Fraction of correct predictions, 0 to 1; over all positions if an output has several. */
  readonly accuracy: number;
  readonly samples: number;
  /** `confusion[actual][predicted]`: number of predictions. */
  readonly confusion: readonly (readonly number[])[];
  /** Per class: the fraction of its predictions that are correct. NaN if it was never predicted. */
  readonly precision: readonly number[];
  /** Per class: the fraction of its samples that were predicted as this class. NaN if it has no samples. */
  readonly recall: readonly number[];
  /** Per class: intersection over union of the actual and the predicted positions. NaN if the class neither occurs nor is predicted. */
  readonly iou: readonly number[];
  /** Mean of `iou` over the classes whose `iou` is defined, the usual measure of segmentation. NaN if there is none. */
  readonly meanIoU: number;
  /** The most confident mistakes, worst first; empty if a sample has several answers. */
  readonly worst: readonly Mistake[];
}

/** Rules and defaults of {@link EvaluateOptions}. */
export const EVALUATE_OPTIONS = {
  /** The loss function. Default: {@link CrossEntropyLoss}, which works for logits and log-probabilities. */
  loss: checkedInUse<Loss>('a loss'),
  /** Measures the model with these weights and restores its own afterwards. Default: none. */
  average: checkedInUse<AveragedModel>('an AveragedModel'),
  /** Maximum number of mistakes to list. Default 20. */
  worst: option(whole(0), { default: 20 }),
} satisfies Rows;

/** Options of {@link evaluate}. */
export interface EvaluateOptions extends OptionsOf<typeof EVALUATE_OPTIONS> {}

/**
 * Measures a model in evaluation mode and restores its mode afterwards.
 * @throws OptionError if an option is unknown or breaks its rule
 * @throws DataError if there is no sample
 * @example
 * ```ts
 * import { ConvNet, DataLoader, evaluate, Subset } from 'convlab';
 * import { mnist } from 'convlab/node';
 *
 * const digits = new Subset(await mnist({ train: false }), [0, 1, 2, 3]);
 * const { samples, confusion } = await evaluate(new ConvNet(), new DataLoader(digits, { batchSize: 2 }));
 * console.log(samples, confusion.length); // → 4 10
 * ```
 */
export async function evaluate(model: Module, batches: Batches, options: EvaluateOptions = {}): Promise<Evaluation> {
  const { loss = new CrossEntropyLoss(), average, worst } = settle('evaluate', options, EVALUATE_OPTIONS);
  const resume = model.pauseTraining();
  const takeOff = average?.apply();
  const mistakes: Mistake[] = [];
  let confusion: number[][] = [];
  let [sum, samples, answered] = [0, 0, 0];
  try {
    for await (const { x, y } of batches) {
      const output = await model.run(...('shape' in x ? [x] : x));
      const { shape, data } = output;
      sum += shape[0] * (await loss.run(output, y)).value;
      const answers = answersOf(loss, y, shape);
      if (answers) {
        if (confusion.length === 0) confusion = Array.from({ length: answers.classes }, () => Array(answers.classes).fill(0));
        const alone = answers.labels.length === shape[0];
        answers.labels.forEach((actual, i) => {
          const row = confusion[actual];
          if (!row) return;
          const values = scores(answers, data, shape, i);
          const predicted = argmax(values);
          row[predicted]++;
          if (alone && predicted !== actual) mistakes.push({ index: samples + i, actual, predicted, margin: values[predicted] - values[actual] });
        });
        answered += answers.counted;
      }
      samples += shape[0];
    }
  } finally {
    takeOff?.();
    resume();
  }
  if (samples === 0) throw new DataError('evaluate', 'the batches must contain at least one sample');
  const right = confusion.reduce((count, row, c) => count + row[c], 0);
  const actual = confusion.map((row) => row.reduce((total, count) => total + count, 0));
  const predicted = confusion.map((_, c) => confusion.reduce((total, row) => total + row[c], 0));
  const iou = confusion.map((row, c) => row[c] / (actual[c] + predicted[c] - row[c]));
  const occurring = iou.filter((share) => !Number.isNaN(share));
  return {
    loss: sum / samples,
    accuracy: answered > 0 ? right / answered : 0,
    samples,
    confusion,
    precision: confusion.map((row, c) => row[c] / predicted[c]),
    recall: confusion.map((row, c) => row[c] / actual[c]),
    iou,
    meanIoU: occurring.reduce((sum, share) => sum + share, 0) / occurring.length,
    worst: mistakes.sort((a, b) => b.margin - a.margin).slice(0, worst),
  };
}

/** The outputs of answer i per class. For binary answers, a logit for yes and 0 for no. */
function scores({ kind, classes }: Answers, data: Float32Array, shape: readonly number[], i: number): ArrayLike<number> {
  if (kind === 'binary') return [0, data[i]];
  const cells = sizeOf(shape.slice(2));
  const first = Math.floor(i / cells) * classes * cells + (i % cells);
  return cells === 1 ? data.subarray(first, first + classes) : Array.from({ length: classes }, (_, c) => data[first + c * cells]);
}

/** The index of the largest value; the first one among equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** The number of correct predictions in a batch. @returns `[correct, total]` */
export function rightness(output: Tensor, labels: ArrayLike<number>): [number, number] {
  const [batch, classes] = output.shape;
  let right = 0;
  for (let n = 0; n < batch; n++) if (argmax(output.data.subarray(n * classes, (n + 1) * classes)) === labels[n]) right++;
  return [right, batch];
}

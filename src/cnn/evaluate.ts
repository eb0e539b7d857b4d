import { OptionError } from '../errors.js';
import type { Tensor } from '../tensor.js';
import type { Batches } from './batches.js';
import { CrossEntropyLoss, type Loss } from './losses.js';
import type { Module } from './module.js';

/** A sample that the model misclassified. */
export interface Mistake {
  /** Its index in the order of the loader. */
  readonly index: number;
  readonly actual: number;
  readonly predicted: number;
  /** How far the predicted class lies above the actual one, in the output's unit (logits, log-probabilities). */
  readonly margin: number;
}

/** What {@link evaluate} returns. Classification figures are empty or 0 if the target holds no classes. */
export interface Evaluation {
  /** Mean over all samples. */
  readonly loss: number;
  /** Share of correct predictions, 0 to 1. */
  readonly accuracy: number;
  readonly samples: number;
  /** `confusion[actual][predicted]`: how many samples. */
  readonly confusion: readonly (readonly number[])[];
  /** Per class: the share of its predictions that are correct. NaN if it was never predicted. */
  readonly precision: readonly number[];
  /** Per class: the share of its samples that were predicted as such. NaN if it has no samples. */
  readonly recall: readonly number[];
  /** The most confident mistakes, worst first. */
  readonly worst: readonly Mistake[];
}

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** Default: {@link CrossEntropyLoss}, which suits logits and log-probabilities alike. */
  loss?: Loss;
  /** How many mistakes to list. Default 20. */
  worst?: number;
}

/**
 * Measures a model in evaluation mode and restores its mode afterwards.
 * @throws OptionError if `worst` is not a whole number ≥ 0
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
export async function evaluate(model: Module, batches: Batches, { loss = new CrossEntropyLoss(), worst = 20 }: EvaluateOptions = {}): Promise<Evaluation> {
  if (!(Number.isInteger(worst) && worst >= 0)) throw new OptionError('evaluate', 'worst', 'must be a whole number ≥ 0', worst);
  const wasTraining = model.training;
  model.eval();
  const mistakes: Mistake[] = [];
  let confusion: number[][] = [];
  let [sum, samples, index] = [0, 0, 0];
  try {
    for await (const { x, y } of batches) {
      const output = await model.run(...('shape' in x ? [x] : x));
      const [batch, classes] = output.shape;
      sum += batch * (await loss.run(output, y)).value;
      samples += batch;
      const labels = 'data' in y ? y.data : y;
      if (output.shape.length !== 2 || labels.length !== batch) continue;
      if (confusion.length === 0) confusion = Array.from({ length: classes }, () => Array(classes).fill(0));
      for (let n = 0; n < batch; n++, index++) {
        const row = output.data.subarray(n * classes, (n + 1) * classes);
        const [actual, predicted] = [labels[n], argmax(row)];
        confusion[actual][predicted]++;
        if (predicted !== actual) mistakes.push({ index, actual, predicted, margin: row[predicted] - row[actual] });
      }
    }
  } finally {
    if (wasTraining) model.train();
  }
  const right = confusion.reduce((count, row, c) => count + row[c], 0);
  return {
    loss: sum / samples,
    accuracy: right / samples,
    samples,
    confusion,
    precision: confusion.map((row, c) => row[c] / confusion.reduce((total, other) => total + other[c], 0)),
    recall: confusion.map((row, c) => row[c] / row.reduce((total, count) => total + count, 0)),
    worst: mistakes.sort((a, b) => b.margin - a.margin).slice(0, worst),
  };
}

/** The index of the largest value; the first one among equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** The lecture's `rightness`: the number of correct predictions in a batch. @returns `[correct, total]` */
export function rightness(output: Tensor, labels: ArrayLike<number>): [number, number] {
  const [batch, classes] = output.shape;
  let right = 0;
  for (let n = 0; n < batch; n++) if (argmax(output.data.subarray(n * classes, (n + 1) * classes)) === labels[n]) right++;
  return [right, batch];
}

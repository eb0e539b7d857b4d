// The digits that the lessons share, and how they are split: the last 5,000 of the training set for validation, the test set for the final report.
import { DataLoader, type Dataset, type Sample, Subset, type Tensor, type TensorDataset } from 'convlab';
import { mnist } from 'convlab/node';

let training: Promise<TensorDataset> | undefined;
let testing: Promise<TensorDataset> | undefined;

/** The 60,000 training digits of MNIST. */
export function trainDigits(): Promise<TensorDataset> {
  training ??= mnist();
  return training;
}

/** The 10,000 test digits of MNIST. */
export function testDigits(): Promise<TensorDataset> {
  testing ??= mnist({ train: false });
  return testing;
}

/** The samples from `from` to `to` − 1. */
export function slice<S>(dataset: Dataset<S>, from: number, to: number): Subset<S> {
  return new Subset(
    dataset,
    Array.from({ length: to - from }, (_, i) => from + i),
  );
}

/** Batches of 64 in random order, as in the lecture's training. */
export function shuffled<S>(dataset: Dataset<S>, seed = 1): DataLoader<S> {
  return new DataLoader(dataset, { batchSize: 64, shuffle: true, seed });
}

/** Large batches in order, for evaluation. */
export function inOrder<S>(dataset: Dataset<S>): DataLoader<S> {
  return new DataLoader(dataset, { batchSize: 250 });
}

/** Samples as one batch `[N, C, H, W]`. */
export async function batchOf(dataset: Dataset<Sample>, indices: readonly number[]): Promise<{ x: Tensor; y: Int32Array }> {
  return dataset.batch(indices);
}

/** The first sample of each class, from 0 to 9. */
export function oneOfEach({ y }: TensorDataset, from = 0): number[] {
  return Array.from({ length: 10 }, (_, digit) => y.indexOf(digit, from));
}

import type { Tensor } from '../tensor.js';
import type { Target } from './targets.js';

/** Inputs with a leading batch axis, and their targets. Several inputs are a list. */
export interface TrainingBatch {
  readonly x: Tensor | readonly Tensor[];
  readonly y: Target;
}

/** A source of batches, such as a DataLoader. */
export interface Batches extends AsyncIterable<TrainingBatch> {
  /** Number of batches in a pass; undefined if unknown. */
  readonly length?: number;
  /** The number of the next pass, set by training: a shuffling source derives its order from it. */
  epoch?: number;
}

import { sizeOf } from '../tensor.js';
import type { Loss } from './losses.js';
import type { Target } from './targets.js';

/** The correct answers of a batch, if answers can be correct or wrong. */
export interface Answers {
  /** `classes`: the largest output along the channels is the answer. `binary`: an output > 0 means yes. */
  readonly kind: 'classes' | 'binary';
  /** Number of classes; 2 for binary answers. */
  readonly classes: number;
  /** The class of each answer, 0 or 1 for binary answers. Other values, e.g. the ignored index, are not counted. */
  readonly labels: Float32Array;
  /** Number of labels that are classes. */
  readonly counted: number;
}

/**
 * The target for each answer of an output; null for regression, where the answers are not classes.
 * @param shape the shape of the output: `[N, C, ...]` for classes; any for a binary loss, one answer for each value
 */
export function answersOf(loss: Loss, target: Target, shape: readonly number[]): Answers | null {
  const values = 'data' in target ? target.data : target;
  const [batch, classes = 1, ...spatial] = shape;
  if (loss.binary(shape)) {
    if (values.length !== sizeOf(shape)) return null;
    const labels = Float32Array.from(values, (value) => (value >= 0.5 ? 1 : 0));
    return { kind: 'binary', classes: 2, labels, counted: labels.length };
  }
  if (classes < 2 || values.length !== batch * sizeOf(spatial)) return null;
  const labels = Float32Array.from(values);
  const counted = labels.reduce((count, label) => count + (Number.isInteger(label) && label >= 0 && label < classes ? 1 : 0), 0);
  return { kind: 'classes', classes, labels, counted };
}

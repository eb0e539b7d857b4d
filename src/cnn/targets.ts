import { DataError, ShapeError, show } from '../errors.js';
import { anyWhole, notNegative, type OptionsOf, option, type Rows, rule } from '../options.js';
import { sizeOf, type Tensor } from '../tensor.js';

/**
 * Class labels, one per sample or, for outputs `[N, C, ...]`, one per position; or a tensor in the output's shape
 * (probabilities or values), or a flat list of these values.
 */
export type Target = ArrayLike<number> | Tensor;

const classWeights = rule<ArrayLike<number>>(
  'a list of finite numbers ≥ 0, one for each class',
  (value) => (Array.isArray(value) || ArrayBuffer.isView(value)) && Array.from(value as ArrayLike<number>).every(notNegative.holds),
);

/** Rules and defaults of {@link ClassLossOptions}. */
export const CLASS_LOSS_OPTIONS = {
  /**
   * Weight of each class. The sum of losses is divided by the sum of the weights of the correct classes. Default: all
   * 1.
   */
  weight: classWeights,
  /** Label of positions to ignore. Default −100. */
  ignoreIndex: option(anyWhole, { default: -100 }),
} satisfies Rows;

/** Options of classification losses. */
export interface ClassLossOptions extends OptionsOf<typeof CLASS_LOSS_OPTIONS> {}

/**
 * Converts a target to values in the output's shape; if a sample has one output, a list with one number per sample is
 * accepted.
 */
export function dense(operation: string, target: Target, shape: readonly number[]): Float32Array {
  const { shape: received, data } = target as Tensor;
  const single = sizeOf(shape) === shape[0];
  if (data && (show(received) === show(shape) || (single && show(received) === show([shape[0]])))) return data;
  if (!data && single && (target as ArrayLike<number>).length === shape[0]) return Float32Array.from(target as ArrayLike<number>);
  const rule = `the target must be a tensor of shape ${show(shape)}${single ? ` or ${shape[0]} numbers` : ''}`;
  throw new ShapeError(operation, `${rule}, received ${show(received ?? target)}`, { shape, received });
}

/**
 * Coefficients of the log-probabilities `[N, C, ...]` whose scalar product is the weighted mean of −log p; all 0 if
 * every position is ignored.
 * @param target a class per position, or probabilities in the output's shape
 */
export function classCoefficients(
  operation: string,
  target: Target,
  shape: readonly number[],
  options: ClassLossOptions & { labelSmoothing?: number },
): Float32Array {
  const { weight, ignoreIndex = -100, labelSmoothing = 0 } = options;
  const { classes, cells } = positions(operation, shape);
  if (weight && weight.length !== classes)
    throw new ShapeError(operation, `weight must contain one number for each of the ${classes} classes`, { weight, shape });
  const weightOf = (c: number) => weight?.[c] ?? 1;
  const smooth = (p: number) => p * (1 - labelSmoothing) + labelSmoothing / classes;
  if ('data' in target && 'shape' in target && show(target.shape) === show(shape)) {
    const count = shape[0] * cells;
    return target.data.map((p, i) => (-weightOf(Math.floor(i / cells) % classes) * smooth(p)) / count);
  }
  const labels = classLabels(operation, target, shape, ignoreIndex);
  const encoded = new Float32Array(sizeOf(shape));
  let total = 0;
  labels.forEach((label, i) => {
    if (label === ignoreIndex) return;
    total += weightOf(label);
    const first = Math.floor(i / cells) * classes * cells + (i % cells);
    for (let c = 0; c < classes; c++) encoded[first + c * cells] = weightOf(c) * smooth(c === label ? 1 : 0);
  });
  return total > 0 ? encoded.map((p) => (p === 0 ? 0 : -p / total)) : encoded.fill(0);
}

/** 1 at the correct class of each position, otherwise 0; a tensor in the output's shape is returned unchanged. */
export function oneHot(operation: string, target: Target, shape: readonly number[]): Float32Array {
  if ('data' in target && 'shape' in target && show(target.shape) === show(shape)) return target.data;
  const { classes, cells } = positions(operation, shape);
  const encoded = new Float32Array(sizeOf(shape));
  classLabels(operation, target, shape).forEach((label, i) => {
    encoded[(Math.floor(i / cells) * classes + label) * cells + (i % cells)] = 1;
  });
  return encoded;
}

function positions(operation: string, [, classes = 1, ...spatial]: readonly number[]): { classes: number; cells: number } {
  if (classes >= 2) return { classes, cells: sizeOf(spatial) };
  throw new ShapeError(operation, 'requires at least two classes, received one output per sample; use BCEWithLogitsLoss (yes or no) or MSELoss');
}

/** The class of each position. @param ignored a label that is accepted in addition to the classes */
function classLabels(operation: string, target: Target, shape: readonly number[], ignored?: number): readonly number[] {
  const [n, classes, ...spatial] = shape;
  const labels = Array.from('data' in target ? target.data : target);
  const count = n * sizeOf(spatial);
  if (labels.length !== count) {
    const rule = `the target must contain one class for each of the ${count} positions of the output ${show(shape)}, received ${labels.length}`;
    throw new ShapeError(operation, rule, { shape });
  }
  const at = labels.findIndex((label) => label !== ignored && !(Number.isInteger(label) && label >= 0 && label < classes));
  if (at === -1) return labels;
  throw new DataError(operation, `every class must be an integer from 0 to ${classes - 1}, received ${labels[at]} at index ${at}`, { label: labels[at], at });
}

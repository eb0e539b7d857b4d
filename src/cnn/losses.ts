import { DataError, OptionError, ShapeError, show } from '../errors.js';
import { sizeOf, type Tensor } from '../tensor.js';
import { convolve } from './functional/convolution.js';
import { view } from './functional/shape.js';
import { logSoftmax } from './functional/softmax.js';
import { Graph, type Value } from './graph.js';
import type { ModelOutput } from './module.js';

/** Class numbers, one for each sample; or a tensor in the output's shape (probabilities, values). */
export type Target = ArrayLike<number> | Tensor;

/** A loss that was computed: its value, and the way back. */
export interface LossValue {
  readonly value: number;
  /** Propagates the loss's gradient to every parameter of the model that made the output. */
  backward(): void;
}

/**
 * What training makes small, as a mean over the batch. `forward` is recorded once for each output, like a module's.
 */
export abstract class Loss {
  readonly #compiled = new WeakMap<Graph, CompiledLoss>();

  /** Records the loss of an output. @returns a value of shape `[1]` */
  abstract forward(output: Value, target: Value): Value;

  /** The numbers that {@link forward} gets as its target, in the output's shape. */
  abstract encode(target: Target, outputShape: readonly number[]): Float32Array;

  /** The loss of a model's output, PyTorch's `criterion(output, target)`. */
  async run(output: ModelOutput, target: Target): Promise<LossValue> {
    output.checkCurrent();
    const step = this.compile(output.value);
    const { operators: on } = output.value.graph;
    on.write(step.target.data, this.encode(target, output.shape));
    step.graph.forward();
    const [value] = await on.read(step.loss.data);
    const backward = () => {
      output.checkCurrent();
      step.backward();
    };
    return { value, backward };
  }

  /** The loss as a graph that goes on from an output; compiled once for each model graph. */
  compile(output: Value): CompiledLoss {
    const model = output.graph;
    const kept = this.#compiled.get(model);
    if (kept) return kept;
    const { operators: on } = model;
    const graph = new Graph(model.training, model.random);
    const target = graph.input(output.shape);
    const loss = this.forward(graph.view(output.shape, output.storage), target);
    const one = graph.constant([1], Float32Array.of(1));
    graph.allocate(on);
    model.continuations.push(graph);
    const backward = () => {
      loss.storage.accumulate(on, (into) => on.pointwise('affine', [one.data], [1, 0], into));
      graph.backward();
      model.backward();
    };
    const compiled = { graph, target, loss, backward };
    this.#compiled.set(model, compiled);
    return compiled;
  }
}

/** A loss in the buffers of one model graph. */
export interface CompiledLoss {
  readonly graph: Graph;
  /** What {@link Loss.encode} returns is written here. */
  readonly target: Value;
  readonly loss: Value;
  /** Propagates the loss's gradient through the loss and the model. */
  backward(): void;
}

/**
 * −log p of the right class, from log-probabilities `[N, C]` or `[N, C, ...]`, as {@link logSoftmax} makes them.
 * @example
 * ```ts
 * import { NLLLoss, LogSoftmax, tensor } from 'convlab';
 *
 * const output = await new LogSoftmax().run(tensor([[0, 0]])); // two classes, no idea which
 * const loss = await new NLLLoss().run(output, Int32Array.of(1));
 * console.log(loss.value.toFixed(4)); // → 0.6931
 * loss.backward(); // gradients of everything that led here
 * ```
 */
export class NLLLoss extends Loss {
  forward(output: Value, target: Value): Value {
    return dot(output, target);
  }

  /** −1/count at the right class: the loss is then a scalar product, and that is a convolution. */
  encode(target: Target, shape: readonly number[]): Float32Array {
    const count = positions(shape);
    return targetProbabilities('NLLLoss', target, shape, 0).map((p) => -p / count);
  }
}

/**
 * {@link NLLLoss} of the log-softmax: from logits of any size, `[N, C]` or `[N, C, ...]`.
 * @throws OptionError unless 0 ≤ labelSmoothing < 1
 * @example
 * ```ts
 * import { CrossEntropyLoss, Linear, tensor } from 'convlab';
 *
 * const layer = new Linear(2, 3).initialize(1);
 * const loss = await new CrossEntropyLoss({ labelSmoothing: 0.1 }).run(await layer.run(tensor([[1, 2]])), [2]);
 * loss.backward();
 * ```
 */
export class CrossEntropyLoss extends Loss {
  readonly labelSmoothing: number;

  constructor({ labelSmoothing = 0 }: { /** Share of the target that is spread over all classes, 0 ≤ s < 1. Default 0. */ labelSmoothing?: number } = {}) {
    super();
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) throw new OptionError('CrossEntropyLoss', 'labelSmoothing', 'must be a share, 0 ≤ s < 1', labelSmoothing);
    this.labelSmoothing = labelSmoothing;
  }

  forward(output: Value, target: Value): Value {
    return dot(logSoftmax(output), target);
  }

  encode(target: Target, shape: readonly number[]): Float32Array {
    const count = positions(shape);
    return targetProbabilities('CrossEntropyLoss', target, shape, this.labelSmoothing).map((p) => -p / count);
  }
}

/** The mean of (output − target)². */
export class MSELoss extends Loss {
  forward(output: Value, target: Value): Value {
    return mean(
      output.graph.record('squaredDifference', [output, target], output.shape, (out) => ({
        forward: (on) => on.pointwise('squaredDifference', [output.data, target.data], [], out.data),
        backward: (on) => {
          output.storage.accumulate(on, (into) => {
            on.pointwise('combine', [output.data, target.data], [2, -2], into);
            on.pointwise('multiply', [into, out.gradient], [], into);
          });
        },
      })),
    );
  }

  encode(target: Target, shape: readonly number[]): Float32Array {
    return dense('MSELoss', target, shape);
  }
}

/** The mean binary cross-entropy of logits, for targets from 0 to 1. Stable for logits of any size. */
export class BCEWithLogitsLoss extends Loss {
  forward(output: Value, target: Value): Value {
    return mean(
      output.graph.record('bceWithLogits', [output, target], output.shape, (out) => ({
        forward: (on) => on.pointwise('bceWithLogits', [output.data, target.data], [], out.data),
        backward: (on) => {
          output.storage.accumulate(on, (into) => {
            on.pointwise('bceWithLogitsGradient', [output.data, target.data], [], into);
            on.pointwise('multiply', [into, out.gradient], [], into);
          });
        },
      })),
    );
  }

  encode(target: Target, shape: readonly number[]): Float32Array {
    return dense('BCEWithLogitsLoss', target, shape);
  }
}

/** Σ a·b: a convolution whose kernel covers its whole input. */
function dot(a: Value, b: Value): Value {
  const flat = [1, a.storage.length, 1];
  return view(convolve(view(a, flat), view(b, flat), null, {}, 'dot'), [1]);
}

function mean(x: Value): Value {
  return dot(x, x.graph.constant(x.shape, new Float32Array(x.storage.length).fill(1 / x.storage.length)));
}

/** Samples times positions: what the mean runs over. */
function positions([n, , ...spatial]: readonly number[]): number {
  return n * sizeOf(spatial);
}

function dense(operation: string, target: Target, shape: readonly number[]): Float32Array {
  const { shape: received, data } = target as Tensor;
  if (!data || show(received) !== show(shape))
    throw new ShapeError(operation, `the target must be a tensor of shape ${show(shape)}, received ${show(received ?? target)}`, { shape, received });
  return data;
}

function targetProbabilities(operation: string, target: Target, shape: readonly number[], smoothing: number): Float32Array {
  const [n, classes, ...spatial] = shape;
  const cells = sizeOf(spatial);
  const smooth = (p: number) => p * (1 - smoothing) + smoothing / classes;
  if ('data' in target && 'shape' in target && show(target.shape) === show(shape)) return target.data.map(smooth);
  const labels: ArrayLike<number> = 'data' in target ? target.data : target;
  if (labels.length !== n * cells)
    throw new ShapeError(
      operation,
      `the target must hold one class for each of the ${n * cells} positions of the output ${show(shape)}, received ${labels.length}`,
      { shape },
    );
  const encoded = new Float32Array(n * classes * cells).fill(smoothing / classes);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!(Number.isInteger(label) && label >= 0 && label < classes))
      throw new DataError(operation, `a class must be a whole number from 0 to ${classes - 1}, received ${label} at ${i}`, { label, at: i });
    encoded[(Math.floor(i / cells) * classes + label) * cells + (i % cells)] = smooth(1);
  }
  return encoded;
}

import { UnsupportedError } from '../errors.js';
import type { DeviceBuffer } from '../kernels/backend.js';
import type { Operators } from '../kernels/operators.js';
import { check, checkOptions, finite, type OptionsOf, option, probability, type Rows, rule, settle } from '../options.js';
import { convolve } from './functional/convolution.js';
import { view } from './functional/shape.js';
import { logSoftmax } from './functional/softmax.js';
import { Graph, type Value } from './graph.js';
import type { ModelOutput } from './model-output.js';
import { CLASS_LOSS_OPTIONS, type ClassLossOptions, classCoefficients, dense, type Target } from './targets.js';

/** A computed loss: its value and its backward pass. */
export interface LossValue {
  readonly value: number;
  /**
   * Propagates the gradient of the loss to every parameter of the model that computed the output, and adds it to their gradients.
   * @param scale multiplies the gradient: 1 / n in each of n batches gives the gradient of their mean. Default 1
   * @throws OptionError if it is not finite
   */
  backward(scale?: number): void;
}

/** A loss function to minimize, as a mean over the batch. `forward` is recorded once per output, like a module's. */
export abstract class Loss {
  readonly #compiled = new WeakMap<Graph, CompiledLoss>();

  /** True if outputs of this shape are binary logits, > 0 for yes: accuracy is then the fraction of outputs with the correct sign. */
  binary(_outputShape: readonly number[]): boolean {
    return false;
  }

  /** Records the loss of an output. @returns a value of shape `[1]` */
  abstract forward(output: Value, target: Value): Value;

  /** The target values for {@link forward}, in the output's shape. */
  abstract encode(target: Target, outputShape: readonly number[]): Float32Array;

  /** The loss of a model's output, PyTorch's `criterion(output, target)`. */
  async run(output: ModelOutput, target: Target): Promise<LossValue> {
    output.checkCurrent();
    const step = this.compile(output.value);
    const { operators: on } = output.value.graph;
    on.write(step.target.data, this.encode(target, output.shape));
    step.graph.forward();
    const [value] = await on.read(step.loss.data);
    const backward = (scale = 1) => {
      check('backward', 'scale', scale, finite);
      output.checkCurrent();
      if (!step.graph.isAllocated)
        throw new UnsupportedError('backward', 'more than 16 other losses were computed of outputs of this shape since this one; call backward before them');
      step.backward(scale);
    };
    return { value, backward };
  }

  /** The loss as a graph that continues from an output; compiled once per model graph. */
  compile(output: Value): CompiledLoss {
    const model = output.graph;
    const kept = this.#compiled.get(model);
    if (kept?.graph.isAllocated) {
      model.continueWith(kept.graph);
      return kept;
    }
    const { operators: on } = model;
    const graph = new Graph(model.training, model.random);
    const target = graph.input(output.shape);
    const loss = this.forward(graph.view(output.shape, output.storage), target);
    const one = graph.constant([1], Float32Array.of(1));
    graph.allocate(on);
    model.continueWith(graph);
    const backward = (scale = 1) => {
      loss.storage.accumulate(on, (into) => on.pointwise('affine', [one.data], [scale, 0], into));
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
  /** Receives the result of {@link Loss.encode}. */
  readonly target: Value;
  readonly loss: Value;
  /** Propagates the loss's gradient, times `scale` (default 1), through the loss and the model. */
  backward(scale?: number): void;
}

/**
 * −log p of the correct class, from log-probabilities `[N, C]` or `[N, C, ...]`, such as the output of {@link logSoftmax}.
 * @throws OptionError if an option is unknown or breaks its rule
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
  readonly options: ClassLossOptions;

  constructor(options: ClassLossOptions = {}) {
    super();
    this.options = settle('NLLLoss', options, CLASS_LOSS_OPTIONS);
  }

  forward(output: Value, target: Value): Value {
    return dot(output, target);
  }

  /** −1/count at the correct class, so the loss is a scalar product, computed as a convolution. */
  encode(target: Target, shape: readonly number[]): Float32Array {
    return classCoefficients('NLLLoss', target, shape, this.options);
  }
}

/** Rules and defaults of {@link CrossEntropyOptions}. */
export const CROSS_ENTROPY_OPTIONS = {
  ...CLASS_LOSS_OPTIONS,
  /** Fraction of the target that is spread over all classes, 0 ≤ s < 1. Default 0. */
  labelSmoothing: option(rule<number>('a share, 0 ≤ s < 1', probability.holds), { default: 0 }),
} satisfies Rows;

/** Options of {@link CrossEntropyLoss}. */
export interface CrossEntropyOptions extends OptionsOf<typeof CROSS_ENTROPY_OPTIONS> {}

/**
 * {@link NLLLoss} of the log-softmax of logits `[N, C]` or `[N, C, ...]`. Stable for logits of any magnitude.
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { CrossEntropyLoss, Linear, tensor } from 'convlab';
 *
 * const layer = new Linear(2, 3).initialize(1);
 * const loss = await new CrossEntropyLoss({ labelSmoothing: 0.1, weight: [1, 1, 5] }).run(await layer.run(tensor([[1, 2]])), [2]);
 * loss.backward();
 * ```
 */
export class CrossEntropyLoss extends Loss {
  readonly options: CrossEntropyOptions;

  constructor(options: CrossEntropyOptions = {}) {
    super();
    this.options = settle('CrossEntropyLoss', options, CROSS_ENTROPY_OPTIONS);
  }

  forward(output: Value, target: Value): Value {
    return dot(logSoftmax(output), target);
  }

  encode(target: Target, shape: readonly number[]): Float32Array {
    return classCoefficients('CrossEntropyLoss', target, shape, this.options);
  }
}

/** The mean of (output − target)². @throws OptionError if an option is passed, because there are none */
export class MSELoss extends Loss {
  constructor(options: object = {}) {
    super();
    checkOptions('MSELoss', options, {});
  }

  forward(output: Value, target: Value): Value {
    return meanOver('squaredDifference', output, target, {
      value: (on, out) => on.pointwise('squaredDifference', [output.data, target.data], [], out),
      slope: (on, into) => on.pointwise('combine', [output.data, target.data], [2, -2], into),
    });
  }

  encode(target: Target, shape: readonly number[]): Float32Array {
    return dense('MSELoss', target, shape);
  }
}

/**
 * The mean binary cross-entropy of logits, for targets from 0 to 1. Stable for logits of any magnitude.
 * @throws OptionError if an option is passed, because there are none
 */
export class BCEWithLogitsLoss extends Loss {
  constructor(options: object = {}) {
    super();
    checkOptions('BCEWithLogitsLoss', options, {});
  }

  override binary(): boolean {
    return true;
  }

  forward(output: Value, target: Value): Value {
    return meanOver('bceWithLogits', output, target, {
      value: (on, out) => on.pointwise('bceWithLogits', [output.data, target.data], [], out),
      slope: (on, into) => on.pointwise('bceWithLogitsGradient', [output.data, target.data], [], into),
    });
  }

  encode(target: Target, shape: readonly number[]): Float32Array {
    return dense('BCEWithLogitsLoss', target, shape);
  }
}

/** A loss that is computed per output value. */
interface CellLoss {
  value(on: Operators, out: DeviceBuffer): void;
  /** ∂value/∂output. */
  slope(on: Operators, into: DeviceBuffer): void;
}

/** The mean of a loss that is computed per output value. */
export function meanOver(operation: string, output: Value, target: Value, { value, slope }: CellLoss): Value {
  return mean(
    output.graph.record(operation, [output, target], output.shape, (out) => ({
      forward: (on) => value(on, out.data),
      backward: (on) => {
        output.storage.accumulate(on, (into) => {
          slope(on, into);
          on.pointwise('multiply', [into, out.gradient], [], into);
        });
      },
    })),
  );
}

/** Σ a·b: a convolution whose kernel covers its whole input. */
export function dot(a: Value, b: Value): Value {
  const flat = [1, a.storage.length, 1];
  return view(convolve(view(a, flat), view(b, flat), null, {}, 'dot'), [1]);
}

/** The mean of all values, `[1]`. */
export function mean(x: Value): Value {
  return dot(x, x.graph.constant(x.shape, new Float32Array(x.storage.length).fill(1 / x.storage.length)));
}

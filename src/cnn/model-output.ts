import { UnsupportedError } from '../errors.js';
import { checkTensor, type Tensor } from '../tensor.js';
import type { Value } from './graph.js';

/**
 * The result of {@link Module.run}: the output values, and the backward pass through the model.
 * @example
 * ```ts
 * import { full, Linear } from 'convlab';
 *
 * const output = await new Linear(2, 3).run(full([1, 2], 1));
 * output.backward(full([1, 3], 1)); // the gradients of Σ output
 * console.log(output.shape); // → [ 1, 3 ]
 * ```
 */
export class ModelOutput implements Tensor {
  readonly #run: number;

  constructor(
    readonly shape: readonly number[],
    readonly data: Float32Array,
    /** The output in the graph that computed it; losses continue from here. */
    readonly value: Value,
  ) {
    this.#run = value.graph.runs;
  }

  /** @throws UnsupportedError if the model has run again since, which overwrites the values needed for the backward pass */
  checkCurrent(): void {
    if (this.#run !== this.value.graph.runs)
      throw new UnsupportedError('backward', 'the model has run again since this output; call backward before the next run');
  }

  /**
   * Propagates ∂L/∂output back through the model and adds to every parameter's gradient.
   * @param gradient in the output's shape
   */
  backward(gradient: Tensor): void {
    checkTensor('backward', 'gradient', gradient, this.shape);
    this.checkCurrent();
    const { graph, storage } = this.value;
    storage.accumulate(graph.operators, (into) => graph.operators.write(into, gradient.data));
    graph.backward();
  }
}

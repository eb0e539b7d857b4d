import { UnsupportedError } from '../errors.js';
import { check, flag } from '../options.js';
import { sizeOf } from '../tensor.js';
import { type Graph, Storage, type Value } from './graph.js';
import type { Initializer } from './init.js';

let made = 0;

/**
 * Values owned by a module: trained weights, or statistics (`trainable: false`).
 * @example
 * ```ts
 * import { init, Module, multiply, Parameter, full, type Value } from 'convlab';
 *
 * class Scaled extends Module {
 *   readonly weight = new Parameter([1], init.constant(3));
 *   forward(x: Value) {
 *     return multiply(x, this.weight.in(x.graph));
 *   }
 * }
 * const scaled = new Scaled();
 * scaled.weight.requiresGrad = false; // frozen
 * console.log((await scaled.run(full([1, 2], 2))).data); // → Float32Array(2) [ 6, 6 ]
 * ```
 */
export class Parameter {
  /** Identifies the parameter in the keys of graphs. */
  readonly id = made++;
  readonly storage: Storage;
  /** The values while the parameter is not stored on a backend. */
  host: Float32Array | undefined;

  /**
   * @param shape the shape of PyTorch's parameter of the same name
   * @param initializer fills it when the model is initialized
   */
  constructor(
    readonly shape: readonly number[],
    readonly initializer: Initializer,
    readonly trainable = true,
  ) {
    this.storage = new Storage(sizeOf(shape), trainable);
  }

  /**
   * True if training computes a gradient and changes the parameter. Initially `trainable`; set it to false to freeze
   * the parameter for every optimizer.
   * @throws UnsupportedError if it is set to true on statistics (`trainable: false`)
   */
  get requiresGrad(): boolean {
    return this.storage.needsGradient;
  }

  set requiresGrad(value: boolean) {
    check('Parameter', 'requiresGrad', value, flag);
    if (value && !this.trainable) throw new UnsupportedError('requiresGrad', 'cannot be set on a statistic (trainable: false)');
    this.storage.needsGradient = value;
    this.storage.untouched = true;
    const { operators } = this.storage;
    if (operators) this.storage.allocate(operators);
  }

  /** The parameter as a value of a graph. */
  in(graph: Graph): Value {
    return graph.view(this.shape, this.storage);
  }
}

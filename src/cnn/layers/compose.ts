import { ShapeError } from '../../errors.js';
import { add, concatenate } from '../functional/arithmetic.js';
import type { Value } from '../graph.js';
import { Module } from '../module.js';

/**
 * Modules in sequence. Their names are 0, 1, 2 … for a list, or the keys of an object.
 * @throws ShapeError if there is no layer
 * @example
 * ```ts
 * import { Conv2d, Flatten, full, Linear, MaxPool2d, ReLU, Sequential } from 'convlab';
 *
 * const net = new Sequential({
 *   conv: new Conv2d(1, 4, 3),
 *   relu: new ReLU(),
 *   pool: new MaxPool2d(2),
 *   flat: new Flatten(),
 *   fc: new Linear(4 * 3 * 3, 2),
 * });
 * console.log((await net.initialize(1).run(full([5, 1, 8, 8]))).shape); // → [ 5, 2 ]
 * ```
 */
export class Sequential extends Module {
  readonly #layers: [string, Module][];

  constructor(layers: readonly Module[] | Readonly<Record<string, Module>>) {
    super();
    this.#layers = Object.entries(layers);
    if (this.#layers.length === 0) throw new ShapeError('Sequential', 'layers must contain at least one layer, received none');
  }

  forward(x: Value): Value {
    return this.#layers.reduce((value, [, layer]) => layer.apply(value), x);
  }

  override children(): [string, Module][] {
    return this.#layers;
  }
}

/** body(x) + shortcut(x); without a shortcut, body(x) + x. */
export class Residual extends Module {
  constructor(
    readonly body: Module,
    readonly shortcut: Module | null = null,
  ) {
    super();
  }

  forward(x: Value): Value {
    return add(this.body.apply(x), this.shortcut ? this.shortcut.apply(x) : x);
  }
}

/**
 * Parallel branches whose outputs are concatenated along the channels. Branch i gets input i; a single input goes to
 * all branches. A module can appear several times: it is then shared, and its gradient is the sum over all uses.
 * @throws ShapeError if there is no branch, or when it runs if the number of inputs is neither 1 nor the number of
 * branches
 */
export class Parallel extends Module {
  constructor(readonly towers: readonly Module[]) {
    super();
    if (towers.length === 0) throw new ShapeError('Parallel', 'towers must contain at least one tower, received none');
  }

  forward(...inputs: Value[]): Value {
    if (inputs.length !== 1 && inputs.length !== this.towers.length) {
      throw new ShapeError('Parallel', `${this.towers.length} towers require one input, or one each, received ${inputs.length}`);
    }
    return concatenate(this.towers.map((tower, i) => tower.apply(inputs[i] ?? inputs[0])));
  }
}

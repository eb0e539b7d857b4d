import { gelu, leakyRelu, relu, sigmoid, tanh } from '../functional/activations.js';
import { dropout, dropout2d } from '../functional/dropout.js';
import { flatten, view } from '../functional/shape.js';
import { logSoftmax, softmax } from '../functional/softmax.js';
import type { Value } from '../graph.js';
import { Module } from '../module.js';

interface Layer extends Module {
  /** The function of x. */
  forward(x: Value): Value;
}

/** A layer without parameters: one function of one value. */
function layerOf(compute: (x: Value) => Value): new () => Layer {
  return class extends Module {
    forward(x: Value): Value {
      return compute(x);
    }
  };
}

/**
 * max(x, 0)
 * @example
 * ```ts
 * import { Dropout, Flatten, Linear, ReLU, Sequential } from 'convlab';
 *
 * const head = new Sequential([new Flatten(), new Linear(64, 16), new ReLU(), new Dropout(0.2), new Linear(16, 3)]);
 * console.log(head.modules().length); // → 6
 * ```
 */
export class ReLU extends layerOf(relu) {}
/** x·Φ(x) */
export class GELU extends layerOf(gelu) {}
/** 1 / (1 + e^−x) */
export class Sigmoid extends layerOf(sigmoid) {}
/** tanh x */
export class Tanh extends layerOf(tanh) {}
/** e^x / Σ e^x over the channels, axis 1 */
export class Softmax extends layerOf(softmax) {}
/** The logarithm of {@link Softmax}, without overflow */
export class LogSoftmax extends layerOf(logSoftmax) {}
/** `[N, ...]` → `[N, everything else]` */
export class Flatten extends layerOf(flatten) {}

/** x where x > 0, else slope·x. */
export class LeakyReLU extends Module {
  /** @param negativeSlope default 0.01 */
  constructor(readonly negativeSlope = 0.01) {
    super();
  }

  forward(x: Value): Value {
    return leakyRelu(x, this.negativeSlope);
  }
}

/** In training, drops values with probability p and scales the rest by 1 / (1 − p). */
export class Dropout extends Module {
  /** @param p default 0.5 */
  constructor(readonly p = 0.5) {
    super();
  }

  forward(x: Value): Value {
    return dropout(x, this.p);
  }
}

/** {@link Dropout} of whole channels of `[N, C, H, W]`. */
export class Dropout2d extends Module {
  /** @param p default 0.5 */
  constructor(readonly p = 0.5) {
    super();
  }

  forward(x: Value): Value {
    return dropout2d(x, this.p);
  }
}

/** The same numbers in another shape, PyTorch's view. `shape` includes N; one dimension may be −1. */
export class Reshape extends Module {
  constructor(readonly shape: readonly number[]) {
    super();
  }

  forward(x: Value): Value {
    return view(x, this.shape);
  }
}

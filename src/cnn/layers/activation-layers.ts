import { ShapeError, show } from '../../errors.js';
import { check, checkOptions, count, finite, probability } from '../../options.js';
import { gelu, hardsigmoid, hardswish, leakyRelu, prelu, relu, relu6, sigmoid, silu, tanh } from '../functional/activations.js';
import { dropout, dropout2d } from '../functional/dropout.js';
import { flatten, view } from '../functional/shape.js';
import { logSoftmax, softmax } from '../functional/softmax.js';
import type { Value } from '../graph.js';
import { constant } from '../init.js';
import { Module } from '../module.js';
import { Parameter } from '../parameter.js';

interface Layer extends Module {
  /** The function of x. */
  forward(x: Value): Value;
}

/** A layer without parameters: one function of one value. */
function layerOf(compute: (x: Value) => Value): new () => Layer {
  return class extends Module {
    constructor(options: object = {}) {
      super();
      checkOptions(this.constructor.name, options, {});
    }

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
/** min(max(x, 0), 6) */
export class ReLU6 extends layerOf(relu6) {}
/** x / (1 + e^−x), also called Swish */
export class SiLU extends layerOf(silu) {}
/** x·min(max(x / 6 + 1 / 2, 0), 1) */
export class Hardswish extends layerOf(hardswish) {}
/** min(max(x / 6 + 1 / 2, 0), 1) */
export class Hardsigmoid extends layerOf(hardsigmoid) {}
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
    check('LeakyReLU', 'negativeSlope', negativeSlope, finite);
  }

  forward(x: Value): Value {
    return leakyRelu(x, this.negativeSlope);
  }
}

/** x where x > 0, else weight·x: {@link LeakyReLU} whose slope is learned. */
export class PReLU extends Module {
  /** `[slopes]` */
  readonly weight: Parameter;

  /**
   * @param slopes 1: one shared slope; the number of channels: one slope per channel. Default 1
   * @param init the initial slope. Default 0.25
   * @throws OptionError unless `slopes` is an integer ≥ 1 and `init` a finite number; ShapeError when it runs with a
   * different number of channels
   */
  constructor(
    readonly slopes = 1,
    readonly init = 0.25,
  ) {
    super();
    check('PReLU', 'slopes', slopes, count);
    check('PReLU', 'init', init, finite);
    this.weight = new Parameter([slopes], constant(init));
  }

  forward(x: Value): Value {
    const { slopes, weight } = this;
    if (slopes !== 1 && x.shape[1] !== slopes)
      throw new ShapeError('PReLU', `x must have ${slopes} channels, one for each slope, received ${show(x.shape)}`, { x: x.shape });
    return prelu(x, weight.in(x.graph));
  }
}

/** In training, drops values with probability p and scales the rest by 1 / (1 − p). */
export class Dropout extends Module {
  /** @param p default 0.5 @throws OptionError unless 0 ≤ p < 1 */
  constructor(readonly p = 0.5) {
    super();
    check('Dropout', 'p', p, probability);
  }

  forward(x: Value): Value {
    return dropout(x, this.p);
  }
}

/** {@link Dropout} of whole channels of `[N, C, H, W]`. */
export class Dropout2d extends Module {
  /** @param p default 0.5 @throws OptionError unless 0 ≤ p < 1 */
  constructor(readonly p = 0.5) {
    super();
    check('Dropout2d', 'p', p, probability);
  }

  forward(x: Value): Value {
    return dropout2d(x, this.p);
  }
}

/** Changes the shape without copying, like PyTorch's view. `shape` includes N; one dimension may be −1. */
export class Reshape extends Module {
  constructor(readonly shape: readonly number[]) {
    super();
  }

  forward(x: Value): Value {
    return view(x, this.shape);
  }
}

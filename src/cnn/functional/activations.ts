import type { PointwiseName } from '../../kernels/pointwise.js';
import type { Value } from '../graph.js';

/**
 * max(x, 0)
 * @example
 * ```ts
 * import { Module, relu, tensor, type Value } from 'convlab';
 *
 * class Clipped extends Module {
 *   forward(x: Value) {
 *     return relu(x);
 *   }
 * }
 * console.log((await new Clipped().run(tensor([[-1, 2]]))).data[1]); // → 2
 * ```
 */
export function relu(x: Value): Value {
  return leaky('relu', x, 0);
}

/** x where x > 0, else slope·x. @param slope default 0.01 */
export function leakyRelu(x: Value, slope = 0.01): Value {
  return leaky('leakyRelu', x, slope);
}

/** 1 / (1 + e^−x) */
export function sigmoid(x: Value): Value {
  return fromResult('sigmoid', 'sigmoidGradient', x);
}

/** The hyperbolic tangent. */
export function tanh(x: Value): Value {
  return fromResult('tanh', 'tanhGradient', x);
}

/** x·Φ(x) with the normal distribution function Φ. @see Hendrycks and Gimpel, Gaussian Error Linear Units, 2016 */
export function gelu(x: Value): Value {
  return x.graph.record('gelu', [x], x.shape, (out) => ({
    forward: (on) => on.pointwise('gelu', [x.data], [], out.data),
    backward: (on) => x.storage.accumulate(on, (into) => on.pointwise('geluGradient', [out.gradient, x.data], [], into)),
  }));
}

function leaky(operation: string, x: Value, slope: number): Value {
  return x.graph.record(operation, [x], x.shape, (out) => ({
    attributes: { slope },
    forward: (on) => on.pointwise('leakyRelu', [x.data], [slope], out.data),
    backward: (on) => x.storage.accumulate(on, (into) => on.pointwise('leakyReluGradient', [out.gradient, x.data], [slope], into)),
  }));
}

/** An activation whose derivative is known from its result. */
function fromResult(operation: PointwiseName, gradient: PointwiseName, x: Value): Value {
  return x.graph.record(operation, [x], x.shape, (out) => ({
    forward: (on) => on.pointwise(operation, [x.data], [], out.data),
    backward: (on) => x.storage.accumulate(on, (into) => on.pointwise(gradient, [out.gradient, out.data], [], into)),
  }));
}

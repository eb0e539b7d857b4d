import { OptionError } from '../../errors.js';
import type { PointwiseName } from '../../kernels/pointwise.js';
import { check, finite } from '../../options.js';
import type { Value } from '../graph.js';
import { add, multiply } from './arithmetic.js';
import { scaleChannels } from './convolution.js';
import { view } from './shape.js';

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

/**
 * x clamped to `low` … `high`. The gradient passes only between these limits.
 * @throws OptionError unless they are finite and low < high
 */
export function clamp(x: Value, low: number, high: number): Value {
  for (const [name, value] of Object.entries({ low, high })) check('clamp', name, value, finite);
  if (low >= high) throw new OptionError('clamp', 'low', `must be < high (${high})`, low);
  return x.graph.record('clamp', [x], x.shape, (out) => ({
    attributes: { low, high },
    forward: (on) => on.pointwise('clamp', [x.data], [low, high], out.data),
    backward: (on) => x.storage.accumulate(on, (into) => on.pointwise('clampGradient', [out.gradient, x.data], [low, high], into)),
  }));
}

/** min(max(x, 0), 6). @see Howard et al., MobileNets, 2017 */
export function relu6(x: Value): Value {
  return clamp(x, 0, 6);
}

/** min(max(x / 6 + 1 / 2, 0), 1): a piecewise linear {@link sigmoid}. */
export function hardsigmoid(x: Value): Value {
  return x.graph.record('hardsigmoid', [x], x.shape, (out) => ({
    forward: (on) => {
      on.pointwise('affine', [x.data], [1 / 6, 0.5], out.data);
      on.pointwise('clamp', [out.data], [0, 1], out.data);
    },
    backward: (on) => {
      x.storage.accumulate(on, (into) => {
        on.pointwise('clampGradient', [out.gradient, x.data], [-3, 3], into);
        on.pointwise('affine', [into], [1 / 6, 0], into);
      });
    },
  }));
}

/** x·{@link hardsigmoid}(x). @see Howard et al., Searching for MobileNetV3, 2019 */
export function hardswish(x: Value): Value {
  return multiply(x, hardsigmoid(x));
}

/** x·{@link sigmoid}(x), also called Swish. @see Ramachandran et al., Searching for Activation Functions, 2017 */
export function silu(x: Value): Value {
  return multiply(x, sigmoid(x));
}

/**
 * x where x > 0, else slope·x with a learned slope: relu(x) + slope·(x − relu(x)).
 * @param x `[N, C, ...]`
 * @param slope `[1]`, or `[C]` for one slope per channel
 * @see He et al., Delving Deep into Rectifiers, 2015
 */
export function prelu(x: Value, slope: Value): Value {
  const shape = [x.shape[0], slope.storage.length, x.storage.length / x.shape[0] / slope.storage.length];
  const flat = view(x, shape);
  const above = relu(flat);
  const below = add(flat, scaleChannels(above, x.graph.constant([shape[1]], new Float32Array(shape[1]).fill(-1)), null));
  return view(add(above, scaleChannels(below, slope, null)), x.shape);
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

/** An activation whose derivative can be computed from its result. */
function fromResult(operation: PointwiseName, gradient: PointwiseName, x: Value): Value {
  return x.graph.record(operation, [x], x.shape, (out) => ({
    forward: (on) => on.pointwise(operation, [x.data], [], out.data),
    backward: (on) => x.storage.accumulate(on, (into) => on.pointwise(gradient, [out.gradient, out.data], [], into)),
  }));
}

import { sizeOf } from '../../../tensor.js';
import { clamp, gelu, hardsigmoid, hardswish, leakyRelu, prelu, relu, sigmoid, tanh } from '../../functional/activations.js';
import { add, multiply } from '../../functional/arithmetic.js';
import { affine, divide, exponential, logarithm } from '../../functional/roots.js';
import { view } from '../../functional/shape.js';
import { logSoftmax, softmax } from '../../functional/softmax.js';
import type { Value } from '../../graph.js';
import type { Call, OperatorRow, OperatorRows } from '../call.js';
import { perChannel } from './channels.js';

const cellwise = (compute: (x: Value, call: Call) => Value): OperatorRow => ({ run: (call) => compute(call.value(0), call) });

/** The largest finite float32. */
const LARGEST = 3.4028234663852886e38;

/** x, at least `low` and at most `high`; either may be infinite. */
export function limited(x: Value, low: number, high: number): Value {
  return clamp(x, Math.max(low, -LARGEST), Math.min(high, LARGEST));
}

/** |x| */
export function magnitude(x: Value): Value {
  return add(relu(x), relu(affine(x, -1, 0)));
}

/** e^min(x, 0) − 1, the negative part of exponential units. */
function below(x: Value): Value {
  return affine(exponential(affine(relu(affine(x, -1, 0)), -1, 0)), 1, -1);
}

function softplus(x: Value): Value {
  return add(relu(x), logarithm(affine(exponential(affine(magnitude(x), -1, 0)), 1, 1)));
}

/** Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: error below 1.5e-7. */
const ERF = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429];

function erf(x: Value): Value {
  const size = magnitude(x);
  const one = x.graph.constant([1], Float32Array.of(1));
  const t = divide(one, affine(size, 0.3275911, 1));
  const series = ERF.slice(0, -1).reduceRight((sum, coefficient) => multiply(affine(sum, 1, coefficient), t), affine(t, ERF[4], 0));
  const result = affine(multiply(series, exponential(affine(multiply(x, x), -1, 0))), -1, 1);
  return multiply(result, divide(x, affine(size, 1, 1e-30)));
}

function geluOf(x: Value, call: Call): Value {
  if (call.text('approximate', 'none') === 'none') return gelu(x);
  const cubic = multiply(x, affine(multiply(x, x), 0.044715, 1));
  return multiply(affine(x, 0.5, 0), affine(tanh(affine(cubic, Math.sqrt(2 / Math.PI), 0)), 1, 1));
}

function clip(x: Value, call: Call): Value {
  const [low, high] = call.opset < 11 ? [call.float('min', -LARGEST), call.float('max', LARGEST)] : [call.number(1) ?? -LARGEST, call.number(2) ?? LARGEST];
  return limited(x, low, high);
}

function slopes(x: Value, call: Call): Value {
  const slope = call.value(1);
  if (slope.storage.length === 1 || perChannel(x, slope.shape)) return prelu(x, view(slope, [-1]));
  const above = relu(x);
  return add(above, multiply(slope, add(x, affine(above, -1, 0))));
}

/** Softmax along one axis; before opset 13, over that axis and all later ones together. */
const alongOneAxis = (compute: (x: Value) => Value): OperatorRow => ({
  run(call) {
    const x = call.value(0);
    const axis = call.axis(call.integer('axis', call.opset < 13 ? 1 : -1), x.shape.length);
    const before = sizeOf(x.shape.slice(0, axis));
    const n = call.opset < 13 ? sizeOf(x.shape.slice(axis)) : x.shape[axis];
    return view(compute(view(x, x.storage.length === before * n ? [before, n] : [before, n, -1])), x.shape);
  },
});

/** Elementwise functions and softmaxes. */
export const ACTIVATIONS: OperatorRows = {
  Relu: cellwise(relu),
  LeakyRelu: cellwise((x, call) => leakyRelu(x, call.float('alpha', 0.01))),
  PRelu: { parameters: { 1: 'bias' }, run: (call) => slopes(call.value(0), call) },
  Elu: cellwise((x, call) => add(relu(x), affine(below(x), call.float('alpha', 1), 0))),
  Celu: cellwise((x, call) => {
    const alpha = call.float('alpha', 1);
    return add(relu(x), affine(below(affine(x, 1 / alpha, 0)), alpha, 0));
  }),
  Selu: cellwise((x, call) => {
    const [alpha, gamma] = [call.float('alpha', 1.6732632423543772), call.float('gamma', 1.0507009873554805)];
    return add(affine(relu(x), gamma, 0), affine(below(x), alpha * gamma, 0));
  }),
  HardSigmoid: cellwise((x, call) => {
    const [alpha, beta] = [call.float('alpha', 0.2), call.float('beta', 0.5)];
    return Math.fround(alpha) === Math.fround(1 / 6) && beta === 0.5 ? hardsigmoid(x) : clamp(affine(x, alpha, beta), 0, 1);
  }),
  HardSwish: cellwise(hardswish),
  Sigmoid: cellwise(sigmoid),
  Tanh: cellwise(tanh),
  Softplus: cellwise(softplus),
  Softsign: cellwise((x) => divide(x, affine(magnitude(x), 1, 1))),
  Mish: cellwise((x) => multiply(x, tanh(softplus(x)))),
  Gelu: cellwise(geluOf),
  Erf: cellwise(erf),
  Clip: cellwise(clip),
  Softmax: alongOneAxis(softmax),
  LogSoftmax: alongOneAxis(logSoftmax),
};

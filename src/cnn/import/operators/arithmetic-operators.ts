import { relu } from '../../functional/activations.js';
import { add, multiply } from '../../functional/arithmetic.js';
import { scaleChannels } from '../../functional/convolution.js';
import { affine, divide, exponential, logarithm, squareRoot } from '../../functional/roots.js';
import { view } from '../../functional/shape.js';
import { Value } from '../../graph.js';
import type { Call, Operand, OperatorRow, OperatorRows } from '../call.js';
import { combineKnown } from '../known-numbers.js';
import type { KnownValues, ParameterRole } from '../plan.js';
import { limited, magnitude } from './activation-operators.js';
import { perChannel } from './channels.js';

type Two = (call: Call, a: Operand, b: Operand) => Value;

/** The value of a known operand if all its elements are equal and it does not change the other's shape. */
function scalar(operand: Operand, other: Operand): number | undefined {
  return operand instanceof Value || operand.data.length !== 1 || operand.shape.length > other.shape.length ? undefined : operand.data[0];
}

const plus: Two = (call, a, b) => {
  for (const [x, y] of [
    [a, b],
    [b, a],
  ]) {
    const number = scalar(y, x);
    if (number !== undefined) return affine(call.asValue(x), 1, number);
    if (x instanceof Value && perChannel(x, y.shape)) return scaleChannels(x, null, view(call.asValue(y), [x.shape[1]]));
  }
  return add(call.asValue(a), call.asValue(b));
};

const times: Two = (call, a, b) => {
  for (const [x, y] of [
    [a, b],
    [b, a],
  ]) {
    const number = scalar(y, x);
    if (number !== undefined) return affine(call.asValue(x), number, 0);
    if (x instanceof Value && perChannel(x, y.shape)) return scaleChannels(x, view(call.asValue(y), [x.shape[1]]), null);
  }
  return multiply(call.asValue(a), call.asValue(b));
};

const minus: Two = (call, a, b) => {
  const number = scalar(b, a);
  return number === undefined ? plus(call, affine(call.asValue(b), -1, 0), a) : affine(call.asValue(a), 1, -number);
};

const over: Two = (call, a, b) => {
  const number = scalar(b, a);
  return number === undefined ? divide(call.asValue(a), call.asValue(b)) : affine(call.asValue(a), 1 / number, 0);
};

/** The larger of two: a + relu(b − a). */
const larger: Two = (call, a, b) => {
  for (const [x, y] of [
    [a, b],
    [b, a],
  ]) {
    const number = scalar(y, x);
    if (number !== undefined) return limited(call.asValue(x), number, Number.POSITIVE_INFINITY);
  }
  const [left, right] = [call.asValue(a), call.asValue(b)];
  return add(left, relu(add(right, affine(left, -1, 0))));
};

const smaller: Two = (call, a, b) => {
  for (const [x, y] of [
    [a, b],
    [b, a],
  ]) {
    const number = scalar(y, x);
    if (number !== undefined) return limited(call.asValue(x), Number.NEGATIVE_INFINITY, number);
  }
  const [left, right] = [call.asValue(a), call.asValue(b)];
  return add(left, affine(relu(add(left, affine(right, -1, 0))), -1, 0));
};

/** a^b: integer exponents by multiplication, 0.5 by the square root, others as e^(b · log a), which requires a > 0. */
const power: Two = (call, a, b) => {
  const x = call.asValue(a);
  const exponent = scalar(b, a);
  if (exponent === undefined) return exponential(multiply(call.asValue(b), logarithm(x)));
  if (exponent === 0.5) return squareRoot(x);
  const times = Math.abs(exponent);
  if (!Number.isInteger(times) || times > 8 || times === 0) return exponential(affine(logarithm(x), exponent, 0));
  const product = Array(times - 1)
    .fill(x)
    .reduce<Value>((sum, factor) => multiply(sum, factor), x);
  return exponent > 0 ? product : inverse(product);
};

function inverse(x: Value): Value {
  return divide(x.graph.constant([1], Float32Array.of(1)), x);
}

function two(record: Two, formula: (a: number, b: number) => number, role?: ParameterRole): OperatorRow {
  return {
    ...(role && { parameters: { 0: role, 1: role } }),
    fold: (call) => combineKnown(call, formula as (...values: number[]) => number),
    run: (call) => record(call, call.operand(0), call.operand(1)),
  };
}

/** An operator with one or more operands, combined in pairs. */
function many(record: Two, formula: (a: number, b: number) => number, finish: (x: Value, count: number) => Value = (x) => x): OperatorRow {
  return {
    fold: (call) => combineKnown(call, (first, ...rest) => rest.reduce(formula, first)),
    run(call) {
      const result = call.inputs.map((_, i) => call.operand(i)).reduce((sum, operand) => record(call, sum, operand));
      return finish(call.asValue(result), call.inputs.length);
    },
  };
}

function one(record: (x: Value) => Value, formula: (a: number) => number): OperatorRow {
  return { fold: (call) => combineKnown(call, formula as (...values: number[]) => number), run: (call) => record(call.value(0)) };
}

/** Computations that depend only on shapes. */
function onlyKnown(fold: (call: Call) => KnownValues): OperatorRow {
  return {
    fold,
    run(call) {
      throw call.refusal('it is supported only for shapes and constants, but an input is computed from an input of the model or a weight');
    },
  };
}

/**
 * Sums, products and elementwise functions. Added and multiplied constants are trained; subtracted constants and
 * divisors are not.
 */
export const ARITHMETIC: OperatorRows = {
  Add: two(plus, (a, b) => a + b, 'bias'),
  Mul: two(times, (a, b) => a * b, 'scale'),
  Sub: two(minus, (a, b) => a - b),
  Div: two(over, (a, b) => a / b),
  Pow: two(power, (a, b) => a ** b),
  Sum: many(plus, (a, b) => a + b),
  Mean: many(
    plus,
    (a, b) => a + b,
    (x, count) => affine(x, 1 / count, 0),
  ),
  Max: many(larger, Math.max),
  Min: many(smaller, Math.min),
  Sqrt: one(squareRoot, Math.sqrt),
  Exp: one(exponential, Math.exp),
  Log: one(logarithm, Math.log),
  Abs: one(magnitude, Math.abs),
  Neg: one(
    (x) => affine(x, -1, 0),
    (a) => -a,
  ),
  Reciprocal: one(inverse, (a) => 1 / a),
  Floor: onlyKnown((call) => combineKnown(call, Math.floor as (...values: number[]) => number)),
  Ceil: onlyKnown((call) => combineKnown(call, Math.ceil as (...values: number[]) => number)),
  Equal: onlyKnown((call) => combineKnown(call, (a, b) => (a === b ? 1 : 0), true)),
  Where: onlyKnown((call) =>
    combineKnown(
      call,
      (condition, a, b) => (condition ? a : b),
      [1, 2].every((i) => call.known(i).whole),
    ),
  ),
};

import { show } from '../../../errors.js';
import { sizeOf } from '../../../tensor.js';
import { repeat } from '../../functional/arithmetic.js';
import { transpose } from '../../functional/rearrange.js';
import { view } from '../../functional/shape.js';
import { Value } from '../../graph.js';
import type { Call, Operand, OperatorRow, OperatorRows } from '../call.js';
import { broadcastShape, pickKnown, repeatingStrides, rowMajorStrides } from '../known-numbers.js';
import type { KnownValues } from '../plan.js';

/** The same cells in another shape. */
function reshaping(shapeOf: (call: Call, shape: readonly number[]) => readonly number[]): OperatorRow {
  const reshape = (call: Call): Operand => {
    const x = call.operand(0);
    const shape = shapeOf(call, x.shape);
    if (x instanceof Value) return view(x, shape);
    if (sizeOf(shape) !== x.data.length) throw call.refusal(`${show(x.shape)} does not match ${show(shape)}`);
    return { ...x, shape };
  };
  return { passes: true, fold: (call) => reshape(call) as KnownValues, run: reshape };
}

/** 0 keeps an axis, −1 is computed from the others. */
function reshaped(call: Call, shape: readonly number[]): number[] {
  const target = call.wholeNumbers('shape', 1) ?? [];
  const keep = !call.flag('allowzero');
  const sizes = target.map((size, axis) => (size === 0 && keep ? shape[axis] : size));
  if (sizes.some((size) => size === undefined || size < -1) || sizes.filter((size) => size === -1).length > 1) {
    throw call.refusal(`${show(shape)} cannot be expanded to ${show(target)}`);
  }
  const known = sizes.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const cells = sizeOf(shape);
  const result = sizes.map((size) => (size === -1 ? cells / known : size));
  if (!result.every(Number.isSafeInteger) || sizeOf(result) !== cells)
    throw call.refusal(`${show(shape)} has ${cells} values, which do not fit ${show(target)}`);
  return result;
}

function flattened(call: Call, shape: readonly number[]): number[] {
  const given = call.integer('axis', 1);
  const axis = given === shape.length ? given : call.axis(given, shape.length);
  return [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))];
}

function squeezed(call: Call, shape: readonly number[]): number[] {
  const given = call.wholeNumbers('axes', 1);
  const axes = given ? call.axes(given, shape.length) : shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const wide = axes.find((axis) => shape[axis] !== 1);
  if (wide !== undefined) throw call.refusal(`axis ${wide} of ${show(shape)} must have size 1`);
  return shape.filter((_, axis) => !axes.includes(axis));
}

function unsqueezed(call: Call, shape: readonly number[]): number[] {
  const given = call.wholeNumbers('axes', 1) ?? [];
  const axes = call.axes(given, shape.length + given.length);
  const sizes = [...shape];
  return Array.from({ length: shape.length + axes.length }, (_, axis) => (axes.includes(axis) ? 1 : (sizes.shift() as number)));
}

/** TensorProto's floating-point types. */
const FLOATS = [1, 10, 11, 16];

const cast: OperatorRow = {
  passes: true,
  fold(call) {
    const { shape, data } = call.known(0);
    const to = call.integer('to', 0);
    if (to === 8) throw call.refusal('strings are not supported');
    if (to === 9)
      return call.result(
        shape,
        Array.from(data, (value) => (value ? 1 : 0)),
        true,
      );
    const whole = !FLOATS.includes(to);
    return call.result(shape, whole ? Array.from(data, Math.trunc) : data, whole);
  },
  run(call) {
    const to = call.integer('to', 0);
    if (!FLOATS.includes(to)) throw call.refusal(`computed values are floating-point and cannot be cast to type ${to}`);
    return call.value(0);
  },
};

/** For each axis of the result, the axis of x. */
function orderOf(call: Call): number[] {
  const rank = call.shape(0).length;
  const order = [...(call.list('perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis))];
  if (String([...order].sort((a, b) => a - b)) !== String(order.map((_, axis) => axis)) || order.length !== rank) {
    throw call.refusal(`perm must contain the axes 0 to ${rank - 1}, received ${show(order)}`);
  }
  return order;
}

const transposing: OperatorRow = {
  passes: true,
  fold(call) {
    const [x, order] = [call.known(0), orderOf(call)];
    const strides = rowMajorStrides(x.shape);
    return pickKnown(
      call,
      x,
      order.map((axis) => x.shape[axis]),
      order.map((axis) => strides[axis]),
    );
  },
  run: (call) => transpose(call.value(0), orderOf(call)),
};

function shapeOf(call: Call): KnownValues {
  const shape = call.shape(0);
  const clamp = (at: number) => Math.min(Math.max(at < 0 ? at + shape.length : at, 0), shape.length);
  const sizes = shape.slice(clamp(call.integer('start', 0)), clamp(call.integer('end', shape.length)));
  return call.result([sizes.length], sizes, true);
}

function filled(call: Call): KnownValues {
  const shape = call.numbers(0) ?? [];
  const value = call.attribute('value') as KnownValues | undefined;
  const [number, whole] = typeof value === 'object' && 'data' in value ? [value.data[0] ?? 0, value.whole] : [0, false];
  return call.result(shape, new Float64Array(call.cells(shape)).fill(number), whole);
}

function expanded(call: Call, shape: readonly number[]): number[] {
  const target = call.wholeNumbers('shape', 1) ?? [];
  const both = broadcastShape(shape, target);
  if (!both) throw call.refusal(`${show(shape)} cannot be broadcast to ${show(target)}`);
  return both;
}

/** Moves channels into space, in blocks of b × b. */
function depthToSpace(call: Call): Value {
  const x = call.value(0);
  const [n, c, h, w] = x.shape;
  const b = call.integer('blocksize', 0);
  const depth = c / b / b;
  if (x.shape.length !== 4 || b < 1 || !Number.isInteger(depth)) throw call.refusal(`blocks of ${b} do not fit ${show(x.shape)}`);
  const columns = call.text('mode', 'DCR') === 'CRD';
  const apart = view(x, columns ? [n, depth, b, b, h, w] : [n, b, b, depth, h, w]);
  return view(transpose(apart, columns ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]), [n, depth, h * b, w * b]);
}

function spaceToDepth(call: Call): Value {
  const x = call.value(0);
  const [n, c, h, w] = x.shape;
  const b = call.integer('blocksize', 0);
  if (x.shape.length !== 4 || b < 1 || h % b > 0 || w % b > 0) throw call.refusal(`blocks of ${b} do not fit ${show(x.shape)}`);
  return view(transpose(view(x, [n, c, h / b, b, w / b, b]), [0, 3, 5, 1, 2, 4]), [n, c * b * b, h / b, w / b]);
}

function range(call: Call): KnownValues {
  const [start, limit, delta] = [0, 1, 2].map((i) => call.number(i) as number);
  const length = Math.max(Math.ceil((limit - start) / delta), 0);
  return call.result(
    [length],
    Array.from({ length: call.cells([length]) }, (_, i) => start + i * delta),
    call.known(0).whole,
  );
}

/** Operators that change or read shapes. */
export const SHAPES: OperatorRows = {
  Reshape: reshaping(reshaped),
  Flatten: reshaping(flattened),
  Squeeze: reshaping(squeezed),
  Unsqueeze: reshaping(unsqueezed),
  Identity: reshaping((_call, shape) => shape),
  Cast: cast,
  Transpose: transposing,
  Shape: { fold: shapeOf, run: shapeOf },
  Size: { fold: (call) => call.result([], [sizeOf(call.shape(0))], true), run: (call) => call.result([], [sizeOf(call.shape(0))], true) },
  ConstantOfShape: { fold: filled, run: filled },
  Expand: {
    fold(call) {
      const x = call.known(0);
      const shape = expanded(call, x.shape);
      return pickKnown(call, x, shape, repeatingStrides(x.shape, shape));
    },
    run(call) {
      const x = call.value(0);
      const shape = expanded(call, x.shape);
      call.cells(shape);
      return repeat(view(x, [...Array(shape.length - x.shape.length).fill(1), ...x.shape]), shape);
    },
  },
  Range: { fold: range, run: range },
  DepthToSpace: { run: depthToSpace },
  SpaceToDepth: { run: spaceToDepth },
};

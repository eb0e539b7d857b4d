import { sizeOf } from '../../tensor.js';
import type { Call } from './call.js';
import type { KnownValues } from './plan.js';

/** The broadcast of two shapes, aligned at the last axis; undefined if they do not match. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const [left, right] = [a, b].map((shape) => [...Array(rank - shape.length).fill(1), ...shape] as number[]);
  const shape = left.map((size, axis) => (size === 1 ? right[axis] : size));
  return right.every((size, axis) => size === 1 || size === shape[axis]) ? shape : undefined;
}

/** An elementwise formula of known numbers, with broadcast shapes. */
export function combineKnown(call: Call, formula: (...values: number[]) => number, whole?: boolean): KnownValues {
  const operands = call.inputs.map((_, i) => call.known(i));
  let shape: number[] = [];
  for (const operand of operands) {
    const both = broadcastShape(shape, operand.shape);
    if (!both) throw call.refusal(`shapes do not match: ${operands.map((other) => `[${other.shape}]`).join(' and ')}`);
    shape = both;
  }
  const integers = whole ?? operands.every((operand) => operand.whole);
  const strides = operands.map((operand) => repeatingStrides(operand.shape, shape));
  const data = Array.from({ length: call.cells(shape) }, (_, cell) => {
    const value = formula(...operands.map((operand, i) => operand.data[place(cell, shape, strides[i])]));
    return integers ? Math.trunc(value) : value;
  });
  return call.result(shape, data, integers);
}

/** Rearranges known numbers: each axis of the result reads the data with its own stride. */
export function pickKnown(call: Call, x: KnownValues, shape: readonly number[], strides: readonly number[], start = 0): KnownValues {
  const data = Array.from({ length: call.cells(shape) }, (_, cell) => x.data[start + place(cell, shape, strides)]);
  return call.result(shape, data, x.whole);
}

/** Gathers known numbers along an axis. */
export function gatherKnown(call: Call, x: KnownValues, axis: number, indices: readonly number[]): KnownValues {
  const shape = x.shape.map((size, i) => (i === axis ? indices.length : size));
  const behind = sizeOf(x.shape.slice(axis + 1));
  const data = Array.from({ length: call.cells(shape) }, (_, cell) => {
    const [outer, inner] = [Math.floor(cell / behind / indices.length), cell % behind];
    return x.data[(outer * x.shape[axis] + indices[Math.floor(cell / behind) % indices.length]) * behind + inner];
  });
  return call.result(shape, data, x.whole);
}

/** Concatenates constants along an axis. */
export function joinKnown(call: Call, parts: readonly KnownValues[], axis: number): KnownValues {
  const [{ shape }] = parts;
  const behind = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const joined = shape.map((size, i) => (i === axis ? parts.reduce((sum, part) => sum + part.shape[axis], 0) : size));
  call.cells(joined);
  const data: number[] = [];
  for (let at = 0; at < outer; at++) {
    for (const part of parts) {
      const cells = part.shape[axis] * behind;
      for (let i = 0; i < cells; i++) data.push(part.data[at * cells + i]);
    }
  }
  return call.result(
    joined,
    data,
    parts.every(({ whole }) => whole),
  );
}

/** The row-major strides of a shape. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** The strides for broadcasting to a larger shape: 0 for repeated axes. */
export function repeatingStrides(shape: readonly number[], larger: readonly number[]): number[] {
  const strides = rowMajorStrides(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride));
  return [...Array(larger.length - shape.length).fill(0), ...strides];
}

function place(cell: number, shape: readonly number[], strides: readonly number[]): number {
  let [rest, at] = [cell, 0];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at += (rest % shape[axis]) * strides[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return at;
}

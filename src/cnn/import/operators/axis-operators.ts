import { show } from '../../../errors.js';
import { sizeOf } from '../../../tensor.js';
import { alongAxis } from '../../functional/along-axis.js';
import { maxPooling } from '../../functional/pooling.js';
import { gather, join, slice } from '../../functional/rearrange.js';
import { affine } from '../../functional/roots.js';
import { view } from '../../functional/shape.js';
import { Value } from '../../graph.js';
import type { Call, Operand, OperatorRow, OperatorRows } from '../call.js';
import { gatherKnown, joinKnown } from '../known-numbers.js';
import type { KnownValues } from '../plan.js';

function concatenated(call: Call): Operand {
  const parts = call.inputs.map((_, i) => call.operand(i));
  if (parts.length === 0) throw call.refusal('it requires at least one input');
  const [{ shape }] = parts;
  const axis = call.axis(call.integer('axis', Number.NaN), shape.length);
  const alike = (other: readonly number[]) => other.length === shape.length && other.every((size, i) => i === axis || size === shape[i]);
  if (!parts.every((part) => alike(part.shape)))
    throw call.refusal(`shapes must be equal except on axis ${axis}: ${parts.map((part) => show(part.shape)).join(' and ')}`);
  if (parts.every((part) => !(part instanceof Value))) return joinKnown(call, parts as KnownValues[], axis);
  call.joins(parts.reduce((channels, part) => channels + part.shape[axis], 0));
  return join(
    parts.map((part) => call.asValue(part)),
    axis,
  );
}

/** Selects elements of an axis by index. */
function pick(call: Call, x: Operand, axis: number, indices: readonly number[]): Operand {
  if (!(x instanceof Value)) return gatherKnown(call, x, axis, indices);
  if (indices.length === 0) throw call.refusal(`it would leave no cells on axis ${axis} of ${show(x.shape)}`);
  const step = indices.length > 1 ? indices[1] - indices[0] : 1;
  const even = step > 0 && indices.every((index, i) => index === indices[0] + i * step);
  if (!even) call.cells([indices.length, x.shape[axis]]);
  return even ? slice(x, axis, indices[0], indices.length, step) : gather(x, axis, indices);
}

function sliced(call: Call): Operand {
  const x = call.operand(0);
  const rank = x.shape.length;
  const inputs = call.opset < 10 ? [call.list('starts'), call.list('ends'), call.list('axes'), undefined] : [1, 2, 3, 4].map((i) => call.numbers(i));
  const [starts = [], ends = [], axes = starts.map((_, i) => i), steps = starts.map(() => 1)] = inputs;
  if (![ends, axes, steps].every(({ length }) => length === starts.length)) throw call.refusal('starts, ends, axes and steps must have the same length');
  return starts.reduce<Operand>((value, start, i) => {
    const axis = call.axis(axes[i], rank);
    const [n, step] = [value.shape[axis], steps[i]];
    if (!Number.isInteger(step) || step === 0) throw call.refusal(`steps must be integers other than 0, received ${step}`);
    const [low, high] = step > 0 ? [0, n] : [-1, n - 1];
    const limit = (at: number) => Math.min(Math.max(at < 0 ? at + n : at, low), high);
    const [from, to] = [limit(start), limit(ends[i])];
    return pick(
      call,
      value,
      axis,
      Array.from({ length: Math.max(Math.ceil((to - from) / step), 0) }, (_, k) => from + k * step),
    );
  }, x);
}

function gathered(call: Call): Operand {
  const [x, indices] = [call.operand(0), call.known(1)];
  const axis = call.axis(call.integer('axis', 0), x.shape.length);
  const n = x.shape[axis];
  const positive = Array.from(indices.data, (index) => (index < 0 ? index + n : index));
  const odd = positive.find((index) => !Number.isInteger(index) || index < 0 || index >= n);
  if (odd !== undefined) throw call.refusal(`indices must be cells of axis ${axis} of ${show(x.shape)}, received ${odd}`);
  const picked = pick(call, x, axis, positive);
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  return picked instanceof Value ? view(picked, shape) : { ...picked, shape };
}

function parts(call: Call): Operand[] {
  const x = call.operand(0);
  const axis = call.axis(call.integer('axis', 0), x.shape.length);
  const n = x.shape[axis];
  const count = call.node.outputs.length;
  const each = Math.ceil(n / count);
  const sizes = call.wholeNumbers('split', 1) ?? Array.from({ length: count }, (_, i) => Math.min(each, n - i * each));
  if (sizes.length !== count || sizes.reduce((sum, size) => sum + size, 0) !== n || sizes.some((size) => size < 1)) {
    throw call.refusal(`${n} cells cannot be split into ${show(sizes)} for ${count} outputs`);
  }
  let start = 0;
  return sizes.map((size) => {
    const from = start;
    start += size;
    return pick(
      call,
      x,
      axis,
      Array.from({ length: size }, (_, i) => from + i),
    );
  });
}

/** The reduced axes, and the resulting shape. */
function reduction(call: Call): { axes: number[]; shape: number[] } {
  const sizes = call.shape(0);
  const given = call.wholeNumbers('axes', 1);
  const none = !given || given.length === 0;
  const axes = none ? (call.flag('noop_with_empty_axes') ? [] : sizes.map((_, axis) => axis)) : call.axes(given, sizes.length);
  const keep = call.flag('keepdims', true);
  return { axes, shape: sizes.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size])) };
}

/** Reduces neighboring axes together: `[before, n, behind]` → `[before, 1, behind]`. */
function reducing(line: (x: Value, n: number) => Value, formula: (values: readonly number[]) => number): OperatorRow {
  return {
    fold(call) {
      const { axes, shape } = reduction(call);
      const x = call.known(0);
      if (axes.length < x.shape.length) throw call.refusal('constants can only be reduced over all axes');
      return call.result(shape, [formula(Array.from(x.data))], x.whole);
    },
    run(call) {
      const { axes, shape } = reduction(call);
      let x = call.value(0);
      const sizes = [...x.shape];
      for (let end = axes.length; end > 0; ) {
        let start = end - 1;
        while (start > 0 && axes[start - 1] === axes[start] - 1) start--;
        const [first, last] = [axes[start], axes[end - 1]];
        const n = sizeOf(sizes.slice(first, last + 1));
        x = line(view(x, [sizeOf(sizes.slice(0, first)), n, sizeOf(sizes.slice(last + 1))]), n);
        sizes.splice(first, last + 1 - first, ...axes.slice(start, end).map(() => 1));
        end = start;
      }
      return view(x, shape);
    },
  };
}

const total = (weight: (n: number) => number) => (x: Value, n: number) => alongAxis(x, 1, new Float32Array(n).fill(weight(n)), 1, 'reduce');
const largest = (x: Value, n: number) => view(maxPooling(view(x, [x.shape[0], 1, n, x.shape[2]]), { kernelSize: [n, 1] }), [x.shape[0], 1, x.shape[2]]);
const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

/** Operators that concatenate, slice and reduce along axes. */
export const AXES: OperatorRows = {
  Concat: { fold: (call) => concatenated(call) as KnownValues, run: concatenated },
  Slice: { fold: (call) => sliced(call) as KnownValues, run: sliced },
  Gather: { fold: (call) => gathered(call) as KnownValues, run: gathered },
  Split: { run: parts },
  ReduceMean: reducing(
    total((n) => 1 / n),
    (values) => sum(values) / values.length,
  ),
  ReduceSum: reducing(
    total(() => 1),
    sum,
  ),
  ReduceMax: reducing(largest, (values) => Math.max(...values)),
  ReduceMin: reducing(
    (x, n) => affine(largest(affine(x, -1, 0), n), -1, 0),
    (values) => Math.min(...values),
  ),
  ReduceProd: {
    fold: (call) => call.result(reduction(call).shape, [Array.from(call.known(0).data).reduce((all, value) => all * value, 1)], call.known(0).whole),
    run(call) {
      throw call.refusal('products are supported only for constants');
    },
  },
};

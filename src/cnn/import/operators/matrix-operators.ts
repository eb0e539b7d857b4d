import { show } from '../../../errors.js';
import { sizeOf } from '../../../tensor.js';
import { add, repeat } from '../../functional/arithmetic.js';
import { convolve, convolveTransposed } from '../../functional/convolution.js';
import { transpose } from '../../functional/rearrange.js';
import { affine } from '../../functional/roots.js';
import { view } from '../../functional/shape.js';
import type { Value } from '../../graph.js';
import type { Call, OperatorRows } from '../call.js';
import { broadcastShape } from '../known-numbers.js';

/** `[m, k]` · `[k, n]`, or with `turned` · `[n, k]`ᵀ */
function product(x: Value, weight: Value, bias: Value | null, turned: boolean): Value {
  const [m, k] = x.shape;
  const rows = view(x, [m, k, 1]);
  if (turned) {
    const [n] = weight.shape;
    return view(convolve(rows, view(weight, [n, k, 1]), bias, {}, 'Linear'), [m, n]);
  }
  const [, n] = weight.shape;
  return view(convolveTransposed(rows, view(weight, [k, n, 1]), bias, [m, n, 1], {}), [m, n]);
}

function gemm(call: Call): Value {
  const [alpha, beta, transA, turned] = [call.float('alpha', 1), call.float('beta', 1), call.flag('transA'), call.flag('transB')];
  const [given, weight] = [call.value(0), call.value(1)];
  if (given.shape.length !== 2 || weight.shape.length !== 2)
    throw call.refusal(`A and B must be matrices, received ${show(given.shape)} and ${show(weight.shape)}`);
  const a = transA ? transpose(given, [1, 0]) : given;
  if (a.shape[1] !== weight.shape[turned ? 1 : 0]) throw call.refusal(`A has ${a.shape[1]} columns, but B ${weight.shape[turned ? 1 : 0]} rows`);
  const n = weight.shape[turned ? 0 : 1];
  const c = call.has(2) && beta !== 0 ? call.value(2) : undefined;
  // one number per column is the bias of a convolution
  if (c && alpha === 1 && beta === 1 && c.shape.at(-1) === n && c.storage.length === n) return product(a, weight, view(c, [n]), turned);
  const scaled = alpha === 1 ? product(a, weight, null, turned) : affine(product(a, weight, null, turned), alpha, 0);
  if (!c) return scaled;
  return add(scaled, beta === 1 ? c : affine(c, beta, 0));
}

function matMul(call: Call): Value {
  const [a, b] = [call.value(0), call.value(1)];
  // vectors are matrices with one row or column, which is removed from the result
  const [left, right] = [a.shape.length === 1 ? view(a, [1, -1]) : a, b.shape.length === 1 ? view(b, [-1, 1]) : b];
  const [m, k] = left.shape.slice(-2);
  const [rows, n] = right.shape.slice(-2);
  if (k !== rows) throw call.refusal(`matrices do not match: ${show(a.shape)} and ${show(b.shape)}`);
  const batch = broadcastShape(left.shape.slice(0, -2), right.shape.slice(0, -2));
  if (!batch) throw call.refusal(`stacks of matrices do not match: ${show(a.shape)} and ${show(b.shape)}`);
  const shape = [...batch, ...(a.shape.length === 1 ? [] : [m]), ...(b.shape.length === 1 ? [] : [n])];
  if (right.shape.length === 2) return view(product(view(left, [-1, k]), right, null, false), shape);
  // a batch: each left matrix is the kernel of a separate group of channels
  const count = sizeOf(batch);
  const whole = (x: Value, tail: readonly number[]) => repeat(view(x, [...Array(batch.length + 2 - x.shape.length).fill(1), ...x.shape]), [...batch, ...tail]);
  const kernels = view(whole(left, [m, k]), [count * m, k, 1]);
  return view(convolve(view(whole(right, [k, n]), [1, count * k, n]), kernels, null, { groups: count }), shape);
}

/** Products of matrices. */
export const MATRICES: OperatorRows = {
  Gemm: { parameters: { 0: 'weight', 1: 'weight', 2: 'bias' }, run: gemm },
  MatMul: { parameters: { 0: 'weight', 1: 'weight' }, run: matMul },
};

import { show } from '../../../errors.js';
import { sizeOf } from '../../../tensor.js';
import { add, multiply } from '../../functional/arithmetic.js';
import { batchNorm } from '../../functional/batch-normalization.js';
import { convolve, scaleChannels } from '../../functional/convolution.js';
import { dropout } from '../../functional/dropout.js';
import { groupNorm } from '../../functional/group-normalization.js';
import { affine, exponential, logarithm } from '../../functional/roots.js';
import { view } from '../../functional/shape.js';
import type { Value } from '../../graph.js';
import type { Call, OperatorRows } from '../call.js';

/** x as `[N, C, cells]` if it has no spatial axis, or more than a convolution supports. */
function channels(x: Value): Value {
  return x.shape.length > 2 && x.shape.length < 6 ? x : view(x, [x.shape[0], x.shape[1], -1]);
}

function batchNormalization(call: Call): Value {
  const given = call.value(0);
  const x = channels(given);
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) => call.value(i));
  const normal = batchNorm(x, mean, variance, { eps: call.float('epsilon', 1e-5), momentum: 1 - call.float('momentum', 0.9) });
  return view(scaleChannels(normal, scale, bias), given.shape);
}

/** x / (bias + alpha / size · Σ x²)^beta, with the sum over neighboring channels: a convolution across them. */
function localResponse(call: Call): Value {
  const x = call.value(0);
  const size = call.integer('size', 0);
  if (size < 1 || size > 2 ** 16 || size % 2 === 0) throw call.refusal(`size must be an odd number ≥ 1, received ${size}`);
  const [alpha, beta, bias] = [call.float('alpha', 1e-4), call.float('beta', 0.75), call.float('bias', 1)];
  const [n, count] = x.shape;
  const flat = view(x, [n, 1, count, -1]);
  const kernel = x.graph.constant([1, 1, size, 1], new Float32Array(size).fill(alpha / size));
  const sums = convolve(multiply(flat, flat), kernel, null, { padding: [(size - 1) / 2, 0] }, 'localResponse');
  const factors = exponential(affine(logarithm(affine(sums, 1, bias)), -beta, 0));
  return view(multiply(flat, factors), x.shape);
}

function instanceNormalization(call: Call): Value {
  const given = call.value(0);
  const x = channels(given);
  return view(scaleChannels(groupNorm(x, x.shape[1], call.float('epsilon', 1e-5)), call.value(1), call.value(2)), given.shape);
}

function layerNormalization(call: Call): Value {
  const x = call.value(0);
  const axis = call.axis(call.integer('axis', -1), x.shape.length);
  const rows = sizeOf(x.shape.slice(0, axis));
  const normal = view(groupNorm(view(x, [rows, 1, -1]), 1, call.float('epsilon', 1e-5)), x.shape);
  const scaled = multiply(normal, call.value(1));
  return call.has(2) ? add(scaled, call.value(2)) : scaled;
}

function groupNormalization(call: Call): Value {
  const given = call.value(0);
  const x = channels(given);
  const groups = call.integer('num_groups', 0);
  const [scale, bias] = [call.value(1), call.value(2)];
  if (call.opset < 21) throw call.refusal('before opset 21 it has one scale per group, which is not supported');
  return view(scaleChannels(groupNorm(x, groups, call.float('epsilon', 1e-5)), scale, bias), given.shape);
}

function dropping(call: Call): Value {
  const ratio = call.opset < 12 ? call.float('ratio', 0.5) : (call.number(1) ?? 0.5);
  if (!(ratio >= 0 && ratio < 1)) throw call.refusal(`ratio must be 0 ≤ r < 1, received ${show(ratio)}`);
  return dropout(call.value(0), ratio);
}

/** Normalizations and dropout, which behave differently in training. */
export const NORMALIZATIONS: OperatorRows = {
  BatchNormalization: { parameters: { 1: 'scale', 2: 'bias', 3: 'mean', 4: 'variance' }, run: batchNormalization },
  InstanceNormalization: { parameters: { 1: 'scale', 2: 'bias' }, run: instanceNormalization },
  LayerNormalization: { parameters: { 1: 'scale', 2: 'bias' }, run: layerNormalization },
  GroupNormalization: { parameters: { 1: 'scale', 2: 'bias' }, run: groupNormalization },
  LRN: { run: localResponse },
  Dropout: { run: dropping },
};

import { sizeOf } from '../../../../tensor.js';
import type { ConvGeometry } from '../../../geometry.js';
import { type Axis, isInside, overCovering, position } from './border-wgsl.js';
import { coreOf } from './conv-stages.js';
import { type Stage, THREADS, unflatten } from './core.js';

/** Computes the largest value of every window and its index, in one pass. */
export function maxPoolStages(g: ConvGeometry): Stage[] {
  const [KD, KH, KW] = g.kernel;
  const axes = { channel: g.batch * g.outChannels, od: g.output[0], oh: g.output[1], ow: g.output[2] };
  const length = sizeOf(g.outShape);
  const over = (a: Axis, [i, k, o]: readonly [string, string, string], inner: string) => `
for (var ${k} = 0u; ${k} < ${g.kernel[a]}u; ${k}++) {
let ${i} = ${position(g, a, o, k)};
${isInside(g, a) ? inner : `if (u32(${i}) < ${g.input[a]}u) {\n${inner}\n}`}
}`;
  // tests the bits, because compilers may assume that no float is NaN
  const compare = `
let value = $in0(plane + u32((d * ${g.input[1]} + h) * ${g.input[2]} + w));
if (!found || (!$isNaN(best) && ($isNaN(value) || value > best))) {
best = value;
found = true;
winner = f32((kd * ${KH}u + kh) * ${KW}u + kw);
}`;
  const code = () => `
fn $isNaN(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn $run(group: u32, thread: u32) {
let at = group * ${THREADS}u + thread;
if (at >= ${length}u) { return; }
${unflatten('at', axes)}
let plane = channel * ${sizeOf(g.input)}u;
var best = 0.0;
var found = false;
var winner = -1.0;
${over(0, ['d', 'kd', 'od'], over(1, ['h', 'kh', 'oh'], over(2, ['w', 'kw', 'ow'], compare)))}
$finish(at, best, winner);
}`;
  const core = coreOf(`maxPool ${KD} ${g.key}`, 1, length, length, code, 2);
  return [{ core, inputs: [{ input: 0 }], outputs: [{ output: 0 }, { output: 1 }] }];
}

/** Gathers: for every cell, the gradients of the windows that it won. */
export function maxPoolGradientStages(g: ConvGeometry): Stage[] {
  const [, KH, KW] = g.kernel;
  const axes = { channel: g.batch * g.inChannels, id: g.input[0], ih: g.input[1], iw: g.input[2] };
  const length = sizeOf(g.xShape);
  const add = `
let o = channel * ${sizeOf(g.output)}u + u32((od * ${g.output[1]} + oh) * ${g.output[2]} + ow);
if ($in1(o) == f32((kd * ${KH}u + kh) * ${KW}u + kw)) { sum += $in0(o); }`;
  const code = () => `
fn $run(group: u32, thread: u32) {
let at = group * ${THREADS}u + thread;
if (at >= ${length}u) { return; }
${unflatten('at', axes)}
var sum = 0.0;
${overCovering(g, 0, ['id', 'kd', 'od'], overCovering(g, 1, ['ih', 'kh', 'oh'], overCovering(g, 2, ['iw', 'kw', 'ow'], add)))}
$finish(at, sum);
}`;
  const core = coreOf(`maxPoolGradient ${g.key}`, 2, length, length, code);
  return [{ core, inputs: [{ input: 0 }, { input: 1 }], outputs: [{ output: 0 }] }];
}

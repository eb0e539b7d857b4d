import { show } from '../../../errors.js';
import type { PaddingMode } from '../../../kernels/geometry.js';
import { sizeOf } from '../../../tensor.js';
import { alongAxis } from '../../functional/along-axis.js';
import { convolve } from '../../functional/convolution.js';
import { slice } from '../../functional/rearrange.js';
import { view } from '../../functional/shape.js';
import type { Value } from '../../graph.js';
import type { Call, OperatorRows } from '../call.js';
import { resampling, type Sampling } from './sampling.js';

const MODES: Readonly<Record<string, PaddingMode>> = { constant: 'constant', reflect: 'reflect', edge: 'replicate', wrap: 'wrap' };

function padding(call: Call): Value {
  const x = call.value(0);
  const rank = x.shape.length;
  const pads = call.wholeNumbers('pads', 1) ?? [];
  const axes = call.numbers(3)?.map((axis) => call.axis(axis, rank)) ?? x.shape.map((_, axis) => axis);
  if (pads.length !== 2 * axes.length) throw call.refusal(`pads must contain ${2 * axes.length} numbers, received ${show(pads)}`);
  const mode = call.text('mode', 'constant');
  const paddingMode = Object.hasOwn(MODES, mode) ? MODES[mode] : undefined;
  if (!paddingMode) throw call.refusal(`mode must be one of ${Object.keys(MODES).join(', ')}, received ${show(mode)}`);
  const value = call.opset < 11 ? call.float('value', 0) : (call.number(2) ?? 0);
  const sides = x.shape.map((_, axis) => {
    const at = axes.indexOf(axis);
    return at < 0 ? ([0, 0] as const) : ([pads[at], pads[axes.length + at]] as const);
  });
  return extend(cut(call, x, sides), sides, paddingMode, value);
}

/** Negative padding removes cells. */
function cut(call: Call, x: Value, sides: readonly (readonly [number, number])[]): Value {
  return sides.reduce((value, [before, after], axis) => {
    const [start, size] = [Math.max(-before, 0), value.shape[axis] + Math.min(before, 0) + Math.min(after, 0)];
    if (size < 1) throw call.refusal(`it would leave no cells on axis ${axis} of ${show(x.shape)}`);
    return slice(value, axis, start, size);
  }, x);
}

/** Padding as a convolution with a single weight of 1, over up to three axes at a time. */
function extend(x: Value, sides: readonly (readonly [number, number])[], paddingMode: PaddingMode, value: number): Value {
  const padded = sides.flatMap(([before, after], axis) => (before > 0 || after > 0 ? [axis] : []));
  if (padded.length === 0) return x;
  const last = padded[padded.length - 1];
  const first = Math.max(padded.find((axis) => axis > last - 2) as number, 0);
  const window = x.shape.slice(first, last + 1);
  const flat = view(x, [sizeOf(x.shape.slice(0, first)), 1, ...window, sizeOf(x.shape.slice(last + 1))]);
  const kernel = x.graph.constant([1, 1, ...window.map(() => 1), 1], Float32Array.of(1));
  const cells = [...sides.slice(first, last + 1).map(([before, after]) => [Math.max(before, 0), Math.max(after, 0)] as const), [0, 0] as const];
  const options = paddingMode === 'constant' ? (value === 0 ? {} : { paddingMode, paddingValue: value }) : { paddingMode };
  const out = convolve(flat, kernel, null, { padding: cells, ...options }, 'pad');
  const grown = view(out, [...x.shape.slice(0, first), ...out.shape.slice(2, -1), ...x.shape.slice(last + 1)]);
  return extend(
    grown,
    sides.map((side, axis) => (axis >= first ? [0, 0] : side)),
    paddingMode,
    value,
  );
}

function resizing(call: Call): Value {
  const x = call.value(0);
  const rank = x.shape.length;
  const [at, sizesAt] = call.node.type === 'Upsample' || call.opset < 11 ? [1, -1] : [2, 3];
  const sizes = sizesAt > 0 ? call.numbers(sizesAt) : undefined;
  const scales = call.has(at) && call.known(at).data.length > 0 ? call.numbers(at) : undefined;
  const given = sizes && sizes.length > 0 ? sizes : scales;
  if (!given) throw call.refusal('either scales or sizes must be set');
  const axes = call.list('axes')?.map((axis) => call.axis(axis, rank)) ?? x.shape.map((_, axis) => axis);
  if (given.length !== axes.length || !given.every((value) => value > 0))
    throw call.refusal(`scales or sizes must contain one value > 0 for each of the ${axes.length} axes, received ${show(given)}`);
  if (call.flag('antialias')) throw call.refusal('antialias is not supported');
  const policy = call.text('keep_aspect_ratio_policy', 'stretch');
  if (policy !== 'stretch') throw call.refusal(`keep_aspect_ratio_policy ${show(policy)} is not supported`);
  const old = call.opset < 11 || call.node.type === 'Upsample';
  const sampling: Sampling = {
    mode: call.text('mode', 'nearest'),
    coordinates: call.text('coordinate_transformation_mode', old ? 'asymmetric' : 'half_pixel'),
    rounding: call.text('nearest_mode', old ? 'floor' : 'round_prefer_floor'),
    cubic: call.float('cubic_coeff_a', -0.75),
    excludeOutside: call.flag('exclude_outside'),
  };
  return axes.reduce((value, axis, i) => {
    const n = x.shape[axis];
    const o = given === sizes ? given[i] : Math.floor(n * given[i]);
    if (!(Number.isSafeInteger(o) && o >= 1)) throw call.refusal(`it would leave no cells on axis ${axis} of ${show(x.shape)}`);
    call.cells([o, n]);
    if (o === n && given === sizes) return value;
    const scale = given === sizes ? o / n : given[i];
    if (scale === 1) return value;
    return alongAxis(value, axis, resampling(call, n, o, scale, sampling), o, 'resize');
  }, x);
}

/** Operators that pad, crop or resize a tensor. */
export const SIZES: OperatorRows = {
  Pad: { run: padding },
  Resize: { run: resizing },
  Upsample: { run: resizing },
};

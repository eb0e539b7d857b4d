import { show } from '../../../errors.js';
import { convolve, convolveTransposed } from '../../functional/convolution.js';
import { averagePooling, maxPooling } from '../../functional/pooling.js';
import { view } from '../../functional/shape.js';
import type { Value } from '../../graph.js';
import type { Call, OperatorRows } from '../call.js';

/** Maximum window size along an axis; a file could specify any number. */
const WIDEST = 2 ** 14;

type Sides = readonly (readonly [before: number, after: number])[];

/** Geometry of a window, one number per spatial axis. */
interface Window {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
}

/** The attributes of a window over x. @param kernel its size, if a weight determines it */
function windowOf(call: Call, x: Value, kernel = call.list('kernel_shape')): Window {
  const rank = x.shape.length - 2;
  const perAxis = (name: string, values: readonly number[]) => {
    if (values.length !== rank) throw call.refusal(`${name} must contain one number for each of the ${rank} spatial axes, received ${show(values)}`);
    const odd = values.find((value) => !Number.isSafeInteger(value) || value < 1 || value > WIDEST);
    if (odd !== undefined) throw call.refusal(`${name} must be integers from 1 to ${WIDEST}, received ${odd}`);
    return values;
  };
  const ones = Array<number>(Math.max(rank, 0)).fill(1);
  if (!kernel) throw call.refusal('kernel_shape is missing');
  const stated = call.list('kernel_shape') ?? kernel;
  if (String(stated) !== String(kernel)) throw call.refusal(`kernel_shape is ${show(stated)}, but the weight's is ${show(kernel)}`);
  return {
    kernel: perAxis('kernel_shape', kernel),
    stride: perAxis('strides', call.list('strides') ?? ones),
    dilation: perAxis('dilations', call.list('dilations') ?? ones),
  };
}

/** Number of cells that a window spans. */
function extents({ kernel, dilation }: Window): number[] {
  return kernel.map((k, axis) => (k - 1) * dilation[axis] + 1);
}

/** The value of the attribute `pads`. */
function explicitPads(call: Call, rank: number): Sides {
  const pads = call.list('pads') ?? Array<number>(2 * rank).fill(0);
  if (pads.length !== 2 * rank) throw call.refusal(`pads must contain ${2 * rank} numbers, received ${show(pads)}`);
  return Array.from({ length: rank }, (_, axis) => [pads[axis], pads[rank + axis]] as const);
}

/** Splits padding between both sides; an odd cell goes to the end, with SAME_LOWER to the beginning. */
function shared(total: number, mode: string): readonly [number, number] {
  const [less, more] = [Math.floor(total / 2), Math.ceil(total / 2)];
  return mode === 'SAME_LOWER' ? [more, less] : [less, more];
}

function padsOf(call: Call, x: Value, window: Window): Sides {
  const mode = call.text('auto_pad', 'NOTSET');
  const rank = x.shape.length - 2;
  if (mode === 'NOTSET') return explicitPads(call, rank);
  if (mode === 'VALID') return Array.from({ length: rank }, () => [0, 0] as const);
  if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER') throw call.refusal(`auto_pad must be NOTSET, VALID, SAME_UPPER or SAME_LOWER, received ${show(mode)}`);
  return extents(window).map((extent, axis) => {
    const n = x.shape[2 + axis];
    return shared(Math.max((Math.ceil(n / window.stride[axis]) - 1) * window.stride[axis] + extent - n, 0), mode);
  });
}

function convolution(call: Call): Value {
  const [x, weight] = [call.value(0), call.value(1)];
  const window = windowOf(call, x, weight.shape.slice(2));
  const { stride, dilation } = window;
  return convolve(x, weight, call.has(2) ? call.value(2) : null, { stride, dilation, padding: padsOf(call, x, window), groups: call.integer('group', 1) });
}

function transposed(call: Call): Value {
  const [x, weight] = [call.value(0), call.value(1)];
  const rank = x.shape.length - 2;
  const window = windowOf(call, x, weight.shape.slice(2));
  const { stride, dilation } = window;
  const extra = call.list('output_padding') ?? Array<number>(rank).fill(0);
  const mode = call.text('auto_pad', 'NOTSET');
  const sized = call.list('output_shape')?.slice(-rank) ?? (mode.startsWith('SAME') ? stride.map((s, axis) => s * x.shape[2 + axis]) : undefined);
  const full = extents(window).map((extent, axis) => stride[axis] * (x.shape[2 + axis] - 1) + extent + (extra[axis] ?? 0));
  const padding = sized
    ? full.map((cells, axis) => {
        const total = cells - sized[axis];
        if (!(total >= 0)) throw call.refusal(`the output ${show(sized)} must not be larger than ${show(full)}, which the windows cover`);
        // the end gets the odd cell only with SAME_UPPER, unlike in a convolution
        return shared(total, mode === 'SAME_UPPER' ? mode : 'SAME_LOWER');
      })
    : mode === 'VALID'
      ? full.map(() => [0, 0] as const)
      : explicitPads(call, rank);
  const size = full.map((cells, axis) => cells - padding[axis][0] - padding[axis][1]);
  const groups = call.integer('group', 1);
  const outShape = [x.shape[0], weight.shape[1] * groups, ...size];
  return convolveTransposed(x, weight, call.has(2) ? call.value(2) : null, outShape, { stride, dilation, padding, groups });
}

function pool(call: Call, reduce: typeof maxPooling | typeof averagePooling): Value {
  const x = call.value(0);
  const window = windowOf(call, x);
  const { kernel: kernelSize, stride, dilation } = window;
  const padding = padsOf(call, x, window);
  const wide = padding.flat().find((cells, i) => !(cells <= extents(window)[Math.floor(i / 2)]));
  if (wide !== undefined) throw call.refusal(`pads must be at most the window size, received ${wide}`);
  const ceilMode = call.flag('ceil_mode') && call.text('auto_pad', 'NOTSET') === 'NOTSET';
  return reduce(x, { kernelSize, stride, dilation, padding, ceilMode }, call.flag('count_include_pad'));
}

/** Pools over all spatial axes, which are reduced to size 1. */
function globalPool(call: Call, reduce: typeof maxPooling | typeof averagePooling): Value {
  const x = call.value(0);
  const [n, channels, ...spatial] = x.shape;
  const line = view(x, [n, channels, -1]);
  return view(reduce(line, { kernelSize: line.shape[2] }), [n, channels, ...spatial.map(() => 1)]);
}

/** Operators with a sliding window. */
export const WINDOWS: OperatorRows = {
  Conv: { parameters: { 1: 'weight', 2: 'bias' }, run: convolution },
  ConvTranspose: { parameters: { 1: 'weight', 2: 'bias' }, run: transposed },
  MaxPool: {
    run(call) {
      if (call.integer('storage_order', 0) !== 0) throw call.refusal('storage_order 1 is not supported');
      return pool(call, maxPooling);
    },
  },
  AveragePool: { run: (call) => pool(call, averagePooling) },
  GlobalAveragePool: { run: (call) => globalPool(call, averagePooling) },
  GlobalMaxPool: { run: (call) => globalPool(call, maxPooling) },
};

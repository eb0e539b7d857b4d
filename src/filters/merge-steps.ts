import { convGeometry } from '../kernels/geometry.js';
import { sizeOf, type Tensor } from '../tensor.js';
import { type Step, sumOf } from './step.js';

/**
 * The cost of another pass over the planes, in kernel weights. Measured on wasm with one plane of 1920 × 1080: 1 weight
 * 0.34 ms, 9 weights 1.6 ms, 25 weights 4.2 ms, that is 0.16 ms per weight and about as much per pass.
 */
const PASS = 1.5;

/**
 * Merges neighboring steps if that is cheaper: the merged kernel is the convolution of the two kernels.
 *
 * Inside the image, the result is always the same. At the border, it is the same if the values that the second step
 * reads beyond the first result equal the first kernel's response to the extended image:
 * - the second step reads nothing beyond the border (`'valid'`, a single weight);
 * - both `'wrap'`;
 * - both `'reflect'` or both `'symmetric'`, and the first kernel is symmetric, such as a blur;
 * - both `'zero'` and the first `'full'`, so nothing was cut off;
 * - the first kernel is a single weight.
 *
 * A step with an explicit algorithm is not merged.
 *
 * @param approximate merge also if the result differs at the border
 */
export function mergeSteps(steps: readonly Step[], approximate: boolean): readonly Step[] {
  const merged: Step[] = [];
  for (const step of steps) {
    const before = merged.at(-1);
    const both = before && mergeTwo(before, step, approximate);
    if (both) merged[merged.length - 1] = both;
    else merged.push(step);
  }
  return merged;
}

function mergeTwo(a: Step, b: Step, approximate: boolean): Step | undefined {
  const [ga, gb] = [a.geometry, b.geometry];
  const axes = ([0, 1, 2] as const).slice(3 - ga.rank);
  const shared = a.kernel.shape.length === ga.rank && b.kernel.shape.length === gb.rank;
  const dense = axes.every((axis) => ga.stride[axis] === 1 && ga.dilation[axis] === 1 && gb.dilation[axis] === 1);
  if (!shared || !dense || a.algorithm !== 'auto' || b.algorithm !== 'auto') return undefined;
  if (pads(a, axes) && pads(b, axes) && (ga.paddingMode !== gb.paddingMode || ga.paddingValue !== gb.paddingValue)) return undefined;
  if (!approximate && !axes.every((axis) => sameBorder(a, b, axis))) return undefined;

  const padding = axes.map((axis) => [ga.before[axis] + gb.before[axis], ga.after[axis] + gb.after[axis]] as const);
  const border = pads(b, axes) ? gb : ga;
  if (border.paddingMode === 'reflect' && axes.some((axis, i) => Math.max(...padding[i]) >= ga.input[axis])) return undefined;
  const kernel = convolved(writtenWindow(a), writtenWindow(b));
  if (!kernel.data.every(Number.isFinite)) return undefined;
  if (cost(a) + cost(b) <= (nonZeroTaps(kernel) + PASS) * sizeOf(gb.outShape)) return undefined;
  return {
    geometry: convGeometry(ga.xShape, [ga.groups, 1, ...kernel.shape], {
      stride: gb.stride.slice(3 - gb.rank),
      padding,
      paddingMode: border.paddingMode,
      paddingValue: border.paddingMode === 'constant' ? border.paddingValue : undefined,
      groups: ga.groups,
    }),
    kernel,
    bias: a.bias * sumOf(b.kernel.data) + b.bias,
    algorithm: 'auto',
    anchor: a.anchor.map((cell, i) => cell + b.anchor[i]),
  };
}

/** True if the values that b reads beyond a's result equal the response of a's kernel to the extended image. */
function sameBorder(a: Step, b: Step, axis: 0 | 1 | 2): boolean {
  const [ga, gb] = [a.geometry, b.geometry];
  if (gb.before[axis] === 0 && gb.after[axis] === 0) return true;
  const [before, after, k] = [ga.before[axis], ga.after[axis], ga.kernel[axis]];
  const sameSize = before + after === k - 1;
  switch (gb.paddingMode) {
    case 'wrap':
      return sameSize;
    case 'reflect':
    case 'symmetric':
      return sameSize && before === after && isMirrored(writtenWindow(a), axis - (3 - ga.rank));
    case 'zero':
      return a.bias === 0 && ((k === 1 && sameSize) || (before >= k - 1 && after >= k - 1));
    case 'replicate':
      return k === 1 && sameSize;
    case 'constant':
      return false;
  }
}

function pads({ geometry }: Step, axes: readonly (0 | 1 | 2)[]): boolean {
  return axes.some((axis) => geometry.before[axis] + geometry.after[axis] > 0);
}

/** The weights in image order. */
function writtenWindow({ geometry, kernel }: Step): Tensor {
  return geometry.flip ? { shape: kernel.shape, data: kernel.data.slice().reverse() } : kernel;
}

function isMirrored({ shape, data }: Tensor, axis: number): boolean {
  const inner = sizeOf(shape.slice(axis + 1));
  const k = shape[axis];
  return data.every((weight, i) => {
    const cell = Math.floor(i / inner) % k;
    return weight === data[i + (k - 1 - 2 * cell) * inner];
  });
}

/** The full convolution of two kernels of the same rank, at most 3. */
function convolved(a: Tensor, b: Tensor): Tensor {
  const lift = (shape: readonly number[]) => [...Array(3 - shape.length).fill(1), ...shape];
  const [sa, sb] = [lift(a.shape), lift(b.shape)];
  const shape = sa.map((size, axis) => size + sb[axis] - 1);
  const sums = new Float64Array(sizeOf(shape));
  a.data.forEach((weight, i) => {
    const [z, y, x] = [Math.floor(i / (sa[1] * sa[2])), Math.floor(i / sa[2]) % sa[1], i % sa[2]];
    b.data.forEach((other, j) => {
      const [d, h, w] = [Math.floor(j / (sb[1] * sb[2])), Math.floor(j / sb[2]) % sb[1], j % sb[2]];
      sums[((z + d) * shape[1] + y + h) * shape[2] + x + w] += weight * other;
    });
  });
  return { shape: shape.slice(3 - a.shape.length), data: Float32Array.from(sums) };
}

function cost({ geometry, kernel }: Step): number {
  return (nonZeroTaps(kernel) + PASS) * sizeOf(geometry.outShape);
}

function nonZeroTaps({ data }: Tensor): number {
  return data.reduce((count, weight) => (weight === 0 ? count : count + 1), 0);
}

import { sizeOf } from '../../tensor.js';
import { type ConvGeometry, convGeometry } from '../geometry.js';
import type { Pass } from './pass.js';

/** A range: the first index, and the index after the last. */
export type Range = readonly [from: number, to: number];

/** A part of a convolution that is computed separately. */
export interface Block {
  /** The region of the input `[N, Cin, D, H, W]` that it reads. A range may begin below 0 or end past the last cell; the padding mode fills these cells. */
  readonly seen: readonly Range[];
  /** The region of the output `[N, Cout, D, H, W]` that it computes. */
  readonly given: readonly Range[];
  /** The passes on the input region; axes that were cut have no padding. */
  readonly passes: readonly Pass[];
}

/**
 * Maximum number of values per run, including input, result and intermediates: 128 MB, far below the limit of any
 * backend. Smaller blocks are not faster, because their edges are copied and read twice.
 */
export const MOST_VALUES = 2 ** 25;

/**
 * Maximum length of a part of a row, as a fraction of the maximum block size, because backends create tables as long as
 * a row for each geometry.
 */
const ROW_SHARE = 1 / 16;

/** The size of a block: items of the batch, groups, and outputs of each spatial axis that is cut. */
interface Reach {
  readonly items: number;
  readonly groups: number;
  readonly outputs: readonly (number | undefined)[];
}

/**
 * Cuts a convolution into blocks: between the items of the batch, then between groups, which are independent, then
 * along the first spatial axis and, only if slices of minimum depth are still too large, along the next. The cut, and
 * therefore the result, depends only on the geometry.
 * @param passes passes of the convolution's plan
 * @param most maximum number of values per block; a large kernel may need more
 * @returns undefined if everything fits in one block
 */
export function cutIntoBlocks(geometry: ConvGeometry, passes: readonly Pass[], most = MOST_VALUES): readonly Block[] | undefined {
  if (!isCut({ geometry, passes }, most)) return undefined;
  const reach = reachOf(geometry, passes, most);
  const [inputs, outputs] = [geometry.inChannels, geometry.outChannels].map((channels) => channels / geometry.groups);
  const blocks: Block[] = [];
  for (const items of rangesOf(geometry.batch, reach.items)) {
    for (const groups of rangesOf(geometry.groups, reach.groups)) {
      const [seenChannels, givenChannels] = [inputs, outputs].map((each): Range => [groups[0] * each, groups[1] * each]);
      for (const given of boxesOf(geometry, reach)) {
        const seen = given.map((range, axis) => seenBy(geometry, axis, range, reach.outputs[axis] !== undefined));
        blocks.push({
          seen: [items, seenChannels, ...seen],
          given: [items, givenChannels, ...given],
          passes: passesOn(geometry, passes, items, groups, seen, reach),
        });
      }
    }
  }
  return blocks;
}

/** The blocks of {@link cutIntoBlocks}, or one block of everything. */
export function blocksOf(geometry: ConvGeometry, passes: readonly Pass[]): readonly Block[] {
  const whole = ([batch, channels, ...spatial]: readonly number[]): Range[] => [batch, channels, ...spatial].map((n): Range => [0, n]);
  const { batch, inChannels, outChannels, input, output } = geometry;
  const one: Block = { seen: whole([batch, inChannels, ...input]), given: whole([batch, outChannels, ...output]), passes };
  return cutIntoBlocks(geometry, passes) ?? [one];
}

/** True if input, result and intermediates have more values than a block may have. */
export function isCut({ geometry, passes }: { readonly geometry: ConvGeometry; readonly passes: readonly Pass[] }, most = MOST_VALUES): boolean {
  let values = sizeOf(geometry.xShape);
  for (const pass of passes) values += sizeOf(pass.geometry.outShape);
  return values > most;
}

/** The size of the largest block with at most `most` values in memory. */
function reachOf(g: ConvGeometry, passes: readonly Pass[], most: number): Reach {
  // an axis that is not cut is padded by the passes
  const spans = g.input.map((n, axis) => Math.max(n, g.output[axis]));
  const channels = passes.reduce((sum, { geometry }) => sum + geometry.outChannels, g.inChannels);
  const item = channels * product(spans);
  const whole: Reach = { items: g.batch, groups: g.groups, outputs: [undefined, undefined, undefined] };
  if (item <= most) return { ...whole, items: Math.min(g.batch, Math.floor(most / item)) };
  const group = item / g.groups;
  if (group <= most) return { ...whole, items: 1, groups: Math.floor(most / group) };
  const outputs: (number | undefined)[] = [...whole.outputs];
  for (let axis = 0; axis < 3; axis++) {
    const [n, stride, extent] = [g.output[axis], g.stride[axis], extentOf(g, axis)];
    const inner = ((channels / g.groups) * product(spans)) / spans[axis];
    const room = axis === 2 ? most * ROW_SHARE : most;
    const fitting = Math.floor((room / inner - extent) / stride) + 1;
    // at least about half of the copied data is new
    const least = Math.ceil(extent / stride);
    const blocks = Math.ceil(n / Math.max(fitting, least, 1));
    if (blocks > 1) {
      const length = Math.ceil(n / blocks);
      outputs[axis] = length;
      spans[axis] = (length - 1) * stride + extent;
    }
    if (inner * spans[axis] <= most) break;
  }
  return { items: 1, groups: 1, outputs };
}

/** The parts of the output along its spatial axes. */
function boxesOf({ output }: ConvGeometry, reach: Reach): Range[][] {
  return output.reduce<Range[][]>((boxes, n, axis) => boxes.flatMap((box) => rangesOf(n, reach.outputs[axis] ?? n).map((range) => [...box, range])), [[]]);
}

/** The cells under the windows of some outputs. */
function seenBy(g: ConvGeometry, axis: number, [from, to]: Range, cut: boolean): Range {
  if (!cut) return [0, g.input[axis]];
  const first = from * g.stride[axis] - g.before[axis];
  return [first, first + (to - from - 1) * g.stride[axis] + extentOf(g, axis)];
}

/** The same passes on a part of the tensor. Only one pass pads and strides each axis. */
function passesOn(whole: ConvGeometry, passes: readonly Pass[], items: Range, groups: Range, seen: readonly Range[], reach: Reach): readonly Pass[] {
  let spatial = seen.map(lengthOf).slice(3 - whole.rank);
  return passes.map(({ program, geometry: g, kernel }): Pass => {
    const share = (count: number) => (count / whole.groups) * lengthOf(groups);
    const axes = <T>(values: readonly T[]) => values.slice(3 - g.rank);
    const padding = g.before.map((before, axis): Range => (reach.outputs[axis] === undefined ? [before, g.after[axis]] : [0, 0]));
    const geometry = convGeometry([lengthOf(items), share(g.inChannels), ...spatial], [share(g.outChannels), ...g.kernelShape.slice(1)], {
      stride: axes(g.stride),
      dilation: axes(g.dilation),
      padding: axes(padding),
      paddingMode: g.paddingMode,
      paddingValue: g.paddingMode === 'constant' ? g.paddingValue : undefined,
      groups: share(g.groups),
      flip: g.flip,
    });
    spatial = geometry.outShape.slice(2);
    const weights = kernel.length / whole.groups;
    return { program, geometry, kernel: kernel.subarray(groups[0] * weights, groups[1] * weights) };
  });
}

function extentOf(g: ConvGeometry, axis: number): number {
  return (g.kernel[axis] - 1) * g.dilation[axis] + 1;
}

function rangesOf(n: number, length: number): Range[] {
  return Array.from({ length: Math.ceil(n / length) }, (_, i): Range => [i * length, Math.min(n, (i + 1) * length)]);
}

function lengthOf([from, to]: Range): number {
  return to - from;
}

function product(values: readonly number[]): number {
  return values.reduce((all, value) => all * value, 1);
}

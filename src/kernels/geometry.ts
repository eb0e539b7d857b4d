import { OptionError, ShapeError, show } from '../errors.js';
import { count, flag, float32, type OptionsOf, oneOf, option, parseNumber, perAxis, type Rows, rule, settle, whole } from '../options.js';
import { sizeOf } from '../tensor.js';

/** Three spatial axes `[D, H, W]`. 1D and 2D use leading axes of size 1. */
export type Triple = readonly [number, number, number];

/** One value for every spatial axis, or one per axis in the order of the shape: `[H, W]`. */
export type PerAxis<T> = T | readonly T[];

/**
 * How `abcd` continues beyond its border:
 *
 * | mode | before | inside | after |
 * |---|---|---|---|
 * | `zero` | 000 | abcd | 000 |
 * | `constant` | vvv | abcd | vvv |
 * | `replicate` | aaa | abcd | ddd |
 * | `reflect` | dcb | abcd | cba |
 * | `symmetric` | cba | abcd | dcb |
 * | `wrap` | bcd | abcd | abc |
 */
export type PaddingMode = (typeof PADDING_MODES)[number];
/** All values of {@link PaddingMode}. */
export const PADDING_MODES = ['zero', 'constant', 'replicate', 'reflect', 'symmetric', 'wrap'] as const;

/**
 * How far each axis is extended.
 * - a number: elements added on both sides;
 * - `[before, after]`: a different amount on each side;
 * - `'valid'`: no padding; the kernel stays inside;
 * - `'same'`: enough for an output of length ceil(n / stride). The total is split evenly; if it is odd, the extra element is at
 *   the end. With `anchor`, the anchored kernel weight starts on element 0 and then moves by the stride;
 * - `'full'`: every position where kernel and input overlap, dilation · (k − 1) on both sides.
 */
export type AxisPadding = number | readonly [before: number, after: number] | 'valid' | 'same' | 'full';

const isSize = whole(0).holds;

function isAxisPadding(value: unknown): value is AxisPadding {
  return isSize(value) || isPair(value) || value === 'valid' || value === 'same' || value === 'full';
}

/** `same`, `2`, `1:2` (before and after); one value for both axes, or `1,same` for vertical and horizontal. */
function parsePadding(typed: string): PerAxis<AxisPadding> | undefined {
  const axes = typed.split(',').map((entry) => {
    const sides = entry.split(':').map(parseNumber);
    if (entry === 'same' || entry === 'valid' || entry === 'full') return entry;
    return sides.length > 2 || sides.includes(undefined) ? undefined : sides.length === 2 ? sides : sides[0];
  }) as AxisPadding[];
  if (axes.length > 2 || axes.includes(undefined as never)) return undefined;
  return axes.length === 1 ? [axes[0], axes[0]] : axes;
}

const paddings = rule<PerAxis<AxisPadding>>(
  "an integer ≥ 0, [before, after], 'valid', 'same' or 'full', for all axes or as a list with one for each spatial axis",
  (value) => isAxisPadding(value) || (Array.isArray(value) && value.every(isAxisPadding)),
  { parse: parsePadding, form: 'same, valid, full, n or before:after for both axes, or y,x for each axis; --padding-mode sets the values there' },
);

/** Rules and defaults of {@link ConvOptions}. */
export const CONV_OPTIONS = {
  /** Distance that the kernel moves between outputs, ≥ 1. Default 1. */
  stride: option(perAxis(count), { default: 1, help: 'distance between output pixels', placeholder: 'steps' }),
  /** Distance between neighboring kernel weights on the input, ≥ 1. Default 1. */
  dilation: option(perAxis(count), { default: 1, help: 'distance between neighboring kernel weights, in pixels', placeholder: 'steps' }),
  /**
   * One {@link AxisPadding} for every axis, or a list with one per axis: `1`, `'same'`, `[1, 2]` (H and W),
   * `[[1, 2], [0, 0]]` (before and after, per axis). A signal has one axis, so `[2, 0]` means before and after.
   * Default `'valid'`.
   */
  padding: option(paddings, { default: 'valid', help: 'how far the image is extended', placeholder: 'sides' }),
  /** The values of the padding. Default `'zero'`. `'reflect'` may be at most n − 1 wide. */
  paddingMode: option(oneOf(PADDING_MODES), { default: 'zero', help: 'values beyond the border', placeholder: 'mode' }),
  /** The value for `paddingMode: 'constant'`; not allowed with other modes. Default 0. */
  paddingValue: option(float32, { help: 'with --padding-mode constant: the value, in the units of the image (default: 0)' }),
  /**
   * The number of groups into which the channels are split and computed separately; the channel count gives a depthwise convolution.
   * Default 1.
   */
  groups: option(count, { default: 1 }),
  /** Rotate the kernel by 180° (reverse every spatial axis): a convolution as defined in mathematics. Default false: cross-correlation. */
  flip: option(flag, { default: false, help: 'rotate the kernel by 180° (mathematical convolution)' }),
  /** With padding `'same'`: the index of the kernel weight aligned with the output element, 0 … k − 1, before a `flip`. Default: see `'same'`. */
  anchor: option(perAxis(whole(0)), { help: 'with --padding same: the kernel weight placed on the output pixel (default: the center)', placeholder: 'cell' }),
} satisfies Rows;

/** Options for the placement of the kernel and the values it reads. */
export interface ConvOptions extends OptionsOf<typeof CONV_OPTIONS> {}

/** Rules and defaults of {@link WindowOptions}. */
export const WINDOW_OPTIONS = {
  /** Size of the window, ≥ 1. */
  kernelSize: option(perAxis(count), { required: true }),
  /** Distance that the window moves between outputs, ≥ 1. Default: the size of the window, so that windows do not overlap. */
  stride: perAxis(count),
  /** Distance between neighboring cells of the window, ≥ 1. Default 1. */
  dilation: CONV_OPTIONS.dilation,
  /** As in {@link ConvOptions.padding}; no window may consist of padding only. Default `'valid'`: the remainder is dropped. */
  padding: CONV_OPTIONS.padding,
  /** Include a last window that starts inside but ends beyond the padding: sizes are rounded up. Default false: the remainder is dropped. */
  ceilMode: option(flag, { default: false }),
} satisfies Rows;

/** Options of a pooling window. */
export interface WindowOptions extends OptionsOf<typeof WINDOW_OPTIONS> {}

/**
 * The validated, normalized description of one convolution, lifted to three spatial axes.
 * It is always valid, and frozen; every backend relies on this.
 */
export interface ConvGeometry {
  /** Identifies the geometry: equal keys mean equal geometries. */
  readonly key: string;
  /** Number of spatial axes of the caller's tensors. */
  readonly rank: 1 | 2 | 3;
  readonly batch: number;
  readonly groups: number;
  /** Number of input channels, for all groups in total. */
  readonly inChannels: number;
  /** Number of output channels, for all groups in total. */
  readonly outChannels: number;
  readonly input: Triple;
  readonly kernel: Triple;
  readonly output: Triple;
  readonly stride: Triple;
  readonly dilation: Triple;
  /** Padding before each axis. */
  readonly before: Triple;
  /** Padding after each axis. */
  readonly after: Triple;
  readonly paddingMode: PaddingMode;
  /** 0 unless `paddingMode` is `'constant'`. */
  readonly paddingValue: number;
  readonly flip: boolean;
  /** `[N, Cin, ...spatial]` */
  readonly xShape: readonly number[];
  /** `[Cout, Cin / groups, ...kernel]` */
  readonly kernelShape: readonly number[];
  /** `[N, Cout, ...spatial]` */
  readonly outShape: readonly number[];
}

/**
 * Validates and normalizes one convolution: o = floor((n + before + after − dilation·(k − 1) − 1) / stride) + 1
 * on every axis; the remainder is dropped.
 *
 * @param xShape `[N, Cin, ...spatial]` with 1, 2 or 3 spatial axes
 * @param kernelShape `[Cout, Cin / groups, ...kernel]`
 * @param operation the name that errors begin with
 * @throws ShapeError if the shapes do not match or the output would be empty
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { convGeometry } from 'convlab';
 *
 * const { outShape } = convGeometry([1, 3, 480, 640], [8, 3, 5, 5], { stride: 2, padding: 'same' });
 * console.log(outShape); // → [ 1, 8, 240, 320 ]
 * ```
 */
export function convGeometry(xShape: readonly number[], kernelShape: readonly number[], options: ConvOptions = {}, operation = 'conv'): ConvGeometry {
  const settled = settle(operation, options, CONV_OPTIONS);
  const rank = checkRanks(operation, xShape, kernelShape);
  const { groups, paddingMode, flip } = settled;
  checkChannels(operation, xShape, kernelShape, groups);
  if (options.paddingValue !== undefined && paddingMode !== 'constant') {
    throw new OptionError(operation, 'paddingValue', `requires paddingMode 'constant' (it is '${paddingMode}')`, options.paddingValue);
  }

  const axes = placeWindow(operation, xShape.slice(2), kernelShape.slice(2), settled);
  if (paddingMode === 'reflect') {
    for (const { input, before, after } of axes) {
      if (Math.max(before, after) >= input) {
        throw new OptionError(operation, 'padding', `must be smaller than the axis with paddingMode 'reflect' (${cells(input)})`, [before, after]);
      }
    }
  }
  const paddingValue = options.paddingValue ?? 0;
  return finish(axes, { rank, xShape: [...xShape], kernelShape: [...kernelShape], groups, paddingMode, paddingValue, flip });
}

/**
 * The geometry of a pooling window: a depthwise convolution with one group per channel.
 * @param xShape `[N, C, ...spatial]`
 */
export function poolGeometry(xShape: readonly number[], options: WindowOptions, operation: string): ConvGeometry {
  const { axes, window, rank } = placePool(xShape, options, operation);
  return finish(axes, {
    rank,
    xShape: [...xShape],
    kernelShape: [xShape[1], 1, ...window],
    groups: xShape[1],
    paddingMode: 'zero',
    paddingValue: 0,
    flip: false,
  });
}

/** Number of elements per axis that `ceilMode` adds after the given padding; all 0 without it. */
export function ceilModeCells(xShape: readonly number[], options: WindowOptions, operation: string): Triple {
  const cells = placePool(xShape, options, operation).axes.map(({ added }) => added);
  return [0, 0, ...cells].slice(-3) as unknown as Triple;
}

function placePool(xShape: readonly number[], options: WindowOptions, operation: string): { axes: Axis[]; window: readonly number[]; rank: 1 | 2 | 3 } {
  const settled = settle(operation, options, WINDOW_OPTIONS);
  const rank = xShape.length - 2;
  if (rank < 1 || rank > 3) throw new ShapeError(operation, `x must be [N, C, ...1 to 3 spatial axes], received ${show(xShape)}`, { x: xShape });
  checkDimensions(operation, 'x', xShape);
  const window = expand(operation, 'kernelSize', settled.kernelSize, rank);
  const axes = placeWindow(operation, xShape.slice(2), window, { ...settled, stride: settled.stride ?? window });
  for (const { input, kernel, output, stride, dilation, before, after } of axes) {
    for (let o = 0; o < output; o++) {
      const touches = Array.from({ length: kernel }, (_, k) => o * stride + k * dilation - before).some((i) => i >= 0 && i < input);
      if (!touches)
        throw new OptionError(operation, 'padding', `must leave at least one cell of the axis in every window (window of ${kernel}, axis of ${cells(input)})`, [
          before,
          after,
        ]);
    }
  }
  return { axes, window, rank: rank as 1 | 2 | 3 };
}

interface Axis {
  readonly input: number;
  readonly kernel: number;
  readonly output: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  /** The part of `after` added by `ceilMode`. */
  readonly added: number;
}

/** Larger values are rejected as mistakes: the border tables would exhaust the memory. */
const MOST_PADDING = 2 ** 24;

type Placement = Required<Pick<ConvOptions, 'stride' | 'dilation' | 'padding'>> & Pick<ConvOptions, 'anchor' | 'flip'> & Pick<WindowOptions, 'ceilMode'>;

function placeWindow(operation: string, input: readonly number[], kernel: readonly number[], options: Placement): Axis[] {
  const rank = input.length;
  const stride = expand(operation, 'stride', options.stride, rank);
  const dilation = expand(operation, 'dilation', options.dilation, rank);
  const padding = expandPadding(operation, options.padding, rank);
  const anchor = options.anchor === undefined ? undefined : expand(operation, 'anchor', options.anchor, rank);

  return input.map((n, axis) => {
    const k = kernel[axis];
    const s = stride[axis];
    const extent = dilation[axis] * (k - 1) + 1;
    if (anchor) {
      if (padding[axis] !== 'same') throw new OptionError(operation, 'anchor', `requires padding 'same' (it is ${show(padding[axis])})`, options.anchor);
      if (anchor[axis] >= k) throw new OptionError(operation, 'anchor', `must be a cell of the kernel, 0 to ${k - 1}`, anchor[axis]);
    }
    // after rotation by 180°, kernel cell a is at cell k − 1 − a of the window
    const anchored = anchor && (options.flip ? k - 1 - anchor[axis] : anchor[axis]) * dilation[axis];
    const [before, given] = resolvePadding(padding[axis], n, extent, s, anchored);
    const added = options.ceilMode ? lastWindowExcess(n, before, given, extent, s) : 0;
    const after = given + added;
    if (Math.max(before, after) > MOST_PADDING) throw new OptionError(operation, 'padding', `must be at most ${MOST_PADDING} cells per side`, [before, after]);
    const output = Math.floor((n + before + after - extent) / s) + 1;
    if (output < 1) {
      throw new ShapeError(
        operation,
        `the output would be empty: the kernel covers ${extent} cells (size ${k}, dilation ${dilation[axis]}), but spatial axis ${axis} has ${n} and padding [${before}, ${after}]`,
        { input: [...input], kernel: [...kernel], padding: [before, after], dilation: dilation[axis] },
      );
    }
    // a stride longer than the axis does not change the output, but backends would allocate memory for it
    return { input: n, kernel: k, output, stride: Math.min(s, n + before + after), dilation: dilation[axis], before, after, added };
  });
}

/** How far a window after the last complete one extends beyond the padding, if that window starts before the padding at the end. */
function lastWindowExcess(n: number, before: number, after: number, extent: number, stride: number): number {
  const room = n + before + after - extent;
  const last = Math.ceil(room / stride) * stride;
  return last >= 0 && last < n + before ? last - room : 0;
}

function resolvePadding(padding: AxisPadding, n: number, extent: number, stride: number, anchored: number | undefined): readonly [number, number] {
  if (padding === 'valid') return [0, 0];
  if (padding === 'full') return [extent - 1, extent - 1];
  if (padding === 'same') {
    const total = (Math.ceil(n / stride) - 1) * stride + extent - n;
    const before = anchored ?? Math.floor(Math.max(total, 0) / 2);
    return [before, Math.max(total - before, 0)];
  }
  return typeof padding === 'number' ? [padding, padding] : padding;
}

function expandPadding(operation: string, padding: PerAxis<AxisPadding>, rank: number): readonly AxisPadding[] {
  // A signal has one axis, so a pair of numbers can only mean before and after.
  return expand(operation, 'padding', rank === 1 && isPair(padding) ? [padding] : padding, rank);
}

/** One value per spatial axis. */
function expand<T>(operation: string, option: string, value: PerAxis<T>, rank: number): readonly T[] {
  const list: readonly T[] = Array.isArray(value) ? value : Array(rank).fill(value);
  if (list.length === rank) return list;
  throw new OptionError(
    operation,
    option,
    `must be a ${option === 'padding' ? 'padding' : 'number'}, or a list with one for each of the ${rank} spatial axes`,
    value,
  );
}

function checkRanks(operation: string, x: readonly number[], kernel: readonly number[]): 1 | 2 | 3 {
  const rank = x.length - 2;
  if (rank < 1 || rank > 3) throw new ShapeError(operation, `x must be [N, C, ...1 to 3 spatial axes], received ${show(x)}`, { x });
  if (kernel.length !== x.length) {
    throw new ShapeError(
      operation,
      `x and kernel must have the same number of axes, received x ${show(x)} and kernel ${show(kernel)} ([Cout, Cin / groups, ...spatial])`,
      { x, kernel },
    );
  }
  checkDimensions(operation, 'x', x);
  checkDimensions(operation, 'kernel', kernel);
  return rank as 1 | 2 | 3;
}

function checkDimensions(operation: string, what: string, shape: readonly number[]): void {
  if (!shape.every(count.holds) || sizeOf(shape, operation) > Number.MAX_SAFE_INTEGER) {
    throw new ShapeError(operation, `every dimension of ${what} must be an integer ≥ 1, received ${show(shape)}`, { [what]: shape });
  }
}

function checkChannels(operation: string, x: readonly number[], kernel: readonly number[], groups: number): void {
  const [outChannels, perGroup] = kernel;
  const shapes = () => `x ${show(x)}, kernel ${show(kernel)}`;
  if (perGroup * groups !== x[1]) {
    const expected = groups === 1 ? `${perGroup} input channels` : `${perGroup * groups} input channels (${perGroup} per group × ${groups} groups)`;
    throw new ShapeError(operation, `the kernel expects ${expected}, received ${x[1]}: ${shapes()}`, { x, kernel, groups });
  }
  if (outChannels % groups !== 0) {
    throw new ShapeError(operation, `${outChannels} output channels cannot be split into ${groups} groups: ${shapes()}`, { x, kernel, groups });
  }
}

type Unplaced = Pick<ConvGeometry, 'rank' | 'xShape' | 'kernelShape' | 'groups' | 'paddingMode' | 'paddingValue' | 'flip'>;

/**
 * Copies field by field: spreading an object of 19 fields is several times slower, which would dominate small
 * convolutions.
 */
function finish(axes: readonly Axis[], { rank, xShape, kernelShape, groups, paddingMode, paddingValue, flip }: Unplaced): ConvGeometry {
  const lift = (field: keyof Axis, neutral: number): Triple => {
    const [a, b, c] = axes;
    return c ? [a[field], b[field], c[field]] : b ? [neutral, a[field], b[field]] : [neutral, neutral, a[field]];
  };
  const [before, after] = [lift('before', 0), lift('after', 0)];
  const [stride, dilation] = [lift('stride', 1), lift('dilation', 1)];
  const padding = before.map((cells, axis) => `${cells}:${after[axis]}`);
  const mode = paddingMode === 'constant' ? `constant(${paddingValue})` : paddingMode;
  const geometry: ConvGeometry = {
    key: `x=${xShape} k=${kernelShape} s=${stride} d=${dilation} p=${padding} ${mode} g=${groups}${flip ? ' flip' : ''}`,
    rank,
    batch: xShape[0],
    groups,
    inChannels: xShape[1],
    outChannels: kernelShape[0],
    input: lift('input', 1),
    kernel: lift('kernel', 1),
    output: lift('output', 1),
    stride,
    dilation,
    before,
    after,
    paddingMode,
    paddingValue,
    flip,
    xShape,
    kernelShape,
    outShape: [xShape[0], kernelShape[0], ...axes.map((axis) => axis.output)],
  };
  for (const list of Object.values(geometry)) Object.freeze(list);
  return Object.freeze(geometry);
}

function cells(n: number): string {
  return n === 1 ? '1 cell' : `${n} cells`;
}

function isPair(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(isSize);
}

// Step by step: a small kernel moves over a small image. The library computes the numbers.
import { computed, signal } from '@preact/signals';
import { type ConvGeometry, type ConvOptions, convGeometry, PADDING_MODES, type Tensor, tensor } from 'convlab';
import { run } from '../engine/engine.js';
import { matrix, number, oneOf } from '../shell/codecs.js';
import { urlSignal } from '../shell/url.js';

/** Parses '010 101' to rows of numbers. */
function digits(text: string): number[][] {
  return text.split(' ').map((row) => [...row].map(Number));
}

/** An example to step through. */
interface Walkable {
  readonly picture: readonly (readonly number[])[];
  readonly kernel: readonly (readonly number[])[];
  readonly padding: number;
  /** Max pooling without overlap instead of a kernel. */
  readonly pools?: boolean;
}

/** The lecture's examples from slides 5 and 7, and its 3 × 3 pooling. */
export const EXAMPLES = {
  slide5: { picture: digits('01000 11100 01000 00001 11111'), kernel: digits('010 101 010'), padding: 0 },
  slide7: { picture: digits('11100 01110 00111 00110 01100'), kernel: digits('101 010 101'), padding: 1 },
  pooling: { picture: digits('102310 461021 310152 021701 103210 210043'), kernel: digits('111 111 111'), padding: 0, pools: true },
} as const satisfies Readonly<Record<string, Walkable>>;
/** One of {@link EXAMPLES}. */
export type Example = keyof typeof EXAMPLES;

const NAMES = Object.keys(EXAMPLES) as Example[];
const GRID = matrix(9);
const IN_STEPS = { panel: 'steps' } as const;

export const example = urlSignal<Example>('filter', 'example', 'slide5', oneOf(NAMES), IN_STEPS);
/** The edited cells; empty: those of the example. */
export const pictureCells = urlSignal<readonly (readonly number[])[]>('filter', 'cells', [], GRID, IN_STEPS);
export const kernelCells = urlSignal<readonly (readonly number[])[]>('filter', 'kernelcells', [], GRID, IN_STEPS);
/** Padding on each side; −1: that of the example. */
export const gridPadding = urlSignal('filter', 'border', -1, number({ min: -1, max: 2, whole: true }), IN_STEPS);
export const gridMode = urlSignal('filter', 'bordermode', 'zero', oneOf(PADDING_MODES), IN_STEPS);
export const gridStride = urlSignal('filter', 'gridstride', 1, number({ min: 1, max: 3, whole: true }), IN_STEPS);
export const gridDilation = urlSignal('filter', 'griddilation', 1, number({ min: 1, max: 2, whole: true }), IN_STEPS);
/** Number of visited positions, the current one included: 1 … all. */
export const step = urlSignal('filter', 'step', 1, number({ min: 1, max: 999, whole: true }), { ...IN_STEPS, passing: true });
export const playing = signal(false);

export const pictureRows = computed(() => (pictureCells.value.length > 0 ? pictureCells.value : EXAMPLES[example.value].picture));
export const kernelRows = computed(() => (kernelCells.value.length > 0 ? kernelCells.value : EXAMPLES[example.value].kernel));
export const paddingCells = computed(() => (gridPadding.value < 0 ? EXAMPLES[example.value].padding : gridPadding.value));
/** True if windows are pooled. */
export const pools = computed(() => (EXAMPLES[example.value] as Walkable).pools === true);
/** True for the unmodified example of the slide. */
export const untouched = computed(
  () =>
    pictureCells.value.length === 0 &&
    kernelCells.value.length === 0 &&
    gridPadding.value < 0 &&
    gridMode.value === 'zero' &&
    gridStride.value === 1 &&
    gridDilation.value === 1,
);

/** The border's value in mode `constant`. */
const CONSTANT = 1;

/** The library's result for the small image. */
export interface Walk {
  readonly geometry: ConvGeometry;
  /** the image with its border */
  readonly padded: Tensor;
  readonly map: Tensor;
  readonly kernel: Tensor;
  /** with pooling: the flat index of each window's maximum */
  readonly winners?: Int32Array;
}

/** @throws OptionError or ShapeError if image, kernel and options do not fit */
export async function walk(): Promise<Walk> {
  const [x, kernel] = [tensor([[pictureRows.value.map((row) => [...row])]]), tensor([[kernelRows.value.map((row) => [...row])]])];
  if (pools.value) {
    const window = kernelRows.value.length;
    const geometry = convGeometry(x.shape, kernel.shape, { stride: window });
    const { value } = await run('maxPool', x, { kernelSize: window });
    return { geometry, padded: x, map: value.output, kernel, winners: value.indices };
  }
  const padding = paddingCells.value;
  const border: ConvOptions = padding === 0 ? {} : { padding, paddingMode: gridMode.value, ...(gridMode.value === 'constant' && { paddingValue: CONSTANT }) };
  const options = { ...border, stride: gridStride.value, dilation: gridDilation.value };
  const geometry = convGeometry(x.shape, kernel.shape, options);
  // the identity kernel returns the image with its border
  const [{ value: padded }, { value: map }] = await Promise.all([run('conv', x, tensor([[[[1]]]]), border), run('conv', x, kernel, options)]);
  return { geometry, padded, map, kernel };
}

/** Moves the kernel to a position, 1 … all, and stops there. */
export function go(to: number): void {
  playing.value = false;
  step.value = to;
}

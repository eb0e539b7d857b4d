// Step by step: a small picture under a small kernel, one place at a time. The numbers are the library's.
import { computed, signal } from '@preact/signals';
import { type ConvGeometry, type ConvOptions, convGeometry, PADDING_MODES, type Tensor, tensor } from 'convlab';
import { run } from '../engine/engine.js';
import { matrix, number, oneOf } from '../shell/codecs.js';
import { urlSignal } from '../shell/url.js';

/** '010 101' as rows of numbers. */
function digits(text: string): number[][] {
  return text.split(' ').map((row) => [...row].map(Number));
}

/** What is gone through. */
interface Walkable {
  readonly picture: readonly (readonly number[])[];
  readonly kernel: readonly (readonly number[])[];
  readonly padding: number;
  /** No kernel: the largest value of each window, windows side by side. */
  readonly pools?: boolean;
}

/** The lecture's examples, from the slides with these numbers, and its pooling of 3 × 3. */
export const EXAMPLES = {
  slide5: { picture: digits('01000 11100 01000 00001 11111'), kernel: digits('010 101 010'), padding: 0 },
  slide7: { picture: digits('11100 01110 00111 00110 01100'), kernel: digits('101 010 101'), padding: 1 },
  pooling: { picture: digits('102310 461021 310152 021701 103210 210043'), kernel: digits('111 111 111'), padding: 0, pools: true },
} as const satisfies Readonly<Record<string, Walkable>>;
/** One of {@link EXAMPLES}. */
export type Example = keyof typeof EXAMPLES;

const NAMES = Object.keys(EXAMPLES) as Example[];
const GRID = matrix(9);

export const example = urlSignal<Example>('filter', 'example', 'slide5', oneOf(NAMES));
/** Cells that were changed; empty: those of the example. */
export const pictureCells = urlSignal<readonly (readonly number[])[]>('filter', 'cells', [], GRID);
export const kernelCells = urlSignal<readonly (readonly number[])[]>('filter', 'kernelcells', [], GRID);
/** Cells on each side; −1: as the example says. */
export const gridPadding = urlSignal('filter', 'border', -1, number({ min: -1, max: 2, whole: true }));
export const gridMode = urlSignal('filter', 'bordermode', 'zero', oneOf(PADDING_MODES));
export const gridStride = urlSignal('filter', 'gridstride', 1, number({ min: 1, max: 3, whole: true }));
export const gridDilation = urlSignal('filter', 'griddilation', 1, number({ min: 1, max: 2, whole: true }));
/** How many places were visited, the present one too: 1 … all. */
export const step = urlSignal('filter', 'step', 1, number({ min: 1, max: 999, whole: true }));
export const playing = signal(false);

export const pictureRows = computed(() => (pictureCells.value.length > 0 ? pictureCells.value : EXAMPLES[example.value].picture));
export const kernelRows = computed(() => (kernelCells.value.length > 0 ? kernelCells.value : EXAMPLES[example.value].kernel));
export const paddingCells = computed(() => (gridPadding.value < 0 ? EXAMPLES[example.value].padding : gridPadding.value));
/** Whether windows are pooled. */
export const pools = computed(() => (EXAMPLES[example.value] as Walkable).pools === true);
/** Whether this is the example as the slide has it. */
export const untouched = computed(
  () =>
    pictureCells.value.length === 0 &&
    kernelCells.value.length === 0 &&
    gridPadding.value < 0 &&
    gridMode.value === 'zero' &&
    gridStride.value === 1 &&
    gridDilation.value === 1,
);

/** What a border of mode `constant` holds here. */
const CONSTANT = 1;

/** What the library makes of the small picture. */
export interface Walk {
  readonly geometry: ConvGeometry;
  /** the picture with its border */
  readonly padded: Tensor;
  readonly map: Tensor;
  readonly kernel: Tensor;
  /** where windows are pooled: the cell of the picture that won each, as a flat index */
  readonly winners?: Int32Array;
}

/** @throws OptionError or ShapeError if they do not fit each other */
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
  // a kernel of one weight 1 changes nothing: what comes out is the picture with its border
  const [{ value: padded }, { value: map }] = await Promise.all([run('conv', x, tensor([[[[1]]]]), border), run('conv', x, kernel, options)]);
  return { geometry, padded, map, kernel };
}

/** Leads the kernel to a place, 1 … all, and holds it there. */
export function go(to: number): void {
  playing.value = false;
  step.value = to;
}

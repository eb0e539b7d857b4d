import { Turns } from '../../turns.js';
import { borderSource, OUTSIDE } from '../border.js';
import type { ConvGeometry } from '../geometry.js';
import type { Range } from './blocks.js';

/**
 * The input of a block: a view of the tensor if it is contiguous, otherwise a copy.
 * @param data of `geometry.xShape`
 * @param seen region of `[N, Cin, D, H, W]`; cells beyond an axis are filled according to the padding mode
 * @param space memory for the copy
 * @param turns splits the copy into turns
 */
export async function cutOut(data: Float32Array, geometry: ConvGeometry, seen: readonly Range[], space: Space, turns = new Turns()): Promise<Float32Array> {
  const { batch, inChannels, input, paddingMode, paddingValue } = geometry;
  const shape = [batch, inChannels, ...input];
  const view = together(data, shape, seen);
  if (view) return view;
  const part = space.of(sizeOfPart(seen));
  const source = (cell: number, axis: number) => (axis < 2 ? cell : borderSource(paddingMode, cell, shape[axis]));
  await visitSlabs(shape, seen, source, turns, (from, to, length) => {
    if (from === OUTSIDE) part.fill(paddingValue, to, to + length);
    else part.set(data.subarray(from, from + length), to);
  });
  return part;
}

/**
 * Writes the result of a block to its region: directly if that is contiguous, otherwise through a copy.
 * @param out of `geometry.outShape`
 * @param given region of `[N, Cout, D, H, W]`
 * @param space memory for the copy
 * @param turns splits the copy into turns
 * @param compute fills an array
 */
export async function fillIn(
  out: Float32Array,
  geometry: ConvGeometry,
  given: readonly Range[],
  space: Space,
  turns: Turns,
  compute: (part: Float32Array) => Promise<void>,
): Promise<void> {
  const shape = [geometry.batch, geometry.outChannels, ...geometry.output];
  const view = together(out, shape, given);
  if (view) return compute(view);
  const part = space.of(sizeOfPart(given));
  await compute(part);
  await visitSlabs(
    shape,
    given,
    (cell) => cell,
    turns,
    (to, from, length) => out.set(part.subarray(from, from + length), to),
  );
}

/** An array that is reused for successive blocks, because allocating memory takes longer than copying into it. */
export class Space {
  #values = new Float32Array(0);

  of(length: number): Float32Array {
    if (length > this.#values.length) this.#values = new Float32Array(length);
    return this.#values.subarray(0, length);
  }
}

/**
 * The part as a view if it is contiguous: single cells of some leading axes, a range of the next, and all of the
 * others.
 */
function together(data: Float32Array, shape: readonly number[], part: readonly Range[]): Float32Array | undefined {
  const cut = part.findIndex(([from, to]) => to - from > 1);
  const whole = part.every(([from, to], axis) => (axis <= cut ? from >= 0 && to <= shape[axis] : from === 0 && to === shape[axis]));
  if (!whole) return undefined;
  const first = part.reduce((offset, [from], axis) => offset * shape[axis] + from, 0);
  return data.subarray(first, first + sizeOfPart(part));
}

/** Like {@link visitRuns}, a few values at a time. */
async function visitSlabs(
  shape: readonly number[],
  part: readonly Range[],
  source: (cell: number, axis: number) => number,
  turns: Turns,
  visit: (whole: number, part: number, length: number) => void,
): Promise<void> {
  let before = 0;
  for (const slab of slabs(part)) {
    if (turns.over) await turns.next();
    visitRuns(shape, slab, source, (whole, at, length) => visit(whole, before + at, length));
    before += sizeOfPart(slab);
  }
}

/** Values copied at a time; takes about half a millisecond. */
const SLAB_VALUES = 2 ** 16;

/** Divides a part into smaller consecutive ones. */
function* slabs(part: readonly Range[], axis = 0): Generator<readonly Range[]> {
  if (sizeOfPart(part) <= SLAB_VALUES || axis === part.length) {
    yield part;
    return;
  }
  const [from, to] = part[axis];
  const cells = Math.max(1, Math.floor(SLAB_VALUES / sizeOfPart(part.slice(axis + 1))));
  for (let cell = from; cell < to; cell += cells) yield* slabs(part.with(axis, [cell, Math.min(to, cell + cells)]), axis + 1);
}

/**
 * Visits a part of an array in runs that are contiguous in both arrays.
 * @param source returns the cell of an axis shown at a cell of the part, which may be beyond the axis
 * @param visit called per run with its offset in the array, or {@link OUTSIDE}; its offset in the part; and its length
 */
function visitRuns(
  shape: readonly number[],
  part: readonly Range[],
  source: (cell: number, axis: number) => number,
  visit: (whole: number, part: number, length: number) => void,
): void {
  const inner = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, n) => size * n, 1));
  const innerOfPart = part.map((_, axis) => sizeOfPart(part.slice(axis + 1)));
  const joined = shape.map((_, axis) => part.slice(axis + 1).every(([from, to], i) => from === 0 && to === shape[axis + 1 + i]));

  const visitAxis = (axis: number, whole: number, at: number): void => {
    const [from, to] = part[axis];
    const [size, partSize] = [inner[axis], innerOfPart[axis]];
    const visitCells = (begin: number, end: number) => {
      for (let cell = begin; cell < end; cell++) {
        const shown = source(cell, axis);
        const target = at + (cell - from) * partSize;
        if (shown === OUTSIDE || joined[axis]) visit(shown === OUTSIDE ? OUTSIDE : whole + shown * size, target, partSize);
        else visitAxis(axis + 1, whole + shown * size, target);
      }
    };
    // cells before, on and after the axis
    const [first, last] = [0, shape[axis]].map((end) => Math.min(Math.max(from, end), to));
    visitCells(from, first);
    if (joined[axis] && first < last) visit(whole + first * size, at + (first - from) * partSize, (last - first) * size);
    else visitCells(first, last);
    visitCells(last, to);
  };
  visitAxis(0, 0, 0);
}

function sizeOfPart(part: readonly Range[]): number {
  return part.reduce((size, [from, to]) => size * (to - from), 1);
}

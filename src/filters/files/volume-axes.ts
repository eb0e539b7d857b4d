import { borderSource } from '../../kernels/border.js';
import type { ConvGeometry } from '../../kernels/geometry.js';
import type { Block, Range } from '../../kernels/plan/blocks.js';

/** Maximum length of a side of a chunk of the result, unless the blocks require longer ones. */
const CHUNK = 128;
/** Index of the first spatial axis of a block, after the batch and the channels. */
const SPATIAL = 2;

/** The cells that a block reads and writes for one item of the batch, on the axes of the array. */
export interface BlockPart {
  /** indices of cells on each axis; −1: outside */
  readonly cells: readonly Int32Array[];
  /** index of the first cell that it writes, on each axis */
  readonly from: readonly number[];
  readonly shape: readonly number[];
}

/** The axes of an array, and those of a convolution `[N, C, D, H, W]` over its last ones. */
export class VolumeAxes {
  constructor(
    readonly geometry: ConvGeometry,
    /** the axes before the kernel's */
    readonly front: readonly number[],
    readonly rank: number,
  ) {}

  /** The shape of the chunks. Every block consists of whole chunks, except at the ends of the axes. */
  chunks(blocks: readonly Block[]): readonly number[] {
    const spatial = this.geometry.output.map((n, axis) => {
      const [from, to] = blocks[0].given[axis + SPATIAL];
      return chunkOf(to - from, n);
    });
    return [...this.front.map(() => 1), ...spatial.slice(3 - this.rank)];
  }

  /** Blocks in the order that reads the least of the input twice: along the whole first spatial axis, then along the next ones. */
  inColumns(blocks: readonly Block[]): readonly Block[] {
    const place = ({ given: [items, , z, y, x] }: Block) => [items[0], y[0], x[0], z[0]];
    return blocks.toSorted((a, b) => {
      const [first, second] = [place(a), place(b)];
      const axis = first.findIndex((from, i) => from !== second[i]);
      return axis < 0 ? 0 : first[axis] - second[axis];
    });
  }

  /** One part for each item of a block. */
  parts({ seen, given }: Block): readonly BlockPart[] {
    const [from, to] = given[0];
    const cells = this.geometry.input.map((n, axis) => this.#cells(seen[axis + SPATIAL], n)).slice(3 - this.rank);
    const ranges = given.slice(SPATIAL + 3 - this.rank);
    return Array.from({ length: to - from }, (_, i) => {
      const place = this.#placeOf(from + i);
      return {
        cells: [...place.map((at) => Int32Array.of(at)), ...cells],
        from: [...place, ...ranges.map(([first]) => first)],
        shape: [...place.map(() => 1), ...ranges.map(([first, end]) => end - first)],
      };
    });
  }

  #cells([from, to]: Range, n: number): Int32Array {
    return Int32Array.from({ length: to - from }, (_, i) => borderSource(this.geometry.paddingMode, from + i, n));
  }

  /** Where an item of the batch lies on the axes before the kernel's. */
  #placeOf(item: number): readonly number[] {
    let rest = item;
    return this.front
      .toReversed()
      .map((n) => {
        const at = rest % n;
        rest = Math.floor(rest / n);
        return at;
      })
      .toReversed();
  }
}

/** The length of the largest chunk that divides blocks of that length, unless it would be very small. @param n cells of the whole axis */
function chunkOf(length: number, n: number): number {
  if (length >= n) return Math.min(n, CHUNK);
  for (let chunk = Math.min(length, CHUNK); chunk > 1; chunk--) if (length % chunk === 0) return chunk >= CHUNK / 8 ? chunk : length;
  return length;
}

import type { BytesJob, Weights } from './bytes-jobs.js';
import type { Prepared } from './prepare.js';

/** Cells in a row of a tile, and of which pairs are made at once, as in assembly/bytes-fixed.ts; and the largest group of vectors there. */
const TILE = 192;
const CHUNK = 1536;
const GROUP = 12;
/** Rows of a band: more would not stay in the second-level cache, and of fewer the window's own rows would count for more. */
const BAND_ROWS = 40;
/** A vector may be read from the last cell on. */
const SLACK = 16;

/** @param kept of so many channels are filtered: all, or all but the last */
export function fixedJob({ row, column, columnBits }: Weights<'fixed'>, channels: number, kept: number, p: Prepared): BytesJob<'bytesFixed'> {
  const middle = column.length >> 1;
  // the middle counts twice, as do cells as far above as others are below it
  const columnPairs = pairsOf([column[middle] / 2, ...column.subarray(middle + 1)]);
  const rowPairs = grouped(pairsOf([...row]), kept);
  const [, outH, outW] = p.correlation.output;
  const bandRows = Math.min(BAND_ROWS, outH);
  const lineCells = TILE * Math.ceil((p.layout.columns.length + 2 * kept + SLACK) / TILE);
  // behind its last cell a group reads the pairs of two pixels for each of two weights more
  const pairs = CHUNK + 4 * GROUP + (row.length + 8) * kept + SLACK;
  return {
    program: 'bytesFixed',
    lists: [columnPairs, rowPairs],
    scratch: [2 * TILE * (bandRows + column.length + 4), 2 * lineCells * (bandRows + 2), 4 * pairs, outW + SLACK],
    across: 1,
    rows: bandRows,
    taps: (row.length + column.length) / 2,
    args: (tile, [lines, pairs, bytes], x, out, [columnWeights, rowWeights]) => [
      ...([tile, lines, pairs, bytes, p.pointer, x, out, channels, kept, bandRows, lineCells] as const),
      ...([2 ** (22 - columnBits), columnPairs.length, columnWeights, rowPairs.length / 3, rowWeights, startOf(row)] as const),
    ],
  };
}

/** Sums of a row begin with half a level, and the 128 levels that every cell lacks, of 2²⁴; as 32 bits with sign. */
function startOf(row: Int32Array): number {
  return (2 ** 23 + 128 * 2 ** 8 * row.reduce((sum, weight) => sum + weight, 0)) | 0;
}

/** Two weights in 32 bits, the first in the lower 16. */
function pairsOf(weights: readonly number[]): Int32Array {
  return Int32Array.from({ length: Math.ceil(weights.length / 2) }, (_, i) => (weights[2 * i] & 0xffff) | ((weights[2 * i + 1] ?? 0) << 16));
}

/** Two pairs that lie a group of whole vectors apart, and how many bytes the first one lies behind the window's first cell: see `sumRow`. */
function grouped(pairs: Int32Array, kept: number): Int32Array {
  const apart = kept % 2 === 0 ? 1 : 2;
  const firsts = [...pairs.keys()].filter((i) => i % (2 * apart) < apart);
  return Int32Array.from(firsts.flatMap((i) => [pairs[i], pairs[i + apart] ?? 0, 8 * kept * i]));
}

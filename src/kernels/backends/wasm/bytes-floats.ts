import type { BytesJob, Weights } from './bytes-jobs.js';
import type { BytesTask } from './bytes-task.js';
import { ceil4 } from './correlation.js';
import type { Prepared } from './prepare.js';

/** Cells in a row of a tile, whole pixels of 1, 2, 3 or 4; its rows stay in a first-level cache of 32 KiB under most windows. */
const TILE_CELLS = 384;
/** Rows of the result in a tile under a window, at least: of fewer the window's own rows, which have to be read before, would count for more. */
const WINDOW_ROWS = 64;
/** Bytes of a ring of rows, see assembly/bytes-separable.ts: they stay in the second-level cache. The rows that are summed at once there, and those of a band. */
const RING_BYTES = 512 * 1024;
const SUMMED_ROWS = 4;
const RING_ROWS = 60;

/** @param kept of a pixel's channels are filtered: all, or all but the last */
export function windowJob({ window }: Weights<'window'>, { geometry, bias }: BytesTask, p: Prepared, kept: number): BytesJob<'bytesFloat'> {
  const [, KH, KW] = geometry.kernel;
  const [, dilationH, dilationW] = geometry.dilation;
  const halo = (KW - 1) * dilationW * kept;
  const rowLength = TILE_CELLS + ceil4(halo);
  const below = (KH - 1) * dilationH;
  const bandRows = Math.min(geometry.output[1], Math.max(3 * below + 1, WINDOW_ROWS));
  const taps = [...window.keys()].filter((tap) => window[tap] !== 0);
  const offsets = taps.map((tap) => 4 * (Math.floor(tap / KW) * dilationH * rowLength + (tap % KW) * dilationW * kept));
  // two rows are computed at once where every cell of the window counts, and one row lies right below the other
  const paired = Number(taps.length === KH * KW && dilationH === 1);
  return {
    program: 'bytesFloat',
    lists: [Int32Array.from(offsets), Float32Array.from(taps, (tap) => window[tap])],
    scratch: [4 * rowLength * (bandRows + below), 8 * TILE_CELLS],
    across: Math.ceil((geometry.output[2] * kept) / TILE_CELLS),
    rows: bandRows,
    taps: taps.length,
    args: (tile, [sums], x, out, [offsets, weights]) => [
      ...([tile, sums, p.pointer, x, out, geometry.inChannels, kept, TILE_CELLS, bandRows, rowLength, halo] as const),
      ...([taps.length, offsets, weights, paired, bias] as const),
    ],
  };
}

/** @param kept as in {@link windowJob} */
export function separableJob({ row, column }: Weights<'separable'>, { geometry, bias }: BytesTask, p: Prepared, kept: number): BytesJob<'bytesSeparable'> {
  const halo = (row.length - 1) * kept;
  const slots = column.length + SUMMED_ROWS - 1;
  const cells = geometry.output[2] * kept;
  const across = Math.ceil(cells / Math.max(TILE_CELLS, RING_BYTES / 4 / slots - halo));
  const tileCells = 48 * Math.ceil(cells / across / 48);
  const rowLength = tileCells + halo + 8;
  const bandRows = Math.min(geometry.output[1], RING_ROWS);
  return {
    program: 'bytesSeparable',
    lists: [Int32Array.from({ length: row.length + SUMMED_ROWS - 1 }, (_, kw) => 16 * kw * kept), row, column],
    scratch: [4 * slots * rowLength, 16 * rowLength, 256 * kept, 4 * tileCells, 4 * slots],
    across,
    rows: bandRows,
    taps: row.length + column.length,
    args: (ring, [line, sums, bytes, offsets], x, out, [rowOffsets, rowWeights, columnWeights]) => [
      ...([ring, line, sums, bytes, offsets, p.pointer, x, out, geometry.inChannels, kept, tileCells, bandRows, rowLength, halo, slots] as const),
      ...([row.length, rowOffsets, rowWeights, column.length, columnWeights, bias] as const),
    ],
  };
}

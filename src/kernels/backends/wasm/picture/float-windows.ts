import { NOWHERE } from '../address.js';
import { ceil4 } from '../layers/correlation-spec.js';
import type { StoredCorrelation } from '../layers/stored-correlation.js';
import { SUMMED_PIXELS, SUMMED_ROWS } from '../records.generated.js';
import type { BytesTask } from './bytes-task.js';
import { type KernelOf, type PictureProgram, pictureFields } from './picture-program.js';

/** Cells in a row of a tile, whole pixels of 1, 2, 3 or 4; under most windows, its rows stay in a first-level cache of 32 KiB. */
const TILE_CELLS = 384;
/** Minimum output rows in a tile under a window: with fewer, the window's own rows, which are read first, would weigh more. */
const WINDOW_ROWS = 64;
/** Bytes of a ring of rows, which stay in the second-level cache, and rows of a band: see assembly/picture/bytes-separable.ts. */
const RING_BYTES = 512 * 1024;
const RING_ROWS = 60;

export function windowProgram({ window }: KernelOf<'window'>, task: BytesTask, stored: StoredCorrelation): PictureProgram<'bytesFloat'> {
  const { geometry, bias } = task;
  const common = pictureFields(task, stored);
  const kept = common.filtered;
  const [, KH, KW] = geometry.kernel;
  const [, dilationH, dilationW] = geometry.dilation;
  const halo = (KW - 1) * dilationW * kept;
  const rowLength = TILE_CELLS + ceil4(halo);
  const below = (KH - 1) * dilationH;
  const bandRows = Math.min(geometry.output[1], Math.max(3 * below + 1, WINDOW_ROWS));
  const taps = [...window.keys()].filter((tap) => window[tap] !== 0);
  const offsets = taps.map((tap) => 4 * (Math.floor(tap / KW) * dilationH * rowLength + (tap % KW) * dilationW * kept));
  // two rows are computed at once where every cell of the window counts and its rows are neighbors
  const paired = taps.length === KH * KW && dilationH === 1;
  const record = {
    ...{ ...common, tileCells: TILE_CELLS, bandRows, rowLength, halo, taps: taps.length, paired, bias },
    ...{ offsets: NOWHERE, weights: NOWHERE, sumsAt: 0 },
  };
  return {
    name: 'bytesFloat',
    lists: [Int32Array.from(offsets), Float32Array.from(taps, (tap) => window[tap])],
    scratch: [4 * rowLength * (bandRows + below), 8 * TILE_CELLS],
    across: Math.ceil((geometry.output[2] * kept) / TILE_CELLS),
    rows: bandRows,
    taps: taps.length,
    record,
    place: ({ lists, parts }) => {
      [record.offsets, record.weights] = lists;
      [, record.sumsAt] = parts;
    },
  };
}

export function separableProgram({ row, column }: KernelOf<'separable'>, task: BytesTask, stored: StoredCorrelation): PictureProgram<'bytesSeparable'> {
  const { geometry, bias } = task;
  const common = pictureFields(task, stored);
  const kept = common.filtered;
  const halo = (row.length - 1) * kept;
  const slots = column.length + SUMMED_ROWS - 1;
  const cells = geometry.output[2] * kept;
  const across = Math.ceil(cells / Math.max(TILE_CELLS, RING_BYTES / 4 / slots - halo));
  const tileCells = 48 * Math.ceil(cells / across / 48);
  const rowLength = tileCells + halo + 8;
  const bandRows = Math.min(geometry.output[1], RING_ROWS);
  const record = {
    ...{ ...common, tileCells, bandRows, rowLength, halo, slots, rowTaps: row.length, columnTaps: column.length, bias },
    ...{ rowOffsets: NOWHERE, rowWeights: NOWHERE, columnWeights: NOWHERE, lineAt: 0, sumsAt: 0, bytesAt: 0, offsetsAt: 0 },
  };
  const pixelBytes = 4 * SUMMED_ROWS * kept;
  return {
    name: 'bytesSeparable',
    lists: [Int32Array.from({ length: row.length + SUMMED_ROWS - 1 }, (_, kw) => pixelBytes * kw), row, column],
    scratch: [4 * slots * rowLength, 4 * SUMMED_ROWS * rowLength, SUMMED_PIXELS * pixelBytes, SUMMED_ROWS * tileCells, 4 * slots],
    across,
    rows: bandRows,
    taps: row.length + column.length,
    record,
    place: ({ lists, parts }) => {
      [record.rowOffsets, record.rowWeights, record.columnWeights] = lists;
      [, record.lineAt, record.sumsAt, record.bytesAt, record.offsetsAt] = parts;
    },
  };
}

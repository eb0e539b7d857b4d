import { FRAME_BYTES, RESIZED_ROWS } from '../constants';
import { Bytes, Flag, Ints } from '../memory';
import { across, WovenRows, weaveBytes, weaveWords } from './resize-across';
import { down, pairUp } from './resize-down';

/**
 * An 8-bit image in another size: two passes, between which sums are clamped to black … white. Weights are 16-bit pairs of
 * neighboring taps, times a power of two. Windows begin at even rows and pixels; if the phase is 1, rows or pixels are counted from
 * −1, so that windows begin at odd ones.
 */
@unmanaged
export class BytesResizeTask {
  x: Bytes;
  out: Bytes;
  channels: i32;
  /** bytes of a row of the source */
  inRow: usize;
  /** bytes of a row of the result */
  outRow: usize;
  /** rows of the source */
  inH: i32;
  /** rows of the result */
  outH: i32;
  /** output rows of a unit */
  bandRows: i32;
  /** output pixels of a tile */
  tilePixels: i32;
  /** sum down the columns first, then along the rows; otherwise along the rows first */
  columnsFirst: Flag;
  /** white in the sums between the passes */
  white: i32;
  /** the first row of each output row's window */
  rowStarts: Ints;
  /** [outH, rowPairs], pairs of weights */
  rowWeights: Ints;
  /** pairs of taps in a column of a window */
  rowPairs: i32;
  /** 0 or 1 */
  rowPhase: i32;
  /** where the window of each output pixel begins in the woven line (see `wovenAt`), in bytes */
  columnStarts: Ints;
  /** [output pixels, columnPairs], pairs of weights */
  columnWeights: Ints;
  /** pairs of taps in a row of a window */
  columnPairs: i32;
  /** output pixels evenFrom … evenTo − 1 have the same weights, and their windows begin evenStep bytes apart in the woven line */
  evenFrom: i32;
  evenTo: i32;
  evenStep: usize;
  /** 0 or 1 */
  columnPhase: i32;
  /** bits by which sums down the columns are shifted right */
  downBits: i32;
  /** bits by which sums along the rows are shifted right */
  acrossBits: i32;
  /** pairs of rows in the ring, an even number */
  slots: i32;
  /** bytes of a pair of rows in the ring: i16 [cells, 2] */
  ringRow: usize;
  /** bytes from scratch to sums of columns, i16 or bytes [RESIZED_ROWS, sumRow] */
  linesAt: usize;
  /** bytes from scratch to the woven line: RESIZED_ROWS rows interleaved, i16 [pairs of pixels, channels, RESIZED_ROWS, 2] */
  wovenAt: usize;
  /** bytes from scratch to sums of rows, i32 [RESIZED_PIXELS, channels, RESIZED_ROWS] */
  sumsAt: usize;
  /** bytes from scratch to rows of the result, bytes [RESIZED_ROWS, byteRow] */
  bytesAt: usize;
  /** bytes of a row of sums of columns */
  sumRow: usize;
  /** bytes of a row of the result in scratch memory */
  byteRow: usize;
}

/** The part that both passes process at a time, so that the ring stays in the L1 cache. */
@unmanaged
export class ResizeTile {
  /** first column of the result */
  ow: i32;
  /** number of columns of the result */
  pixels: i32;
  /** first cell of the source */
  left: isize;
  /** number of cells of the source */
  cells: usize;
}

/**
 * Units are `bandRows` output rows, computed tile by tile. The pass along the rows takes RESIZED_ROWS rows at once, the pass
 * down the columns one row.
 * @param scratch frame; the ring
 */
export function bytesResize(task: BytesResizeTask, scratch: usize, from: i32, to: i32): void {
  const tile = changetype<ResizeTile>(scratch);
  const width = <i32>task.outRow / task.channels, tilePixels = task.tilePixels;
  const top = from * task.bandRows, bottom = min(task.outH, to * task.bandRows);
  for (let ow = 0; ow < width; ow += tilePixels) {
    tile.ow = ow;
    tile.pixels = min(tilePixels, width - ow);
    const first = load<i32>(task.columnStarts + (<usize>ow << 2));
    const last = load<i32>(task.columnStarts + (<usize>(ow + tile.pixels - 1) << 2));
    // the woven line has 8 bytes per cell
    tile.left = (first >> 3) - task.columnPhase * task.channels;
    tile.cells = ((last - first) >> 3) + 2 * task.columnPairs * task.channels;
    rowsOfTile(task, tile, scratch, top, bottom);
  }
}

function rowsOfTile(task: BytesResizeTask, tile: ResizeTile, scratch: usize, top: i32, bottom: i32): void {
  const rows = changetype<WovenRows>(scratch + offsetof<ResizeTile>());
  const ring = scratch + FRAME_BYTES, lines = scratch + task.linesAt, woven = scratch + task.wovenAt, bytes = scratch + task.bytesAt;
  const sumRow = task.sumRow, ringRow = task.ringRow;
  const reach = 2 * task.rowPairs, columnsFirst = task.columnsFirst;
  const out = task.out + <usize>(tile.ow * task.channels), size = <usize>(tile.pixels * task.channels);
  const last = min(task.inH + task.rowPhase, startOf(task, bottom - 1) + reach) - 1;
  let loaded = 0;
  for (let oh = top; oh < bottom; oh++) {
    const first = startOf(task, oh);
    loaded = max(loaded, first & ~(RESIZED_ROWS - 1));
    for (const end = min(last + 1, first + reach); loaded < end; loaded += RESIZED_ROWS) {
      rows.a = rowAt(task, loaded) + tile.left;
      rows.b = rowAt(task, min(loaded + 1, last)) + tile.left;
      rows.c = rowAt(task, min(loaded + 2, last)) + tile.left;
      rows.d = rowAt(task, min(loaded + 3, last)) + tile.left;
      const slot = ring + <usize>((loaded >> 1) % task.slots) * ringRow;
      if (columnsFirst) {
        pairUp(rows.a, rows.b, tile.cells, slot);
        pairUp(rows.c, rows.d, tile.cells, slot + ringRow);
      } else {
        weaveBytes(rows, tile.cells, task.channels, woven);
        across(task, tile, scratch, slot);
      }
    }
    const row = (oh - top) % RESIZED_ROWS, line = lines + <usize>row * sumRow;
    down(task, ring, oh, columnsFirst ? tile.cells : size, line);
    if (!columnsFirst) memory.copy(out + <usize>oh * task.outRow, line, size);
    else if (row === RESIZED_ROWS - 1 || oh === bottom - 1) {
      weaveWords(lines, sumRow, tile.cells, task.channels, woven);
      across(task, tile, scratch, bytes);
      for (let i = 0; i <= row; i++) memory.copy(out + <usize>(oh - row + i) * task.outRow, bytes + <usize>i * task.byteRow, size);
    }
  }
}

@inline
function rowAt(task: BytesResizeTask, row: i32): usize {
  return task.x + <usize>max(0, row - task.rowPhase) * task.inRow;
}

@inline
function startOf(task: BytesResizeTask, row: i32): i32 {
  return load<i32>(task.rowStarts + (<usize>row << 2));
}

// Copies the cells of interleaved 8-bit images into scratch memory, with their border. An image [H, W, C] is one plane
// [H, W·C] whose taps lie C cells apart.
import { Correlation } from '../correlation';
import { isRun, usedRows } from '../gather';

/** Number of cells at each end of a row that are gathered even if the others are read from x itself. */
export const EDGE = 64;

/**
 * Gathers the input rows of output rows `oh` … `oh + rows − 1`, with their border, into `strip` [gatheredRows, rowLength].
 * @returns the cell of x under the first tap of the first output if only EDGE cells at either end had to be gathered; else 0
 */
export function gatherStrip(c: Correlation, x: usize, oh: i32, rows: i32, strip: usize): usize {
  const used = usedRows(c, rows);
  const direct = c.outW >= 4 * EDGE && c.directFrom <= EDGE && c.directTo >= c.outW - EDGE && isRun(c.tableH, oh, used);
  for (let row = 0; row < used; row++) {
    const line = strip + <usize>(row * c.rowLength);
    if (direct) {
      gatherBytes(c, x, oh + row, line, 0, EDGE + c.rowLength - c.outW);
      gatherBytes(c, x, oh + row, line, c.outW - EDGE, c.rowLength);
    } else gatherBytes(c, x, oh + row, line, 0, c.rowLength);
  }
  return direct ? x + <usize>(load<i32>(c.tableH + (<usize>oh << 2)) * c.inW + c.directSource - c.directFrom) : 0;
}

/** Cells `from` … `to` − 1 of a row with its border. @param row of the padded picture */
export function gatherBytes(c: Correlation, x: usize, row: i32, line: usize, from: i32, to: i32): void {
  const h = load<i32>(c.tableH + (<usize>row << 2));
  const border = <u8>c.value;
  if (h < 0) {
    memory.fill(line + <usize>from, border, <usize>(to - from));
    return;
  }
  const source = x + <usize>(h * c.inW);
  const runFrom = max(from, min(to, c.runFrom)), runTo = max(runFrom, min(to, c.runTo));
  for (let i = from; i < to; i++) {
    if (i === runFrom) i = runTo;
    if (i >= to) break;
    const column = load<i32>(c.columns + (<usize>i << 2));
    store<u8>(line + <usize>i, column < 0 ? border : load<u8>(source + <usize>column));
  }
  memory.copy(line + <usize>runFrom, source + <usize>(c.runSource + runFrom - c.runFrom), <usize>(runTo - runFrom));
}

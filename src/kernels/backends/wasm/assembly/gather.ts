import { Correlation } from './correlation';

/** The output rows that a thread computes next, all of one slice. Stored at the start of the thread's frame. */
@unmanaged
export class Strip {
  /** the first input channel of the group */
  x: usize;
  /** scratch, floats [inChannels, KD, gatheredRows, rowLength]: the gathered rows */
  cells: usize;
  od: i32;
  /** first row */
  oh: i32;
  rows: i32;
}

/** Copies cells `from` … `end` − 1 of every row that the strip needs, padding included. */
export function gather(c: Correlation, s: Strip, from: i32, end: i32): void {
  const used = usedRows(c, s.rows);
  const rowBytes = <usize>c.rowLength << 2;
  const planeBytes = <usize>c.gatheredRows * rowBytes;
  const x = s.x;
  const od = s.od;
  const oh = s.oh;
  let strip = s.cells;
  for (let cin = 0; cin < c.inChannels; cin++) {
    for (let kd = 0; kd < c.KD; kd++) {
      const d = load<i32>(c.tableD + (<usize>(od * c.strideD + kd * c.dilationD) << 2));
      let to = strip;
      let table = c.tableH + (<usize>(oh * c.strideH) << 2);
      for (let row = 0; row < used; row++) {
        const h = load<i32>(table);
        if (d < 0 || h < 0) fillRow(to + (<usize>from << 2), end - from, c.value);
        else gatherRow(c, x + (<usize>((cin * c.inD + d) * c.inH + h) * <usize>c.inW << 2), to, from, end);
        to += rowBytes;
        table += 4;
      }
      strip += planeBytes;
    }
  }
}

/** Input rows under `rows` output rows. */
@inline
export function usedRows(c: Correlation, rows: i32): i32 {
  return (rows - 1) * c.strideH + (c.KH - 1) * c.dilationH + 1;
}

/**
 * True if these entries of a table are neighbors. Checking both ends is sufficient, because a table never advances
 * faster than its index.
 */
@inline
export function isRun(table: usize, from: i32, length: i32): bool {
  const first = load<i32>(table + (<usize>from << 2));
  return first >= 0 && load<i32>(table + (<usize>(from + length - 1) << 2)) === first + length - 1;
}

@inline
function gatherRow(c: Correlation, row: usize, to: usize, from: i32, end: i32): void {
  const runFrom = max(from, min(end, c.runFrom));
  const runTo = max(runFrom, min(end, c.runTo));
  pick(c, row, to, from, runFrom);
  let target = to + (<usize>runFrom << 2);
  let source = row + (<usize>(c.runSource + runFrom - c.runFrom) << 2);
  let left = runTo - runFrom;
  for (; left >= 4; left -= 4) {
    v128.store(target, v128.load(source));
    target += 16;
    source += 16;
  }
  for (; left > 0; left--) {
    store<f32>(target, load<f32>(source));
    target += 4;
    source += 4;
  }
  pick(c, row, to, runTo, end);
}

/** Cells that the run does not cover, looked up in the table; with a stride of 2 four at a time. */
@inline
function pick(c: Correlation, row: usize, to: usize, from: i32, end: i32): void {
  const everyOther = i32x4(0, 2, 4, 6);
  for (let i = from; i < end; ) {
    const entry = c.columns + (<usize>i << 2);
    const column = load<i32>(entry);
    const source = row + (<usize>column << 2);
    const target = to + (<usize>i << 2);
    if (column >= 0 && i + 4 <= end && i32x4.all_true(i32x4.eq(i32x4.sub(v128.load(entry), i32x4.splat(column)), everyOther))) {
      v128.store(target, v128.shuffle<f32>(v128.load(source), v128.load(source, 16), 0, 2, 4, 6));
      i += 4;
    } else {
      store<f32>(target, column < 0 ? c.value : load<f32>(source));
      i++;
    }
  }
}

@inline
function fillRow(to: usize, length: i32, value: f32): void {
  const four = f32x4.splat(value);
  let left = length;
  for (; left >= 4; left -= 4) {
    v128.store(to, four);
    to += 16;
  }
  for (; left > 0; left--) {
    store<f32>(to, value);
    to += 4;
  }
}

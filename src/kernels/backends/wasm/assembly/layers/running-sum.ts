import { FRAME_BYTES } from '../constants';
import { Correlation } from '../correlation';
import { Floats } from '../memory';

// Boxes of any size at a constant cost: the running maxima of van Herk and of Gil & Werman, for sums. The line is cut into
// blocks as long as the window. Within a block, the sums from each cell to its end and from its start to each cell are running
// sums, and every window is one of the first plus one of the second. Nothing is ever subtracted: errors do not grow along the
// line, whole numbers stay exact, and NaN and infinity stay in the windows that see them.
//
// van Herk, A fast algorithm for local minimum and maximum filters, 1992; Gil & Werman, Computing 2-D min, median and max filters, 1993

/** Columns of a slice that are summed along D together. */
const COLUMNS = 2048;

@unmanaged
export class RunningSumTask {
  /** one input channel per group */
  correlation: Correlation;
  x: Floats;
  /** the weights of an output channel are all equal */
  kernel: Floats;
  /** [groups · outChannels], or 0 */
  bias: Floats;
  out: Floats;
}

/** What the rows of a plane need to be summed along W. Lies at the start of the thread's frame. */
@unmanaged
class Plane {
  correlation: Correlation;
  /** cells of the padded axis W */
  padded: i32;
  /** what padded columns hold after the sum along H */
  value: f32;
  scale: f32;
  bias: f32;
  /** up to four rows that wait to be summed along W, [4, ceil4(inW)]; how many, −1: none has to be; where their results go */
  rows: usize;
  waiting: i32;
  target0: usize;
  target1: usize;
  target2: usize;
  target3: usize;
  /** the four rows side by side, [padded, 4]; their running sums, [K, 4]; the results, [outW, 4] */
  cells: usize;
  suffixes: usize;
  results: usize;
}

/** Rows that are summed along D or H. Lies in the frame, behind the Plane. */
@unmanaged
class Lines {
  source: usize;
  /** bytes from row to row */
  rowBytes: usize;
  width: i32;
  /** of the axis, and the value beyond it */
  table: usize;
  value: f32;
  K: i32;
  dilation: i32;
  stride: i32;
  outputs: i32;
  /** scratch, floats [K + 2, ceil4(width)] */
  sums: usize;
  target: usize;
  targetBytes: usize;
}

@inline
function linesOf(scratch: usize): Lines {
  if (offsetof<Plane>() + offsetof<Lines>() > FRAME_BYTES) ERROR('the frame is too small');
  return changetype<Lines>(scratch + offsetof<Plane>());
}

/** Bytes of scratch memory that runningSum needs behind the frame. */
export function runningSumScratch(c: Correlation): f64 {
  const vectors = paddedW(c) + c.KW + c.outW + ceil4(c.inW);
  return 4 * (<f64>volumeFloats(c) + <f64>sumsFloats(c)) + 16 * <f64>vectors;
}

/**
 * out[n, cout] = bias[cout] + kernel[cout, 0] · Σ over the window of x. Output planes `from` … `to` − 1; plane number
 * n · groups · outChannels + cout.
 * @param scratch frame; what runningSumScratch says
 */
export function runningSum(task: RunningSumTask, scratch: usize, from: i32, to: i32): void {
  const c = task.correlation;
  const p = changetype<Plane>(scratch), l = linesOf(scratch);
  const volume = scratch + FRAME_BYTES;
  p.correlation = c;
  p.padded = paddedW(c);
  l.sums = volume + (<usize>volumeFloats(c) << 2);
  p.rows = l.sums + (<usize>sumsFloats(c) << 2);
  p.cells = p.rows + (<usize>ceil4(c.inW) << 4);
  p.suffixes = p.cells + (<usize>p.padded << 4);
  p.results = p.suffixes + (<usize>c.KW << 4);

  const area = c.inH * c.inW;
  const slice = <usize>area << 2;
  const outSlice = <usize>(c.outH * c.outW) << 2;
  for (let plane = from; plane < to; plane++) {
    const cout = plane % (c.groups * c.outChannels);
    const source = task.x + <usize>((plane / c.outChannels) * c.inD) * slice;
    if (c.KD > 1) {
      p.scale = 1;
      p.bias = 0;
      p.waiting = -1;
      alongD(c, l);
      l.rowBytes = slice;
      l.targetBytes = slice;
      for (let column = 0; column < area; column += COLUMNS) {
        const at = <usize>column << 2;
        l.source = source + at;
        l.target = volume + at;
        l.width = min(COLUMNS, area - column);
        sumRows(p, l);
      }
    }
    p.value = c.value * <f32>(c.KD * c.KH);
    p.scale = load<f32>(task.kernel + (<usize>(cout * c.KD * c.KH * c.KW) << 2));
    p.bias = task.bias ? load<f32>(task.bias + (<usize>cout << 2)) : 0;
    alongH(c, l);
    for (let od = 0; od < c.outD; od++) {
      const target = task.out + <usize>(plane * c.outD + od) * outSlice;
      const d = c.KD > 1 ? od : load<i32>(c.tableD + (<usize>(od * c.strideD) << 2));
      p.waiting = c.KW > 1 || c.outW !== c.inW || p.padded !== c.inW ? 0 : -1;
      if (d < 0) fill(target, c.outH * c.outW, c.value * <f32>(c.KH * c.KW) * p.scale + p.bias);
      else {
        l.source = (c.KD > 1 ? volume : source) + <usize>d * slice;
        l.target = target;
        sumRows(p, l);
        if (p.waiting > 0) sumColumns(p);
      }
    }
  }
}

function alongD(c: Correlation, l: Lines): void {
  l.table = c.tableD;
  l.value = c.value;
  l.K = c.KD;
  l.dilation = c.dilationD;
  l.stride = c.strideD;
  l.outputs = c.outD;
}

function alongH(c: Correlation, l: Lines): void {
  l.table = c.tableH;
  l.value = c.value * <f32>c.KD;
  l.K = c.KH;
  l.dilation = c.dilationH;
  l.stride = c.strideH;
  l.outputs = c.outH;
  l.width = c.inW;
  l.rowBytes = <usize>c.inW << 2;
  l.targetBytes = <usize>c.outW << 2;
}

/** Sums of K rows: those of every phase of the dilation are a line of their own. */
function sumRows(p: Plane, l: Lines): void {
  const source = l.source, rowBytes = l.rowBytes, table = l.table;
  const width = l.width, K = l.K, dilation = l.dilation, stride = l.stride;
  const target = l.target, targetBytes = l.targetBytes;
  const bytes = <usize>ceil4(width) << 2;
  const border = l.sums;
  const prefix = border + bytes;
  const suffixes = prefix + bytes;
  fill(border, ceil4(width), l.value);
  const padded = (l.outputs - 1) * stride + (K - 1) * dilation + 1;
  for (let phase = 0; phase < min(dilation, padded); phase++) {
    const rows = (padded - phase + dilation - 1) / dilation;
    for (let block = 0; block + K <= rows; block += K) {
      let suffix = suffixes + <usize>(K - 1) * bytes;
      copy(suffix, rowOf(source, rowBytes, table, phase + (block + K - 1) * dilation, border), bytes);
      for (let i = K - 2; i >= 0; i--) {
        add(suffix - bytes, suffix, rowOf(source, rowBytes, table, phase + (block + i) * dilation, border), bytes);
        suffix -= bytes;
      }
      for (let i = 0; i < K && block + i + K <= rows; i++) {
        if (i > 0) {
          const row = rowOf(source, rowBytes, table, phase + (block + K + i - 1) * dilation, border);
          if (i === 1) copy(prefix, row, bytes);
          else add(prefix, prefix, row, bytes);
        }
        const at = phase + (block + i) * dilation;
        if (at % stride === 0) emit(p, suffix, i > 0 ? prefix : 0, width, target + <usize>(at / stride) * targetBytes);
        suffix += bytes;
      }
    }
  }
}

/** A finished row goes to its place, or to the rows that wait for the sums along W. */
@inline
function emit(p: Plane, suffix: usize, prefix: usize, width: i32, target: usize): void {
  if (p.waiting < 0) {
    scaleRow(p, suffix, prefix, width, target);
    return;
  }
  const bytes = <usize>ceil4(width) << 2;
  const row = p.rows + <usize>p.waiting * bytes;
  if (prefix) add(row, suffix, prefix, bytes);
  else copy(row, suffix, bytes);
  if (p.waiting === 0) p.target0 = target;
  else if (p.waiting === 1) p.target1 = target;
  else if (p.waiting === 2) p.target2 = target;
  else p.target3 = target;
  p.waiting++;
  if (p.waiting === 4) sumColumns(p);
}

@inline
function scaleRow(p: Plane, suffix: usize, prefix: usize, width: i32, target: usize): void {
  const scale = f32x4.splat(p.scale);
  const bias = f32x4.splat(p.bias);
  let left = width;
  for (; left >= 4; left -= 4) {
    const sum = prefix ? f32x4.add(v128.load(suffix), v128.load(prefix)) : v128.load(suffix);
    v128.store(target, f32x4.add(f32x4.mul(sum, scale), bias));
    suffix += 16;
    if (prefix) prefix += 16;
    target += 16;
  }
  for (; left > 0; left--) {
    const sum = prefix ? load<f32>(suffix) + load<f32>(prefix) : load<f32>(suffix);
    store<f32>(target, sum * p.scale + p.bias);
    suffix += 4;
    if (prefix) prefix += 4;
    target += 4;
  }
}

/** The waiting rows, a lane each: sums of K columns, as sumRows sums rows. */
function sumColumns(p: Plane): void {
  toLanes(p);
  const c = p.correlation;
  const K = c.KW, dilation = c.dilationW, stride = c.strideW;
  const step = <usize>dilation << 4;
  for (let phase = 0; phase < min(dilation, p.padded); phase++) {
    const columns = (p.padded - phase + dilation - 1) / dilation;
    for (let block = 0; block + K <= columns; block += K) {
      let cell = p.cells + (<usize>(phase + (block + K - 1) * dilation) << 4);
      let sum = f32x4.splat(0);
      for (let at = p.suffixes + (<usize>(K - 1) << 4); at >= p.suffixes; at -= 16) {
        sum = f32x4.add(sum, v128.load(cell));
        v128.store(at, sum);
        cell -= step;
      }
      const windows = min(K, columns - K - block + 1);
      let at = phase + block * dilation;
      cell = p.cells + (<usize>(at + K * dilation) << 4);
      if (at % stride === 0) v128.store(p.results + (<usize>(at / stride) << 4), sum);
      sum = f32x4.splat(0);
      if (stride === 1) {
        let to = p.results + (<usize>at << 4);
        const end = p.suffixes + (<usize>windows << 4);
        for (let suffix = p.suffixes + 16; suffix < end; suffix += 16) {
          to += step;
          sum = f32x4.add(sum, v128.load(cell));
          v128.store(to, f32x4.add(v128.load(suffix), sum));
          cell += step;
        }
      } else {
        for (let i = 1; i < windows; i++) {
          at += dilation;
          sum = f32x4.add(sum, v128.load(cell));
          if (at % stride === 0) v128.store(p.results + (<usize>(at / stride) << 4), f32x4.add(v128.load(p.suffixes + (<usize>i << 4)), sum));
          cell += step;
        }
      }
    }
  }
  fromLanes(p);
  p.waiting = 0;
}

/** rows → cells, padding included. */
@inline
function toLanes(p: Plane): void {
  const bytes = <usize>ceil4(p.correlation.inW) << 2;
  const value = f32x4.splat(p.value);
  let to = p.cells;
  for (let column = 0; column < p.padded; ) {
    const entry = p.correlation.tableW + (<usize>column << 2);
    const first = load<i32>(entry);
    const row = p.rows + (<usize>first << 2);
    // what a table shows never advances faster than the table itself
    if (column + 4 <= p.padded && first >= 0 && load<i32>(entry, 12) === first + 3) {
      const a = v128.load(row), b = v128.load(row + bytes), c = v128.load(row + 2 * bytes), d = v128.load(row + 3 * bytes);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
      v128.store(to, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), 16);
      const ef = v128.shuffle<f32>(a, b, 2, 6, 3, 7), gh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(ef, gh, 0, 1, 4, 5), 32);
      v128.store(to, v128.shuffle<f32>(ef, gh, 2, 3, 6, 7), 48);
      to += 64;
      column += 4;
    } else {
      v128.store(to, first < 0 ? value : f32x4(load<f32>(row), load<f32>(row + bytes), load<f32>(row + 2 * bytes), load<f32>(row + 3 * bytes)));
      to += 16;
      column++;
    }
  }
}

/** results → the rows' targets, scaled. */
@inline
function fromLanes(p: Plane): void {
  const scale = f32x4.splat(p.scale);
  const bias = f32x4.splat(p.bias);
  let from = p.results;
  let offset: usize = 0;
  let left = p.correlation.outW;
  for (; left >= 4; left -= 4) {
    const a = f32x4.add(f32x4.mul(v128.load(from), scale), bias), b = f32x4.add(f32x4.mul(v128.load(from, 16), scale), bias);
    const c = f32x4.add(f32x4.mul(v128.load(from, 32), scale), bias), d = f32x4.add(f32x4.mul(v128.load(from, 48), scale), bias);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    v128.store(p.target0 + offset, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
    if (p.waiting > 1) v128.store(p.target1 + offset, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
    const ef = v128.shuffle<f32>(a, b, 2, 6, 3, 7), gh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    if (p.waiting > 2) v128.store(p.target2 + offset, v128.shuffle<f32>(ef, gh, 0, 1, 4, 5));
    if (p.waiting > 3) v128.store(p.target3 + offset, v128.shuffle<f32>(ef, gh, 2, 3, 6, 7));
    from += 64;
    offset += 16;
  }
  for (; left > 0; left--) {
    const a = f32x4.add(f32x4.mul(v128.load(from), scale), bias);
    store<f32>(p.target0 + offset, f32x4.extract_lane(a, 0));
    if (p.waiting > 1) store<f32>(p.target1 + offset, f32x4.extract_lane(a, 1));
    if (p.waiting > 2) store<f32>(p.target2 + offset, f32x4.extract_lane(a, 2));
    if (p.waiting > 3) store<f32>(p.target3 + offset, f32x4.extract_lane(a, 3));
    from += 16;
    offset += 4;
  }
}

@inline
function rowOf(source: usize, rowBytes: usize, table: usize, at: i32, border: usize): usize {
  const row = load<i32>(table + (<usize>at << 2));
  return row < 0 ? border : source + <usize>row * rowBytes;
}

/** Whole vectors: up to 3 values more than a row has, which nobody uses. */
@inline
function add(to: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, f32x4.add(v128.load(a + i), v128.load(b + i)));
}

@inline
function copy(to: usize, from: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.load(from + i));
}

@inline
function fill(to: usize, length: i32, value: f32): void {
  for (let i = 0; i < length; i++) store<f32>(to + (<usize>i << 2), value);
}

@inline
function paddedW(c: Correlation): i32 {
  return (c.outW - 1) * c.strideW + (c.KW - 1) * c.dilationW + 1;
}

@inline
function volumeFloats(c: Correlation): i32 {
  return c.KD > 1 ? (c.outD * c.inH * c.inW + 3) & ~3 : 0;
}

/** [K + 2, ceil4(width)], of whichever axis needs more */
@inline
function sumsFloats(c: Correlation): i32 {
  const slices = c.KD > 1 ? (c.KD + 2) * min(COLUMNS, ceil4(c.inH * c.inW)) : 0;
  return max(slices, (c.KH + 2) * ceil4(c.inW));
}

@inline
function ceil4(n: i32): i32 {
  return (n + 3) & ~3;
}

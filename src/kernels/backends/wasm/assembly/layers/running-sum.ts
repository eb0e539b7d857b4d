import { FRAME_BYTES } from '../constants';
import { Correlation } from '../correlation';
import { Floats } from '../memory';
import { ceil4, Plane, sumColumns } from './running-columns';

// Boxes of any size at a constant cost: the running maxima of van Herk and of Gil & Werman, for sums. The line is cut
// into blocks as long as the window. Within a block, the sums from each cell to its end and from its start to each cell
// are running sums, and every window is one of the first plus one of the second. Nothing is subtracted: errors do not
// grow along the line, integers stay exact, and NaN and infinity affect only the windows that contain them. van Herk, A
// fast algorithm for local minimum and maximum filters, 1992; Gil & Werman, Computing 2-D min, median and max filters,
// 1993

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

/** Rows that are summed along D or H. Stored in the frame, after the Plane. */
@unmanaged
class Lines {
  source: usize;
  /** bytes from row to row */
  rowBytes: usize;
  width: i32;
  /** table of the axis */
  table: usize;
  /** value of padded cells */
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

/** Bytes of scratch memory that runningSum needs after the frame. */
export function runningSumScratch(c: Correlation): f64 {
  const vectors = paddedW(c) + c.KW + c.outW + ceil4(c.inW);
  return 4 * (<f64>volumeFloats(c) + <f64>sumsFloats(c)) + 16 * <f64>vectors;
}

/**
 * out[n, cout] = bias[cout] + kernel[cout, 0] · Σ over the window of x. Output planes `from` … `to` − 1; plane number
 * n · groups · outChannels + cout.
 * @param scratch frame; as many bytes as runningSumScratch returns
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

/** Sums of K rows; every phase of the dilation is a separate line. */
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

/** Stores a finished row at its address, or adds it to the pending rows for the sums along W. */
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

@inline
function rowOf(source: usize, rowBytes: usize, table: usize, at: i32, border: usize): usize {
  const row = load<i32>(table + (<usize>at << 2));
  return row < 0 ? border : source + <usize>row * rowBytes;
}

/** Adds whole vectors, up to 3 values beyond the end of a row, which are not used. */
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

import { crossOfRow } from './bytes-cross';
import { EDGE, gatherStrip } from './bytes-gather';
import { isOpaque } from './bytes-store';
import { beginRange, endRange, extendRange } from './integer-range';
import { keptOf, narrow, quotient, scaled, spread, storeSamples, storeWide, toFloats } from './integer-store';
import { IntegerTask } from './integer-task';
import { storeValues } from './line-store';
import { Line, lineOf } from './line-task';

/** 8 bits, with Σ |w|·255 + |bias| < 2¹⁵: 16-bit sums. Strips `from` … `to` − 1. @param scratch frame; lines */
export function integerBytes(task: IntegerTask, scratch: usize, from: i32, to: i32): void {
  strips<i16>(task, scratch, from, to);
}

/** 16 bits, with Σ |w|·65535 + |bias| < 2³¹: 32-bit sums. Strips `from` … `to` − 1. @param scratch frame; lines */
export function integerWords(task: IntegerTask, scratch: usize, from: i32, to: i32): void {
  strips<i32>(task, scratch, from, to);
}

function strips<T>(task: IntegerTask, scratch: usize, from: i32, to: i32): void {
  const c = task.correlation, l = task.load;
  const strip = scratch + task.stripAt;
  const offsets = task.offsets, direct = offsets + (<usize>task.taps << 2);
  for (let index = from; index < to; index++) {
    const line = lineOf(task, scratch, index);
    const oh = index * c.stripRows;
    const rows = min(c.stripRows, c.outH - oh);
    if (line.range) beginRange<T>(line);
    const inside = gatherStrip(c, task.x, oh, rows, strip);
    const edge = inside ? EDGE : c.outW;
    for (let row = 0; row < rows; row++) {
      const cells = strip + <usize>(row * c.rowLength);
      line.oh = oh + row;
      sumsOfRow<T>(task, line, cells, offsets, 0, edge);
      if (inside) {
        sumsOfRow<T>(task, line, inside + <usize>(row * c.inW), direct, edge, c.outW - edge);
        sumsOfRow<T>(task, line, cells, offsets, c.outW - edge, c.outW);
      }
      if (l.verdict && !isOpaque(task.x + <usize>(oh + row) * <usize>l.rowBytes, l.rowBytes / l.sampleBytes, l.channels, l.sampleBytes)) store<i32>(l.verdict, 0);
      if (task.floats && !task.direct && !line.range) storeValues(task, line, line.stored, oh + row, 0, task.grid.outW);
    }
    if (line.range) endRange<T>(task, line);
  }
}

/**
 * Bytes `from` … `to` − 1 of a row of the result's pixels, at least 64.
 *
 * A vector is read as numbers that hold two samples, even + 2ⁿ · odd. One sum runs over these numbers and may overflow; the other
 * runs over the odd samples alone and is exact. The first minus 2ⁿ times the second is the sum of the even samples, exact as well. So
 * no sample has to be widened.
 * @param cells0 address of the cell under the first tap of the row's first sample
 */
function sumsOfRow<T>(task: IntegerTask, line: Line, cells0: usize, offsets: usize, from: i32, to: i32): void {
  const oh = line.oh;
  const s = task.store;
  const target = task.out + <usize>oh * <usize>s.rowBytes;
  if (sizeof<T>() === 2 && task.cross) {
    crossOfRow(cells0, from, to, offsets, task.weights, target);
    return;
  }
  const source = task.keeps ? originalRow(task, oh) : cells0;
  const weights = task.weights;
  const odd = v128.splat<T>(<T>task.whole);
  const both = v128.add<T>(odd, v128.shl<T>(odd, <i32>(sizeof<T>() << 2)));
  const shift = task.shift, bits = task.bits;
  const factor = i16x8.splat(<i16>task.factor), range = i16x8.splat(<i16>task.range), half = i16x8.splat(<i16>task.half);
  const endPlus = offsets + (<usize>task.plus << 2);
  const endMinus = endPlus + (<usize>task.minus << 2);
  const end = offsets + (<usize>task.taps << 2);
  for (let ow = from; ow < to; ow += 64) {
    // the last 64 overlap the previous ones
    const column = <usize>min(ow, to - 64);
    const at = cells0 + column;
    let a0 = both, a1 = both, a2 = both, a3 = both, b0 = odd, b1 = odd, b2 = odd, b3 = odd;
    let tap = offsets;
    for (; tap < endPlus; tap += 4) {
      const cells = at + load<u32>(tap);
      const v0 = v128.load(cells), v1 = v128.load(cells, 16), v2 = v128.load(cells, 32), v3 = v128.load(cells, 48);
      a0 = v128.add<T>(a0, v0);
      a1 = v128.add<T>(a1, v1);
      a2 = v128.add<T>(a2, v2);
      a3 = v128.add<T>(a3, v3);
      b0 = v128.add<T>(b0, high<T>(v0));
      b1 = v128.add<T>(b1, high<T>(v1));
      b2 = v128.add<T>(b2, high<T>(v2));
      b3 = v128.add<T>(b3, high<T>(v3));
    }
    for (; tap < endMinus; tap += 4) {
      const cells = at + load<u32>(tap);
      const v0 = v128.load(cells), v1 = v128.load(cells, 16), v2 = v128.load(cells, 32), v3 = v128.load(cells, 48);
      a0 = v128.sub<T>(a0, v0);
      a1 = v128.sub<T>(a1, v1);
      a2 = v128.sub<T>(a2, v2);
      a3 = v128.sub<T>(a3, v3);
      b0 = v128.sub<T>(b0, high<T>(v0));
      b1 = v128.sub<T>(b1, high<T>(v1));
      b2 = v128.sub<T>(b2, high<T>(v2));
      b3 = v128.sub<T>(b3, high<T>(v3));
    }
    for (let w = weights; tap < end; tap += 4) {
      const k = sizeof<T>() === 2 ? v128.load16_splat(w) : v128.load32_splat(w);
      const cells = at + load<u32>(tap);
      const v0 = v128.load(cells), v1 = v128.load(cells, 16), v2 = v128.load(cells, 32), v3 = v128.load(cells, 48);
      a0 = v128.add<T>(a0, v128.mul<T>(k, v0));
      a1 = v128.add<T>(a1, v128.mul<T>(k, v1));
      a2 = v128.add<T>(a2, v128.mul<T>(k, v2));
      a3 = v128.add<T>(a3, v128.mul<T>(k, v3));
      b0 = v128.add<T>(b0, v128.mul<T>(k, high<T>(v0)));
      b1 = v128.add<T>(b1, v128.mul<T>(k, high<T>(v1)));
      b2 = v128.add<T>(b2, v128.mul<T>(k, high<T>(v2)));
      b3 = v128.add<T>(b3, v128.mul<T>(k, high<T>(v3)));
      w += 4;
    }
    a0 = low<T>(a0, b0);
    a1 = low<T>(a1, b1);
    a2 = low<T>(a2, b2);
    a3 = low<T>(a3, b3);
    if (task.absolute) {
      a0 = v128.abs<T>(a0);
      a1 = v128.abs<T>(a1);
      a2 = v128.abs<T>(a2);
      a3 = v128.abs<T>(a3);
      b0 = v128.abs<T>(b0);
      b1 = v128.abs<T>(b1);
      b2 = v128.abs<T>(b2);
      b3 = v128.abs<T>(b3);
    }
    if (line.range) {
      extendRange<T>(
        line.stored,
        v128.min<T>(v128.min<T>(a0, a1), v128.min<T>(a2, a3)),
        v128.min<T>(v128.min<T>(b0, b1), v128.min<T>(b2, b3)),
        v128.max<T>(v128.max<T>(a0, a1), v128.max<T>(a2, a3)),
        v128.max<T>(v128.max<T>(b0, b1), v128.max<T>(b2, b3)),
      );
      continue;
    }
    if (task.floats) {
      const to = (task.direct ? target : line.stored) + (column << (sizeof<T>() === 2 ? 2 : 1));
      toFloats<T>(task, to, a0, b0, source + column);
      toFloats<T>(task, to + 16 * (8 / sizeof<T>()), a1, b1, source + column + 16);
      toFloats<T>(task, to + 32 * (8 / sizeof<T>()), a2, b2, source + column + 32);
      toFloats<T>(task, to + 48 * (8 / sizeof<T>()), a3, b3, source + column + 48);
      continue;
    }
    if (task.range) {
      a0 = spread<T>(a0, shift, factor, range, half);
      a1 = spread<T>(a1, shift, factor, range, half);
      a2 = spread<T>(a2, shift, factor, range, half);
      a3 = spread<T>(a3, shift, factor, range, half);
      b0 = spread<T>(b0, shift, factor, range, half);
      b1 = spread<T>(b1, shift, factor, range, half);
      b2 = spread<T>(b2, shift, factor, range, half);
      b3 = spread<T>(b3, shift, factor, range, half);
    } else if (task.factor) {
      a0 = quotient<T>(a0, shift, factor, half, bits);
      a1 = quotient<T>(a1, shift, factor, half, bits);
      a2 = quotient<T>(a2, shift, factor, half, bits);
      a3 = quotient<T>(a3, shift, factor, half, bits);
      b0 = quotient<T>(b0, shift, factor, half, bits);
      b1 = quotient<T>(b1, shift, factor, half, bits);
      b2 = quotient<T>(b2, shift, factor, half, bits);
      b3 = quotient<T>(b3, shift, factor, half, bits);
    } else if (!task.plain) {
      a0 = scaled<T>(task, a0);
      a1 = scaled<T>(task, a1);
      a2 = scaled<T>(task, a2);
      a3 = scaled<T>(task, a3);
      b0 = scaled<T>(task, b0);
      b1 = scaled<T>(task, b1);
      b2 = scaled<T>(task, b2);
      b3 = scaled<T>(task, b3);
    }
    // computed here, because the sums above use all registers
    const alpha = keptOf<T>(task);
    if (sizeof<T>() === 2 && task.wide) {
      storeWide(target + 2 * column, source + column, alpha, narrow<T>(a0, a1), narrow<T>(b0, b1));
      storeWide(target + 2 * column + 64, source + column + 32, alpha, narrow<T>(a2, a3), narrow<T>(b2, b3));
      continue;
    }
    storeSamples<T>(target + column, source + column, alpha, narrow<T>(a0, a1), narrow<T>(b0, b1));
    storeSamples<T>(target + column + 32, source + column + 32, alpha, narrow<T>(a2, a3), narrow<T>(b2, b3));
  }
}

/** The pixel of the original under the anchor of the row's first pixel. */
@inline
function originalRow(task: IntegerTask, oh: i32): usize {
  const s = task.store, l = s.original;
  const row = load<i32>(s.originalRows + (<usize>oh << 2));
  return task.original + <usize>row * <usize>l.rowBytes + <usize>(load<i32>(s.originalColumns) * l.channels * l.sampleBytes);
}

/** The odd samples. */
@inline
function high<T>(both: v128): v128 {
  return sizeof<T>() === 2 ? i16x8.shr_u(both, 8) : i32x4.shr_u(both, 16);
}

/** Sums of the even samples. */
@inline
function low<T>(both: v128, odd: v128): v128 {
  return v128.sub<T>(both, v128.shl<T>(odd, <i32>(sizeof<T>() << 2)));
}

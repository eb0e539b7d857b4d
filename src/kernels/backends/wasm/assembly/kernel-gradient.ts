import { Correlation, stripsPerSlice } from './correlation';
import { gather } from './gather';
import { madd } from './madd';

/**
 * The kernel's gradient in parts: `chunks` equal shares of the strips, each with a sum of its own, times `blocks` equal
 * shares of a group's output channels. Part number chunk · blocks + block.
 * @param strip scratch for x, as in correlate; `stripBytes` behind it the gradient's rows, [outChannels, stripRows,
 * ceil4(outW)]: zeros behind each row keep the sums right
 * @param gradient [n, groups · outChannels, outD, outH, outW]
 * @param sums [chunks, cout, cin, tap]
 */
export function kernelGradient(
  strip: usize, stripBytes: usize, geometry: usize, x: usize, gradient: usize, sums: usize, reverse: bool, chunks: i32, blocks: i32, from: i32, to: i32,
): void {
  const c = changetype<Correlation>(geometry);
  const strips = c.batch * c.groups * c.outD * stripsPerSlice(c);
  const channel = <usize>c.taps << 2;
  const kernel = <usize>(c.groups * c.outChannels) * channel;
  // whole fours, but for the last block
  const width = ((c.outChannels + blocks - 1) / blocks + 3) & ~3;
  for (let part = from; part < to; part++) {
    const chunk = part / blocks;
    const first = (part % blocks) * width;
    const end = min(c.outChannels, first + width);
    if (first >= end) continue;
    const out = sums + <usize>chunk * kernel;
    for (let group = 0; group < c.groups; group++) memory.fill(out + <usize>(group * c.outChannels + first) * channel, 0, <usize>(end - first) * channel);
    addStrips(c, x, gradient, out, strip, strip + stripBytes, reverse, shareOf(strips, chunk, chunks), shareOf(strips, chunk + 1, chunks), first, end);
  }
}

/** Where share number `i` of `shares` begins. */
@inline
function shareOf(all: i32, i: i32, shares: i32): i32 {
  return <i32>((<i64>all * i) / shares);
}

/** out[i] = Σ over chunks of sums[chunk, i], for i from `from` to `to` − 1, multiples of 4 but for the last. */
export function sumChunks(sums: usize, chunks: i32, length: i32, out: usize, from: i32, to: i32): void {
  for (let i = from; i < to; ) {
    const lanes = to - i >= 4 ? 4 : 1;
    let at = sums + (<usize>i << 2);
    let sum = lanes === 4 ? v128.load(at) : v128.load32_zero(at);
    for (let chunk = 1; chunk < chunks; chunk++) {
      at += <usize>length << 2;
      sum = f32x4.add(sum, lanes === 4 ? v128.load(at) : v128.load32_zero(at));
    }
    if (lanes === 4) v128.store(out + (<usize>i << 2), sum);
    else store<f32>(out + (<usize>i << 2), f32x4.extract_lane(sum, 0));
    i += lanes;
  }
}

/** Adds what strips `from` … `to` − 1 contribute to output channels `first` … `end` − 1 of their groups. */
function addStrips(
  c: Correlation, x: usize, gradient: usize, out: usize, strip: usize, rowsOfG: usize, reverse: bool, from: i32, to: i32, first: i32, end: i32,
): void {
  const strips = stripsPerSlice(c);
  const inGroup = <usize>(c.inChannels * c.inD * c.inH * c.inW) << 2;
  const outSlice = <usize>(c.outH * c.outW) << 2;
  const outPlane = <usize>c.outD * outSlice;
  const gPlane = <usize>(c.stripRows * ((c.outW + 3) & ~3)) << 2;
  const window = c.KD * c.KH * c.KW;
  for (let index = from; index < to; index++) {
    const oh = (index % strips) * c.stripRows;
    const od = (index / strips) % c.outD;
    const plane = index / (strips * c.outD);
    const group = plane % c.groups;
    const rows = min(c.stripRows, c.outH - oh);
    gather(c, x + <usize>plane * inGroup, od, oh, rows, strip, 0, c.rowLength);
    const upstream = gradient + <usize>(plane * c.outChannels) * outPlane + <usize>od * outSlice + (<usize>(oh * c.outW) << 2);
    for (let cout = first; cout < end; cout++) {
      copyRows(upstream + <usize>cout * outPlane, rowsOfG + <usize>cout * gPlane, rows, c.outW);
    }

    for (let cout = first; cout < end; ) {
      const width = end - cout >= 4 ? 4 : 1;
      const target = out + (<usize>((group * c.outChannels + cout) * c.taps) << 2);
      for (let tap = 0; tap < c.taps; tap += 2) {
        // the last of an odd number of taps is paired with itself
        const next = tap + 1 < c.taps ? tap + 1 : tap;
        const to0 = target + (<usize>turn(tap, window, reverse) << 2);
        const to1 = target + (<usize>turn(next, window, reverse) << 2);
        const at0 = strip + load<u32>(c.offsets + (<usize>tap << 2));
        const at1 = strip + load<u32>(c.offsets + (<usize>next << 2));
        const g = rowsOfG + <usize>cout * gPlane;
        if (width === 4) taps2of4(c, at0, at1, g, gPlane, to0, to1, next !== tap, rows);
        else taps2of1(c, at0, at1, g, to0, to1, next !== tap, rows);
      }
      cout += width;
    }
  }
}

/** The kernel cell of a tap: with `reverse` the window is turned round. */
@inline
function turn(tap: i32, window: i32, reverse: bool): i32 {
  if (!reverse) return tap;
  const cin = tap / window;
  return cin * window + window - 1 - (tap - cin * window);
}

/** 2 taps × 4 output channels: 8 accumulators over all rows of the strip. */
function taps2of4(c: Correlation, at0: usize, at1: usize, g: usize, gPlane: usize, to0: usize, to1: usize, both: bool, rows: i32): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero;
  const stripStep = <usize>(c.strideH * c.rowLength) << 2;
  const rowBytes = <usize>((c.outW + 3) & ~3) << 2;
  const g1 = gPlane, g2 = 2 * gPlane, g3 = 3 * gPlane;
  for (let row = 0; row < rows; row++) {
    for (let i: usize = 0; i < rowBytes; i += 16) {
      const xa = v128.load(at0 + i);
      const xb = v128.load(at1 + i);
      const at = g + i;
      const v0 = v128.load(at);
      a0 = madd(a0, xa, v0);
      b0 = madd(b0, xb, v0);
      const v1 = v128.load(at + g1);
      a1 = madd(a1, xa, v1);
      b1 = madd(b1, xb, v1);
      const v2 = v128.load(at + g2);
      a2 = madd(a2, xa, v2);
      b2 = madd(b2, xb, v2);
      const v3 = v128.load(at + g3);
      a3 = madd(a3, xa, v3);
      b3 = madd(b3, xb, v3);
    }
    at0 += stripStep;
    at1 += stripStep;
    g += rowBytes;
  }
  const kernel = <usize>c.taps << 2;
  addTo(to0, a0);
  addTo(to0 + kernel, a1);
  addTo(to0 + 2 * kernel, a2);
  addTo(to0 + 3 * kernel, a3);
  if (both) {
    addTo(to1, b0);
    addTo(to1 + kernel, b1);
    addTo(to1 + 2 * kernel, b2);
    addTo(to1 + 3 * kernel, b3);
  }
}

/** 2 taps of one output channel, two vectors at a time where the row allows. */
function taps2of1(c: Correlation, at0: usize, at1: usize, g: usize, to0: usize, to1: usize, both: bool, rows: i32): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, b0 = zero, b1 = zero;
  const stripStep = <usize>(c.strideH * c.rowLength) << 2;
  const rowBytes = <usize>((c.outW + 3) & ~3) << 2;
  for (let row = 0; row < rows; row++) {
    let i: usize = 0;
    for (; i + 32 <= rowBytes; i += 32) {
      const v0 = v128.load(g + i);
      const v1 = v128.load(g + i, 16);
      a0 = madd(a0, v128.load(at0 + i), v0);
      a1 = madd(a1, v128.load(at0 + i, 16), v1);
      b0 = madd(b0, v128.load(at1 + i), v0);
      b1 = madd(b1, v128.load(at1 + i, 16), v1);
    }
    if (i < rowBytes) {
      const v0 = v128.load(g + i);
      a0 = madd(a0, v128.load(at0 + i), v0);
      b0 = madd(b0, v128.load(at1 + i), v0);
    }
    at0 += stripStep;
    at1 += stripStep;
    g += rowBytes;
  }
  addTo(to0, f32x4.add(a0, a1));
  if (both) addTo(to1, f32x4.add(b0, b1));
}

@inline
function addTo(to: usize, lanes: v128): void {
  const sum = f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) + (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3));
  store<f32>(to, load<f32>(to) + sum);
}

/** Rows of `width` values to rows of whole vectors, zeros behind. */
@inline
function copyRows(from: usize, to: usize, rows: i32, width: i32): void {
  for (let row = 0; row < rows; row++) {
    let left = width;
    for (; left >= 4; left -= 4) {
      v128.store(to, v128.load(from));
      from += 16;
      to += 16;
    }
    if (left > 0) {
      v128.store(to, f32x4.splat(0));
      for (let i = 0; i < left; i++) store<f32>(to + (<usize>i << 2), load<f32>(from + (<usize>i << 2)));
      from += <usize>left << 2;
      to += 16;
    }
  }
}

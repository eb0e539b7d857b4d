import { stripOf } from '../blocks';
import { FRAME_BYTES } from '../constants';
import { Correlation, inPlaneBytes, outPlaneBytes, stripsPerSlice } from '../correlation';
import { gather, Strip } from '../gather';
import { Flag, Floats } from '../memory';
import { GradientRows, taps2of1, taps2of4 } from './gradient-blocks';

@unmanaged
export class KernelGradientTask {
  correlation: Correlation;
  x: Floats;
  /** [n, groups · outChannels, outD, outH, outW] */
  gradient: Floats;
  /** [chunks, cout, cin, tap] */
  sums: Floats;
  /** the kernel is flipped: each window is written from its end */
  reverse: Flag;
  /** equal shares of the strips, each with a sum of its own */
  chunks: i32;
  /** equal shares of a group's output channels */
  blocks: i32;
  /** bytes from scratch to floats [outChannels, stripRows, ceil4(outW)], rows of the gradient; zeros after each row do not change the sums */
  rowsAt: usize;
}

/**
 * The kernel's gradient in parts; part number chunk · blocks + block. Parts `from` … `to` − 1.
 * @param scratch frame; floats as in correlate
 */
export function kernelGradient(task: KernelGradientTask, scratch: usize, from: i32, to: i32): void {
  const c = task.correlation;
  const blocks = task.blocks;
  const strips = c.batch * c.groups * c.outD * stripsPerSlice(c);
  const channel = <usize>c.taps << 2;
  // whole fours, except in the last block
  const width = ((c.outChannels + blocks - 1) / blocks + 3) & ~3;
  for (let part = from; part < to; part++) {
    const chunk = part / blocks;
    const first = (part % blocks) * width;
    const end = min(c.outChannels, first + width);
    if (first >= end) continue;
    const out = task.sums + <usize>chunk * <usize>(c.groups * c.outChannels) * channel;
    for (let group = 0; group < c.groups; group++) memory.fill(out + <usize>(group * c.outChannels + first) * channel, 0, <usize>(end - first) * channel);
    const last = shareOf(strips, chunk + 1, task.chunks);
    for (let strip = shareOf(strips, chunk, task.chunks); strip < last; strip++) addStrip(task, scratch, strip, out, first, end);
  }
}

/** The start of share `i` of `shares`. */
@inline
function shareOf(all: i32, i: i32, shares: i32): i32 {
  return <i32>((<i64>all * i) / shares);
}

@unmanaged
export class SumChunksTask {
  /** [chunks, length] */
  sums: Floats;
  chunks: i32;
  length: i32;
  /** [length] */
  out: Floats;
}

/** out[i] = Σ over chunks of sums[chunk, i]. Values `from` … `to` − 1; `from` is a multiple of 4, and so is `to` unless it is the length. */
export function sumChunks(task: SumChunksTask, scratch: usize, from: i32, to: i32): void {
  const sums = task.sums, out = task.out;
  const chunks = task.chunks, length = task.length;
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

/** Adds the contribution of a strip to output channels `first` … `end` − 1 of its group. */
function addStrip(task: KernelGradientTask, scratch: usize, index: i32, out: usize, first: i32, end: i32): void {
  const c = task.correlation;
  const s = stripOf(scratch);
  const g = rowsOfGradient(scratch);
  const strips = stripsPerSlice(c);
  const outPlane = outPlaneBytes(c);
  const window = c.KD * c.KH * c.KW;
  const plane = index / (strips * c.outD);
  const group = plane % c.groups;
  const cells = scratch + FRAME_BYTES, gradientRows = scratch + task.rowsAt;
  s.cells = cells;
  s.oh = (index % strips) * c.stripRows;
  s.od = (index / strips) % c.outD;
  s.rows = min(c.stripRows, c.outH - s.oh);
  s.x = task.x + <usize>plane * <usize>c.inChannels * inPlaneBytes(c);
  gather(c, s, 0, c.rowLength);

  g.row = <usize>((c.outW + 3) & ~3) << 2;
  g.plane = <usize>c.stripRows * g.row;
  g.rows = s.rows;
  g.step = <usize>(c.strideH * c.rowLength) << 2;
  g.kernel = <usize>c.taps << 2;
  const upstream = task.gradient + <usize>(plane * c.outChannels) * outPlane + (<usize>((s.od * c.outH + s.oh) * c.outW) << 2);
  for (let cout = first; cout < end; cout++) copyRows(upstream + <usize>cout * outPlane, gradientRows + <usize>cout * g.plane, s.rows, c.outW);

  for (let cout = first; cout < end; ) {
    const width = end - cout >= 4 ? 4 : 1;
    const target = out + (<usize>((group * c.outChannels + cout) * c.taps) << 2);
    g.first = gradientRows + <usize>cout * g.plane;
    for (let tap = 0; tap < c.taps; tap += 2) {
      // with an odd number of taps, the last one is paired with itself and its second sum is discarded
      const both = tap + 1 < c.taps;
      const next = both ? tap + 1 : tap;
      const to0 = target + (<usize>turn(tap, window, task.reverse) << 2);
      const to1 = both ? target + (<usize>turn(next, window, task.reverse) << 2) : 0;
      const at0 = cells + load<u32>(c.offsets + (<usize>tap << 2));
      const at1 = cells + load<u32>(c.offsets + (<usize>next << 2));
      if (width === 4) taps2of4(g, at0, at1, to0, to1);
      else taps2of1(g, at0, at1, to0, to1);
    }
    cout += width;
  }
}

@inline
function rowsOfGradient(scratch: usize): GradientRows {
  if (offsetof<GradientRows>() * 2 > FRAME_BYTES || offsetof<Strip>() > offsetof<GradientRows>()) ERROR('the frame is too small');
  return changetype<GradientRows>(scratch + offsetof<GradientRows>());
}

/** The kernel cell of a tap; with `reverse`, the window is read in reverse. */
@inline
function turn(tap: i32, window: i32, reverse: Flag): i32 {
  if (!reverse) return tap;
  const cin = tap / window;
  return cin * window + window - 1 - (tap - cin * window);
}

/** Copies rows of `width` values to rows of whole vectors, padded with zeros. */
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

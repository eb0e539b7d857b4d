// The inner loops of every forward and input-gradient pass. A tap is a byte offset into the source (a gathered strip or
// x itself) with its weights. Accumulators stay in registers during the loop over taps.
import { FRAME_BYTES } from './constants';
import { Strip } from './gather';
import { madd } from './madd';

/** Output rows to compute. Stored in the thread's frame, after its Strip. */
@unmanaged
export class Block {
  /** the cell under a tap of offset 0, for the first output */
  source: usize;
  /** bytes from there to the same cell of the next output row */
  step: usize;
  /** offsets of the taps, in bytes */
  offsets: usize;
  out: usize;
  /** bytes from one output row to the next */
  outRow: usize;
  /** bytes from one output channel to the next */
  outPlane: usize;
  rows: i32;
  width: i32;
}

@inline
export function stripOf(scratch: usize): Strip {
  return changetype<Strip>(scratch);
}

@inline
export function blockOf(scratch: usize): Block {
  if (offsetof<Block>() * 2 > FRAME_BYTES || offsetof<Strip>() > offsetof<Block>()) ERROR('the frame is too small');
  return changetype<Block>(scratch + offsetof<Block>());
}

/** Output rows of 4 channels, 8 columns at a time: 8 accumulators. @param weights 4 per tap @param bias of the 4 channels, or 0 */
export function rowsOf4(b: Block, taps: i32, weights: usize, bias: usize): void {
  const step = b.step, outRow = b.outRow, outPlane = b.outPlane, rows = b.rows, width = b.width;
  const offsets = b.offsets;
  let source = b.source, out = b.out;
  const end = offsets + (<usize>taps << 2);
  const zero = f32x4.splat(0);
  const bias0 = bias ? v128.load32_splat(bias) : zero;
  const bias1 = bias ? v128.load32_splat(bias, 4) : zero;
  const bias2 = bias ? v128.load32_splat(bias, 8) : zero;
  const bias3 = bias ? v128.load32_splat(bias, 12) : zero;
  for (let row = 0; row < rows; row++) {
    for (let ow = 0; ow < width; ow += 8) {
      const at = source + (<usize>ow << 2);
      let a0 = bias0, b0 = bias0, a1 = bias1, b1 = bias1, a2 = bias2, b2 = bias2, a3 = bias3, b3 = bias3;
      let w = weights;
      for (let tap = offsets; tap < end; tap += 4) {
        const x = at + load<u32>(tap);
        const xa = v128.load(x);
        const xb = v128.load(x, 16);
        const k0 = v128.load32_splat(w);
        a0 = madd(a0, xa, k0);
        b0 = madd(b0, xb, k0);
        const k1 = v128.load32_splat(w, 4);
        a1 = madd(a1, xa, k1);
        b1 = madd(b1, xb, k1);
        const k2 = v128.load32_splat(w, 8);
        a2 = madd(a2, xa, k2);
        b2 = madd(b2, xb, k2);
        const k3 = v128.load32_splat(w, 12);
        a3 = madd(a3, xa, k3);
        b3 = madd(b3, xb, k3);
        w += 16;
      }
      const to = out + (<usize>ow << 2);
      const left = width - ow;
      storeColumns(to, a0, b0, left);
      storeColumns(to + outPlane, a1, b1, left);
      storeColumns(to + 2 * outPlane, a2, b2, left);
      storeColumns(to + 3 * outPlane, a3, b3, left);
    }
    source += step;
    out += outRow;
  }
}

/** Stores the first `left` of 8 columns. */
@inline
export function storeColumns(to: usize, a: v128, b: v128, left: i32): void {
  if (left >= 8) {
    v128.store(to, a);
    v128.store(to, b, 16);
  } else if (left >= 4) {
    v128.store(to, a);
    storeLanes(to + 16, b, left - 4);
  } else {
    storeLanes(to, a, left);
  }
}

@inline
function storeLanes(to: usize, a: v128, left: i32): void {
  if (left > 0) store<f32>(to, f32x4.extract_lane(a, 0));
  if (left > 1) store<f32>(to, f32x4.extract_lane(a, 1), 4);
  if (left > 2) store<f32>(to, f32x4.extract_lane(a, 2), 8);
}

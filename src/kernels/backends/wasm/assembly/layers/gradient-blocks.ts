import { madd } from '../madd';

/** Rows of the gradient of one output channel, or of four. Stored in the thread's frame, after its Strip. */
@unmanaged
export class GradientRows {
  first: usize;
  /** bytes from one channel to the next */
  plane: usize;
  /** bytes of a row */
  row: usize;
  rows: i32;
  /** bytes from the cell of one output row to that of the next in the gathered strip */
  step: usize;
  /** bytes of a channel of the kernel */
  kernel: usize;
}

/** 2 taps × 4 output channels: 8 accumulators over all rows of the strip. @param to1 0: there is no second tap */
export function taps2of4(rows: GradientRows, at0: usize, at1: usize, to0: usize, to1: usize): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero;
  const step = rows.step, rowBytes = rows.row;
  const g1 = rows.plane, g2 = g1 << 1, g3 = g2 + g1;
  let g = rows.first;
  for (let row = 0, count = rows.rows; row < count; row++) {
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
    at0 += step;
    at1 += step;
    g += rowBytes;
  }
  const kernel = rows.kernel;
  addTo(to0, a0);
  addTo(to0 + kernel, a1);
  addTo(to0 + 2 * kernel, a2);
  addTo(to0 + 3 * kernel, a3);
  if (to1) {
    addTo(to1, b0);
    addTo(to1 + kernel, b1);
    addTo(to1 + 2 * kernel, b2);
    addTo(to1 + 3 * kernel, b3);
  }
}

/** 2 taps of one output channel, two vectors at a time where the row allows. @param to1 as in taps2of4 */
export function taps2of1(rows: GradientRows, at0: usize, at1: usize, to0: usize, to1: usize): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, b0 = zero, b1 = zero;
  const step = rows.step, rowBytes = rows.row;
  let g = rows.first;
  for (let row = 0, count = rows.rows; row < count; row++) {
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
    at0 += step;
    at1 += step;
    g += rowBytes;
  }
  addTo(to0, f32x4.add(a0, a1));
  if (to1) addTo(to1, f32x4.add(b0, b1));
}

@inline
function addTo(to: usize, lanes: v128): void {
  const sum = f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) + (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3));
  store<f32>(to, load<f32>(to) + sum);
}

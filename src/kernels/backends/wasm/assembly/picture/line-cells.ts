import { Block } from '../blocks';
import { madd } from '../madd';

/**
 * Output rows with a separate window per cell, 24 floats at a time: 6 accumulators. Up to 23 more floats are read and
 * written.
 * @param weights [taps, 12]: per tap, a pattern of whole pixels that repeats every 12 floats
 */
export function rowsOfCells(b: Block, taps: i32, weights: usize, bias: f32): void {
  const offsets = b.offsets, end = offsets + (<usize>taps << 2);
  const start = f32x4.splat(bias);
  let source = b.source, out = b.out;
  for (let row = 0; row < b.rows; row++) {
    for (let ow = 0; ow < b.width; ow += 24) {
      const at = source + (<usize>ow << 2);
      let a0 = start, a1 = start, a2 = start, a3 = start, a4 = start, a5 = start;
      let w = weights;
      for (let tap = offsets; tap < end; tap += 4) {
        const x = at + load<u32>(tap);
        const k0 = v128.load(w), k1 = v128.load(w, 16), k2 = v128.load(w, 32);
        a0 = madd(a0, v128.load(x), k0);
        a1 = madd(a1, v128.load(x, 16), k1);
        a2 = madd(a2, v128.load(x, 32), k2);
        a3 = madd(a3, v128.load(x, 48), k0);
        a4 = madd(a4, v128.load(x, 64), k1);
        a5 = madd(a5, v128.load(x, 80), k2);
        w += 48;
      }
      const to = out + (<usize>ow << 2);
      v128.store(to, a0);
      v128.store(to, a1, 16);
      v128.store(to, a2, 32);
      v128.store(to, a3, 48);
      v128.store(to, a4, 64);
      v128.store(to, a5, 80);
    }
    source += b.step;
    out += b.outRow;
  }
}

import { loadPixels, luminanceOf } from './line-load';
import { Line, LineStore, LineTask } from './line-task';

/**
 * Replaces each sum s by o + amount · (o − s), where o is the original value; by o where |o − s| does not exceed the threshold.
 */
export function mixWithOriginal(task: LineTask, line: Line, sums: usize, oh: i32, ow: i32, count: i32): void {
  const s = task.store, l = s.mixed;
  const original = line.stored;
  loadPixels(l, task.original + <usize>(s.top + oh) * <usize>l.rowBytes, s.left + ow, count, original, line.loaded);
  if (s.brightness) {
    mixBrightness(s, sums, original, count);
    return;
  }
  const amount = f32x4.splat(s.amount), threshold = f32x4.splat(s.threshold), mixes = s.mixes;
  const m0 = v128.load(mixes), m1 = v128.load(mixes, 16), m2 = v128.load(mixes, 32);
  let from = original;
  for (const end = sums + (<usize>(count * s.cells) << 2); sums < end; sums += 48) {
    mixVector(sums, from, amount, threshold, m0);
    mixVector(sums + 16, from + 16, amount, threshold, m1);
    mixVector(sums + 32, from + 32, amount, threshold, m2);
    from += 48;
  }
}

@inline
function mixVector(sums: usize, original: usize, amount: v128, threshold: v128, mixes: v128): void {
  const o = v128.load(original);
  const detail = f32x4.sub(o, v128.load(sums));
  const counts = v128.and(f32x4.gt(f32x4.abs(detail), threshold), mixes);
  v128.store(sums, v128.bitselect(f32x4.add(o, f32x4.mul(amount, detail)), o, counts));
}

/** Changes colors by the detail of their luminance; alpha stays. */
function mixBrightness(s: LineStore, sums: usize, original: usize, count: i32): void {
  const colors = i32x4(-1, -1, -1, 0);
  for (; count > 0; count--) {
    const detail = luminanceOf(original) - luminanceOf(sums);
    const added: f32 = abs<f32>(detail) > s.threshold ? s.amount * detail : 0;
    v128.store(sums, f32x4.add(v128.load(original), v128.and(f32x4.splat(added), colors)));
    sums += 16;
    original += 16;
  }
}

/** Adds the samples of another image to sums in place, both times a factor. */
export function addBeside(task: LineTask, line: Line, sums: usize, oh: i32, ow: i32, count: i32): void {
  const s = task.store, l = s.beside;
  let from = line.stored;
  loadPixels(l, task.mask + <usize>oh * <usize>l.rowBytes, ow, count, from, line.loaded);
  const unit = f32x4.splat(s.besideUnit), factor = f32x4.splat(s.sumUnit);
  for (const end = sums + (<usize>(count * s.cells) << 2); sums < end; sums += 16, from += 16) {
    v128.store(sums, f32x4.add(f32x4.mul(v128.load(from), unit), f32x4.mul(v128.load(sums), factor)));
  }
}

// The formulas that a training step applies to large buffers, four values at a time; the table in
// src/kernels/pointwise.ts defines them. Values `from` … `to` − 1, with `from` a multiple of 4. Buffers have slack at
// the end, so the last vector may exceed the last value and is stored completely.
import { Floats } from '../memory';

/** Inputs and parameters that a formula does not have are ignored. */
@unmanaged
export class PointwiseTask {
  a: Floats;
  b: Floats;
  c: Floats;
  out: Floats;
  p: f32;
  q: f32;
  r: f32;
}

export function combine(task: PointwiseTask, scratch: usize, from: i32, to: i32): void {
  const a = task.a, b = task.b, out = task.out;
  const vp = f32x4.splat(task.p);
  const vq = f32x4.splat(task.q);
  const end = <usize>to << 2;
  for (let i = <usize>from << 2; i < end; i += 16) {
    v128.store(out + i, f32x4.add(f32x4.mul(vp, v128.load(a + i)), f32x4.mul(vq, v128.load(b + i))));
  }
}

export function affine(task: PointwiseTask, scratch: usize, from: i32, to: i32): void {
  const a = task.a, out = task.out;
  const vp = f32x4.splat(task.p);
  const vq = f32x4.splat(task.q);
  const end = <usize>to << 2;
  for (let i = <usize>from << 2; i < end; i += 16) v128.store(out + i, f32x4.add(f32x4.mul(vp, v128.load(a + i)), vq));
}

export function multiply(task: PointwiseTask, scratch: usize, from: i32, to: i32): void {
  const a = task.a, b = task.b, out = task.out;
  const end = <usize>to << 2;
  for (let i = <usize>from << 2; i < end; i += 16) v128.store(out + i, f32x4.mul(v128.load(a + i), v128.load(b + i)));
}

export function leakyRelu(task: PointwiseTask, scratch: usize, from: i32, to: i32): void {
  const a = task.a, out = task.out;
  const vp = f32x4.splat(task.p);
  const zero = f32x4.splat(0);
  const end = <usize>to << 2;
  for (let i = <usize>from << 2; i < end; i += 16) {
    const x = v128.load(a + i);
    v128.store(out + i, v128.bitselect(x, f32x4.mul(vp, x), f32x4.gt(x, zero)));
  }
}

export function leakyReluGradient(task: PointwiseTask, scratch: usize, from: i32, to: i32): void {
  const a = task.a, b = task.b, out = task.out;
  const vp = f32x4.splat(task.p);
  const zero = f32x4.splat(0);
  const end = <usize>to << 2;
  for (let i = <usize>from << 2; i < end; i += 16) {
    const g = v128.load(a + i);
    v128.store(out + i, v128.bitselect(g, f32x4.mul(vp, g), f32x4.gt(v128.load(b + i), zero)));
  }
}

export function multiplyAdd(task: PointwiseTask, scratch: usize, from: i32, to: i32): void {
  const a = task.a, b = task.b, c = task.c, out = task.out;
  const vp = f32x4.splat(task.p);
  const vq = f32x4.splat(task.q);
  const end = <usize>to << 2;
  for (let i = <usize>from << 2; i < end; i += 16) {
    const product = f32x4.mul(f32x4.mul(vp, v128.load(a + i)), v128.load(b + i));
    v128.store(out + i, f32x4.add(product, f32x4.mul(vq, v128.load(c + i))));
  }
}

export function adaptiveStep(task: PointwiseTask, scratch: usize, from: i32, to: i32): void {
  const a = task.a, b = task.b, c = task.c, out = task.out;
  const vp = f32x4.splat(task.p);
  const vq = f32x4.splat(task.q);
  const vr = f32x4.splat(task.r);
  const end = <usize>to << 2;
  for (let i = <usize>from << 2; i < end; i += 16) {
    const divisor = f32x4.add(f32x4.mul(f32x4.sqrt(v128.load(c + i)), vq), vr);
    v128.store(out + i, f32x4.sub(v128.load(a + i), f32x4.div(f32x4.mul(vp, v128.load(b + i)), divisor)));
  }
}

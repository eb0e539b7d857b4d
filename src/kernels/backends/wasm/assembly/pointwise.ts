// The formulas that a training step uses on large buffers, four values at a time; the table in pointwise.ts says what
// each computes. Values `from` … `to` − 1, `from` a multiple of 4. Buffers end in slack, so the last vector may reach past the
// last value; it is stored whole all the same.

export function combine(a: usize, b: usize, c: usize, out: usize, p: f32, q: f32, r: f32, from: i32, to: i32): void {
  const vp = f32x4.splat(p);
  const vq = f32x4.splat(q);
  const end = <usize>to << 2;
  for (let i = <usize>from << 2; i < end; i += 16) {
    v128.store(out + i, f32x4.add(f32x4.mul(vp, v128.load(a + i)), f32x4.mul(vq, v128.load(b + i))));
  }
}

export function affine(a: usize, b: usize, c: usize, out: usize, p: f32, q: f32, r: f32, from: i32, to: i32): void {
  const vp = f32x4.splat(p);
  const vq = f32x4.splat(q);
  const end = <usize>to << 2;
  for (let i = <usize>from << 2; i < end; i += 16) v128.store(out + i, f32x4.add(f32x4.mul(vp, v128.load(a + i)), vq));
}

export function multiply(a: usize, b: usize, c: usize, out: usize, p: f32, q: f32, r: f32, from: i32, to: i32): void {
  const end = <usize>to << 2;
  for (let i = <usize>from << 2; i < end; i += 16) v128.store(out + i, f32x4.mul(v128.load(a + i), v128.load(b + i)));
}

export function leakyRelu(a: usize, b: usize, c: usize, out: usize, p: f32, q: f32, r: f32, from: i32, to: i32): void {
  const vp = f32x4.splat(p);
  const zero = f32x4.splat(0);
  const end = <usize>to << 2;
  for (let i = <usize>from << 2; i < end; i += 16) {
    const x = v128.load(a + i);
    v128.store(out + i, v128.bitselect(x, f32x4.mul(vp, x), f32x4.gt(x, zero)));
  }
}

export function leakyReluGradient(a: usize, b: usize, c: usize, out: usize, p: f32, q: f32, r: f32, from: i32, to: i32): void {
  const vp = f32x4.splat(p);
  const zero = f32x4.splat(0);
  const end = <usize>to << 2;
  for (let i = <usize>from << 2; i < end; i += 16) {
    const g = v128.load(a + i);
    v128.store(out + i, v128.bitselect(g, f32x4.mul(vp, g), f32x4.gt(v128.load(b + i), zero)));
  }
}

export function multiplyAdd(a: usize, b: usize, c: usize, out: usize, p: f32, q: f32, r: f32, from: i32, to: i32): void {
  const vp = f32x4.splat(p);
  const vq = f32x4.splat(q);
  const end = <usize>to << 2;
  for (let i = <usize>from << 2; i < end; i += 16) {
    const product = f32x4.mul(f32x4.mul(vp, v128.load(a + i)), v128.load(b + i));
    v128.store(out + i, f32x4.add(product, f32x4.mul(vq, v128.load(c + i))));
  }
}

export function adaptiveStep(a: usize, b: usize, c: usize, out: usize, p: f32, q: f32, r: f32, from: i32, to: i32): void {
  const vp = f32x4.splat(p);
  const vq = f32x4.splat(q);
  const vr = f32x4.splat(r);
  const end = <usize>to << 2;
  for (let i = <usize>from << 2; i < end; i += 16) {
    const divisor = f32x4.add(f32x4.mul(f32x4.sqrt(v128.load(c + i)), vq), vr);
    v128.store(out + i, f32x4.sub(v128.load(a + i), f32x4.div(f32x4.mul(vp, v128.load(b + i)), divisor)));
  }
}

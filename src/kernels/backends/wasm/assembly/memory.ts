// The heap of AssemblyScript's own allocator (TLSF), for buffers, tables and scratch memory.

/** Addresses of arrays, which are distinct types in TypeScript. */
export type Bytes = usize;
export type Ints = usize;
export type Floats = usize;
/** 0 or 1: a boolean in a record. */
export type Flag = i32;

export function allocate(bytes: usize): usize {
  return heap.alloc(bytes);
}

export function free(pointer: usize): void {
  heap.free(pointer);
}

/** Fills memory with zeros: many times faster than filling shared memory from JavaScript. */
export function clear(pointer: usize, bytes: usize): void {
  memory.fill(pointer, 0, bytes);
}

/** True if both ranges hold the same bytes. */
export function sameBytes(a: Floats, b: Floats, bytes: usize): bool {
  return memory.compare(a, b, bytes) === 0;
}

/** False if any value is NaN or infinite: transforms would spread such a value over a whole tile. */
export function allFinite(values: Floats, length: i32): bool {
  const zero = f32x4.splat(0);
  let sum = zero;
  let left = length;
  for (; left >= 4; left -= 4) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(values), zero)); // 0 · NaN and 0 · ∞ are NaN
    values += 16;
  }
  for (; left > 0; left--) {
    sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(values), zero));
    values += 4;
  }
  return !v128.any_true(f32x4.ne(sum, sum));
}

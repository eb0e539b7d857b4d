// WGSL fragments for vectors of one to four values; one value is a scalar.

/** The type of a vector. */
export function typeOf(count: number, of: 'f32' | 'i32' = 'f32'): string {
  return count === 1 ? of : `vec${count}<${of}>`;
}

/** One component of a vector. */
export function part(vector: string, count: number, index: number): string {
  return count === 1 ? vector : `${vector}.${'xyzw'[index]}`;
}

/** Some components of a vector as a vector. */
export function parts(vector: string, count: number, indices: readonly number[]): string {
  return count === 1 ? vector : `${vector}.${indices.map((index) => 'xyzw'[index]).join('')}`;
}

/** A number as a float32 literal. */
export function literal(value: number, of: 'f32' | 'i32' = 'f32'): string {
  const text = String(of === 'f32' ? Math.fround(value) : Math.round(value));
  const number = of === 'f32' ? `${text}f` : text;
  return value < 0 ? `(${number})` : number;
}

/** Several numbers as a vector. */
export function vector(values: readonly number[], of: 'f32' | 'i32' = 'f32'): string {
  return values.length === 1 ? literal(values[0], of) : `${typeOf(values.length, of)}(${values.map((value) => literal(value, of)).join(', ')})`;
}

/** The integers 0 … count − 1. */
export function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

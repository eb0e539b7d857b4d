import type { Value } from '../../graph.js';

/** True if a shape, broadcast to x's `[N, C, ...spatial]`, holds one number for each channel. */
export function perChannel(x: Value, shape: readonly number[]): boolean {
  const rank = x.shape.length;
  if (rank < 3 || rank > 5 || shape.length > rank || shape.length < rank - 1) return false;
  const aligned = [...Array(rank - shape.length).fill(1), ...shape] as number[];
  return aligned.every((size, axis) => size === (axis === 1 ? x.shape[1] : 1));
}

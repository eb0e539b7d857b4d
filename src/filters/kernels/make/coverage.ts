import type { Tensor } from '../../../tensor.js';
import { total } from './build-kernel.js';

/** A corner of a shape, in pixels from the kernel's middle, y downwards. */
export type Point = readonly [x: number, y: number];

/** Half the width and height of the pixel grid that covers the shape; touching the next pixel does not count as covering it. */
function halfSides(corners: readonly Point[]): readonly [x: number, y: number] {
  const reach = (axis: 0 | 1) => Math.max(0, Math.ceil(Math.max(...corners.map((corner) => Math.abs(corner[axis]))) - 0.5 - 1e-9));
  return [reach(0), reach(1)];
}

/**
 * A convex shape as a blur, `[kH, kW]`, both odd, sum 1: each weight is the fraction of the shape's area inside its
 * pixel, so the shape is anti-aliased at any size and angle.
 */
export function coverage(corners: readonly Point[]): Tensor {
  const [halfX, halfY] = halfSides(corners);
  const areas: number[] = [];
  for (let y = -halfY; y <= halfY; y++) {
    const row = clip(clip(corners, 1, 1, y + 0.5), 1, -1, 0.5 - y);
    for (let x = -halfX; x <= halfX; x++) areas.push(area(clip(clip(row, 0, 1, x + 0.5), 0, -1, 0.5 - x)));
  }
  const whole = total(areas);
  // a shape inside a single pixel gives the weight 1
  const data = Float32Array.from(areas, (part) => (areas.length === 1 ? 1 : part / whole));
  return { shape: [2 * halfY + 1, 2 * halfX + 1], data };
}

/** The part of a convex polygon where sign · coordinate ≤ limit (Sutherland and Hodgman, 1974). */
function clip(corners: readonly Point[], axis: 0 | 1, sign: 1 | -1, limit: number): Point[] {
  const kept: Point[] = [];
  for (let i = 0; i < corners.length; i++) {
    const corner = corners[i];
    const next = corners[i + 1 === corners.length ? 0 : i + 1];
    const [here, there] = [sign * corner[axis] - limit, sign * next[axis] - limit];
    if (here <= 0) kept.push(corner);
    if (here < 0 !== there < 0 && here !== there) {
      const t = here / (here - there);
      kept.push([corner[0] + t * (next[0] - corner[0]), corner[1] + t * (next[1] - corner[1])]);
    }
  }
  return kept;
}

/** The shoelace formula. */
function area(corners: readonly Point[]): number {
  return Math.abs(total(corners.map(([x, y], i) => x * corners[(i + 1) % corners.length][1] - corners[(i + 1) % corners.length][0] * y))) / 2;
}

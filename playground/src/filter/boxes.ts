import type { How, Result } from './compute.js';

/** A rectangle in the pixels of the image before. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Position of the result over the image: each of its pixels is centered on the one under the kernel's anchor, and is as wide as the stride. */
export function boxOfResult({ from, width, height, how }: Result): Box {
  if (!how) return { x: 0, y: 0, width: from.width, height: from.height };
  const { kernel, stride, dilation, before, flip } = how.geometry;
  const start = (axis: 1 | 2) => {
    const cell = Math.floor(kernel[axis] / 2);
    return (flip ? kernel[axis] - 1 - cell : cell) * dilation[axis] - before[axis] - (stride[axis] - 1) / 2;
  };
  return { x: start(2), y: start(1), width: width * stride[2], height: height * stride[1] };
}

/** The window under the kernel. */
export function boxOfWindow({ geometry: { kernel, stride, dilation, before } }: How, [x, y]: readonly number[]): Box {
  const extent = (axis: 1 | 2) => dilation[axis] * (kernel[axis] - 1) + 1;
  return { x: x * stride[2] - before[2], y: y * stride[1] - before[1], width: extent(2), height: extent(1) };
}

/** The smallest box that contains both. */
export function unionOf(a: Box, b: Box): Box {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return { x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y };
}

/** A box as fractions of another one, for CSS. */
export function placeIn(all: Box, box: Box) {
  return {
    left: `${(100 * (box.x - all.x)) / all.width}%`,
    top: `${(100 * (box.y - all.y)) / all.height}%`,
    width: `${(100 * box.width) / all.width}%`,
    height: `${(100 * box.height) / all.height}%`,
  };
}

/** The cell of a result under a point of the image before, within the result. */
export function cellUnder(box: Box, { width, height }: Result, at: { readonly x: number; readonly y: number }): [x: number, y: number] {
  const cell = (value: number, start: number, size: number, cells: number) => Math.min(cells - 1, Math.max(0, Math.floor(((value - start) / size) * cells)));
  return [cell(at.x, box.x, box.width, width), cell(at.y, box.y, box.height, height)];
}

import type { Tensor } from 'convlab';
import { type Palette, type Range, rangeOf } from '../parts/colors.js';
import type { Layer } from './describe.js';

/** True if a layer has no spatial axes, so its maps are single cells. */
export function isVector({ shape: [, h, w] }: Layer): boolean {
  return h * w === 1;
}

/** A vector of numbers as an image: up to 16 in a column, more in a block twice as high as wide. */
export function block(length: number): readonly [rows: number, columns: number] {
  if (length <= 16) return [length, 1];
  const columns = Math.ceil(Math.sqrt(length / 2));
  return [Math.ceil(length / columns), columns];
}

/** A vector in the shape of its block, padded with zeros. */
export function asBlock({ data }: Tensor): Tensor {
  const [rows, columns] = block(data.length);
  const cells = new Float32Array(rows * columns);
  cells.set(data);
  return { shape: [rows, columns], data: cells };
}

/** The colors of a layer's numbers: one scale for all its maps. */
export function colorsOf(layer: Layer, numbers: Tensor): { palette: Palette; range: Range } {
  if (layer.kind === 'logSoftmax') return { palette: 'heat', range: rangeOf('heat', numbers.data) };
  return { palette: 'signed', range: rangeOf('signed', numbers.data) };
}

/** `4 @ 28×28`, or `512`. */
export function shapeText([c, h, w]: readonly [number, number, number]): string {
  return h * w === 1 ? String(c) : `${c} @ ${h}×${w}`;
}

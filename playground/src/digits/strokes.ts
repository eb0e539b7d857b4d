import { digitFromImage, full, type Tensor } from 'convlab';
import type { Codec } from '../shell/codecs.js';

/** A point on the pad, integers from 0 to {@link PAD} − 1. */
export type Point = readonly [x: number, y: number];
/** The path of the pen from touching the pad to leaving it. */
export type Stroke = readonly Point[];

/** Number of positions on each axis of the pad. */
export const PAD = 64;
/** Radius of the pen, in positions. */
export const PEN = 2.6;
/** Pixels of the raster per position of the pad, on each axis. */
const FINE = 2;

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Two letters per point, a dot between strokes: a digit takes about a hundred letters. */
export const strokesCodec: Codec<readonly Stroke[]> = {
  encode: (strokes) => strokes.map((stroke) => stroke.map(([x, y]) => DIGITS[x] + DIGITS[y]).join('')).join('.'),
  decode: (said) => {
    if (said === '') return [];
    const strokes = said.split('.').map((letters): Point[] => {
      const places = Array.from(letters, (letter) => DIGITS.indexOf(letter));
      return Array.from({ length: places.length >> 1 }, (_, i) => [places[2 * i], places[2 * i + 1]]);
    });
    const right = said.split('.').every((letters) => letters.length % 2 === 0 && letters.length > 0) && !/[^\w.-]/.test(said);
    return right ? strokes : undefined;
  },
};

/** The stroke without points that are within half a position of the line between their neighbors. */
export function simplified(stroke: Stroke): Stroke {
  const kept: Point[] = [];
  for (const [i, point] of stroke.entries()) {
    const [before, after] = [kept.at(-1), stroke[i + 1]];
    if (before && after && distance(point, before, after) < 0.5) continue;
    if (before && before[0] === point[0] && before[1] === point[1]) continue;
    kept.push(point);
  }
  return kept;
}

/**
 * The strokes as an input of the network.
 * @param centered as MNIST's digits were made: scaled to 20 × 20 cells, with the center of mass in the center; otherwise as drawn
 * @returns `[1, 1, 28, 28]`, 0 background to 1 ink
 */
export function digitFromStrokes(strokes: readonly Stroke[], centered: boolean): Tensor {
  if (strokes.length === 0) return full([1, 1, 28, 28]);
  const size = FINE * PAD;
  const data = new Uint8ClampedArray(size * size);
  for (const stroke of strokes) {
    for (const [i, from] of stroke.entries()) drawLine(data, size, from, stroke[i + 1] ?? from);
  }
  if (centered) {
    const { data: cells } = digitFromImage({ width: size, height: size, channels: 1, data });
    return { shape: [1, 1, 28, 28], data: cells };
  }
  return { shape: [1, 1, 28, 28], data: shrunk(data, size) };
}

/** Draws a line of ink from one point to another, with an edge that is one pixel soft. */
function drawLine(data: Uint8ClampedArray, size: number, from: Point, to: Point): void {
  const radius = PEN * FINE;
  const [[x0, y0], [x1, y1]] = [from, to].map(([x, y]) => [(x + 0.5) * FINE, (y + 0.5) * FINE] as const);
  const border = radius + 1;
  for (let y = Math.max(0, Math.floor(Math.min(y0, y1) - border)); y < Math.min(size, Math.max(y0, y1) + border); y++) {
    for (let x = Math.max(0, Math.floor(Math.min(x0, x1) - border)); x < Math.min(size, Math.max(x0, x1) + border); x++) {
      const ink = 255 * (radius + 0.5 - distance([x + 0.5, y + 0.5], [x0, y0], [x1, y1]));
      if (ink > data[y * size + x]) data[y * size + x] = ink;
    }
  }
}

/** Distance of a point from the line between two others. */
function distance([x, y]: Point, [x0, y0]: Point, [x1, y1]: Point): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const share = length > 0 ? Math.min(Math.max(((x - x0) * dx + (y - y0) * dy) / length, 0), 1) : 0;
  return Math.hypot(x - x0 - share * dx, y - y0 - share * dy);
}

/** Reduces the raster to 28 × 28 cells, each the mean of its pixels. */
function shrunk(data: Uint8ClampedArray, size: number): Float32Array {
  const cells = new Float32Array(28 * 28);
  const scale = size / 28;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const ink = data[y * size + x] / 255 / scale ** 2;
      if (ink === 0) continue;
      // a pixel can be on the border of two cells
      const [cx, cy] = [x / scale, y / scale];
      for (const [row, wy] of shares(cy, 1 / scale)) for (const [column, wx] of shares(cx, 1 / scale)) cells[row * 28 + column] += ink * wy * wx;
    }
  }
  return cells;
}

/** The cells that an interval overlaps, and the fraction of the interval in each. */
function shares(from: number, length: number): (readonly [cell: number, share: number])[] {
  const cell = Math.floor(from);
  const inside = Math.min(1, (cell + 1 - from) / length);
  return inside < 1 && cell < 27
    ? [
        [cell, inside],
        [cell + 1, 1 - inside],
      ]
    : [[cell, 1]];
}

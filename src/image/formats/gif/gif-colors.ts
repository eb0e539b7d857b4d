import type { Gifenc } from 'gifenc';
import type { Image } from '../../image.js';
import { toRgba8 } from '../../samples.js';

const MAX_COLORS = 256;
/** Maximum number of pixels used to create a palette; long animations are subsampled. */
const MOST_LOOKED_AT = 2 ** 18;
/** iterations of Lloyd's algorithm, which moves each color to the mean of its nearest pixels */
const ROUNDS = 3;
const NOT_YET = 0xffff;

/** An image as palette indices. */
export interface Indexed {
  readonly indices: Uint8Array;
  readonly palette: readonly (readonly number[])[];
}

/**
 * Reduces images to 256 colors. Pixels below half opacity become color 0, which is transparent. Images with at most 256
 * colors keep them; the others share one palette, in which each distinct color is looked up once.
 */
export function* indexed(images: readonly Image[], transparent: boolean, quantize: Gifenc['quantize']): Generator<Indexed> {
  const hole = transparent ? [[0, 0, 0]] : [];
  const room = MAX_COLORS - hole.length;
  let shared: { palette: readonly (readonly number[])[]; places: Uint16Array; find: (color: number) => number } | undefined;
  for (const image of images) {
    const rgba = toRgba8(image);
    const few = fewColors(rgba, room);
    if (few) {
      const palette = [...hole, ...few.keys()].map((color) => (typeof color === 'number' ? [color >> 16, (color >> 8) & 255, color & 255] : color));
      yield { palette, indices: toIndices(rgba, (color) => (few.get(color) as number) + hole.length) };
      continue;
    }
    if (!shared) {
      const palette = [...hole, ...reduce(sampleOf(images), room, quantize)];
      // gifenc's own lookup maps all colors of a bin to the same index, which shifts pale colors
      shared = { palette, places: new Uint16Array(2 ** 24).fill(NOT_YET), find: nearestOf(palette, hole.length) };
    }
    const { palette, places, find } = shared;
    const look = (color: number) => {
      if (places[color] === NOT_YET) places[color] = find(color);
      return places[color];
    };
    yield { palette, indices: toIndices(rgba, look) };
  }
}

/** True if any pixel becomes transparent. */
export function hasHole({ channels, data }: Image, white: number): boolean {
  if (channels % 2 === 1) return false;
  for (let at = channels - 1; at < data.length; at += channels) if ((data[at] * 255) / white < 127.5) return true;
  return false;
}

/** The colors in order of appearance, with their indices; undefined if there are more than `most`. */
function fewColors(rgba: Uint8ClampedArray, most: number): Map<number, number> | undefined {
  const seen = new Map<number, number>();
  let last = -1;
  for (let at = 0; at < rgba.length; at += 4) {
    if (rgba[at + 3] < 128) continue;
    const color = colorAt(rgba, at);
    if (color === last || seen.has(color)) continue;
    if (seen.size === most) return undefined;
    seen.set(color, seen.size);
    last = color;
  }
  return seen;
}

function toIndices(rgba: Uint8ClampedArray, find: (color: number) => number): Uint8Array {
  const indices = new Uint8Array(rgba.length / 4);
  for (let i = 0, at = 0; i < indices.length; i++, at += 4) if (rgba[at + 3] >= 128) indices[i] = find(colorAt(rgba, at));
  return indices;
}

function colorAt(rgba: Uint8ClampedArray, at: number): number {
  return (rgba[at] << 16) | (rgba[at + 1] << 8) | rgba[at + 2];
}

/** Visible pixels, evenly sampled from all images. */
function sampleOf(images: readonly Image[]): Uint8Array {
  const { width, height } = images[0];
  const step = 4 * Math.max(1, Math.ceil((images.length * width * height) / MOST_LOOKED_AT));
  const kept = new Uint8Array(4 * images.length * Math.ceil((4 * width * height) / step));
  let end = 0;
  for (const image of images) {
    const rgba = toRgba8(image);
    for (let at = 0; at < rgba.length; at += step) {
      if (rgba[at + 3] < 128) continue;
      kept.set(rgba.subarray(at, at + 3), end);
      kept[end + 3] = 255;
      end += 4;
    }
  }
  return kept.slice(0, end);
}

/**
 * A palette for pixels: gifenc's palette of quantized colors, which is 100 times faster, with each color replaced by
 * the mean of its nearest pixels.
 */
function reduce(rgba: Uint8Array, room: number, quantize: Gifenc['quantize']): readonly (readonly number[])[] {
  let palette: readonly (readonly number[])[] = quantize(rgba, room, { format: 'rgb444', useSqrt: false });
  for (let round = 0; round < ROUNDS; round++) {
    const find = nearestOf(palette, 0);
    const sums = palette.map(() => [0, 0, 0, 0]);
    for (let at = 0; at < rgba.length; at += 4) {
      const sum = sums[find((rgba[at] << 16) | (rgba[at + 1] << 8) | rgba[at + 2])];
      for (let c = 0; c < 3; c++) sum[c] += rgba[at + c];
      sum[3]++;
    }
    palette = sums.map(([r, g, b, count], i) => (count > 0 ? [r, g, b].map((sum) => Math.round(sum / count)) : palette[i]));
  }
  return palette;
}

/** Finds the nearest color of a palette; only colors with a similar green value are compared. @param first index of the first color */
function nearestOf(palette: readonly (readonly number[])[], first: number): (color: number) => number {
  const order = Array.from({ length: palette.length - first }, (_, i) => i + first).sort((a, b) => palette[a][1] - palette[b][1]);
  const [red, green, blue] = [0, 1, 2].map((c) => Int32Array.from(order, (i) => palette[i][c]));
  // start of the search, by green
  const starts = Int32Array.from({ length: 256 }, (_, g) => green.findIndex((value) => value >= g)).map((at) => (at === -1 ? order.length : at));
  return (color) => {
    const [r, g, b] = [color >> 16, (color >> 8) & 255, color & 255];
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    let [up, down] = [starts[g], starts[g] - 1];
    for (;;) {
      const above = up < order.length ? (green[up] - g) ** 2 : Number.POSITIVE_INFINITY;
      const below = down >= 0 ? (g - green[down]) ** 2 : Number.POSITIVE_INFINITY;
      const nearer = Math.min(above, below);
      if (nearer >= least) return order[best];
      const at = above <= below ? up++ : down--;
      const distance = nearer + (red[at] - r) ** 2 + (blue[at] - b) ** 2;
      if (distance < least) [best, least] = [at, distance];
    }
  };
}

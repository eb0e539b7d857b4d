import { decode } from 'fast-png';
import { createImage, type Image, Random } from '../../src/index.js';
import { type PngPlan, writePng } from './writers/png.js';

/** A PNG, and what it decodes to. */
export interface PngCase extends PngPlan {
  /** the sample expected in the image */
  readonly expected: (x: number, y: number, c: number) => number;
  readonly channels: number;
}

const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };
const DEPTHS: Readonly<Record<number, readonly number[]>> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] };
/** Interlaced images of 1 to 9 pixels a side lack some of the seven passes, each its own. */
const SIZES = [...Array.from({ length: 9 }, (_, i) => [i + 1, ((i * 4) % 9) + 1]), [9, 17], [32, 5]];

/** Every color type × depth × interlace × transparency, each in several sizes, as in Willem van Schaik's PngSuite. */
export function* pngSuite(): Generator<[name: string, cases: readonly PngCase[]]> {
  const random = new Random(1);
  for (const colorType of [0, 2, 3, 4, 6]) {
    for (const depth of DEPTHS[colorType]) {
      for (const interlaced of [false, true]) {
        for (const transparent of colorType < 4 ? [false, true] : [false]) {
          const name = `type ${colorType}, ${depth} bits${interlaced ? ', interlaced' : ''}${transparent ? ', tRNS' : ''}`;
          yield [name, SIZES.map(([width, height]) => pngCase(random, { width, height, depth, colorType, interlaced }, transparent))];
        }
      }
    }
  }
}

function pngCase(random: Random, header: Omit<PngPlan, 'sample'>, transparent: boolean): PngCase {
  const { width, height, depth, colorType } = header;
  const max = 2 ** depth - 1;
  const noise = Array.from({ length: width * height * 4 }, () => random.integer(max + 1));
  const sample = (x: number, y: number, c: number) => noise[(y * width + x) * 4 + c];
  const channels = CHANNELS[colorType] + (transparent ? 1 : 0);
  if (colorType === 3) {
    const palette = Array.from({ length: 3 * (max + 1) }, () => random.integer(256));
    // the last entries have no alpha value, so they are opaque
    const transparency = transparent ? Array.from({ length: Math.ceil((max + 1) / 2) }, () => random.integer(256)) : undefined;
    const expected = (x: number, y: number, c: number) => (c < 3 ? palette[sample(x, y, 0) * 3 + c] : (transparency?.[sample(x, y, 0)] ?? 255));
    return { ...header, sample, palette, transparency, expected, channels };
  }
  const key = Array.from({ length: CHANNELS[colorType] }, (_, c) => sample(0, 0, c));
  const transparency = transparent ? key.flatMap((value) => [value >> 8, value & 255]) : undefined;
  const [scale, white] = [depth < 8 ? 255 / max : 1, depth === 16 ? 65535 : 255];
  const expected = (x: number, y: number, c: number) =>
    c < CHANNELS[colorType] ? sample(x, y, c) * scale : key.every((value, k) => value === sample(x, y, k)) ? 0 : white;
  return { ...header, sample, transparency, expected, channels };
}

/**
 * The image as fast-png decodes it: a decoder that shares no code with ours. It does not know interlaced images of
 * fewer than 8 bits, so it gets the same pixels in order.
 */
export function decodedByFastPng(plan: PngCase): Image {
  const { width, height, depth, channels } = plan;
  const file = decode(writePng({ ...plan, interlaced: plan.interlaced && depth >= 8 }));
  const inFile = file.palette ? 1 : file.channels;
  const [scale, white] = [depth < 8 && !file.palette ? 255 / (2 ** depth - 1) : 1, depth === 16 ? 65535 : 255];
  const rowBytes = Math.ceil((width * depth) / 8);
  const raw = (pixel: number, c: number) => {
    if (depth >= 8) return file.data[pixel * inFile + c];
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return (file.data[y * rowBytes + Math.floor((x * depth) / 8)] >> (8 - depth - ((x * depth) % 8))) & (2 ** depth - 1);
  };
  const samples = Array.from({ length: width * height * channels }, (_, i) => {
    const [pixel, c] = [Math.floor(i / channels), i % channels];
    if (file.palette) return file.palette[raw(pixel, 0)][c];
    if (c < inFile) return raw(pixel, c) * scale;
    return file.transparency?.every((value, k) => value === raw(pixel, k)) ? 0 : white;
  });
  return createImage(width, height, channels, depth === 16 ? Uint16Array.from(samples) : Uint8ClampedArray.from(samples));
}

import type { Turns } from '../turns.js';
import { type Image, type Samples, toWhole } from './image.js';
import { carryMetadata } from './metadata.js';

/** The format of an image, without its samples. */
export interface Format {
  readonly width: number;
  readonly height: number;
  readonly channels: Image['channels'];
  readonly samples: SampleType;
}

/** How the samples of an image are stored. */
export type SampleType = 'uint8' | 'uint16' | 'float32';

const SAMPLE_TYPES = {
  uint8: { white: 255, array: Uint8ClampedArray },
  uint16: { white: 65535, array: Uint16Array },
  float32: { white: 1, array: Float32Array },
} as const;

/** The format of an image. */
export function formatOf({ width, height, channels, data }: Image): Format {
  return { width, height, channels, samples: sampleType(data) };
}

export function sameFormat(a: Format, b: Format): boolean {
  return a.width === b.width && a.height === b.height && a.channels === b.channels && a.samples === b.samples;
}

function sampleType(samples: Samples): SampleType {
  return samples instanceof Float32Array ? 'float32' : samples instanceof Uint16Array ? 'uint16' : 'uint8';
}

/** The typed array for a sample type. */
export function arrayOf(samples: SampleType): (typeof SAMPLE_TYPES)[SampleType]['array'] {
  return SAMPLE_TYPES[samples].array;
}

/** The sample value of white. */
export function whiteOf(samples: Samples | SampleType): number {
  return SAMPLE_TYPES[typeof samples === 'string' ? samples : sampleType(samples)].white;
}

/** A black image of a format; transparent if it has alpha. @param from the image whose metadata it keeps */
export function newImage({ width, height, channels, samples }: Format, from?: Image): Image {
  const image = { width, height, channels, data: new SAMPLE_TYPES[samples].array(width * height * channels) };
  return from ? carryMetadata(image, from) : image;
}

/**
 * Converts samples to another depth with the same black and white; values are rounded to nearest, floats beyond black
 * and white are clamped.
 */
export function withDepth(samples: Samples, depth: 8 | 16): Uint8ClampedArray | Uint16Array {
  const Wanted = depth === 8 ? Uint8ClampedArray : Uint16Array;
  if (samples instanceof Wanted) return samples;
  const white = depth === 8 ? 255 : 65535;
  const scale = white / whiteOf(samples);
  const out = new Wanted(samples.length);
  for (let i = 0; i < samples.length; i++) out[i] = toWhole(samples[i] * scale, white);
  return out;
}

/** The image as 8-bit RGBA, always a copy: gray becomes R = G = B, and images without alpha become opaque. */
export function toRgba8({ channels, data }: Image): Uint8ClampedArray {
  const samples = withDepth(data, 8);
  if (channels === 4) return Uint8ClampedArray.from(samples);
  const area = samples.length / channels;
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2];
  const rgba = new Uint8ClampedArray(area * 4);
  for (let i = 0; i < area; i++) {
    const from = i * channels;
    rgba[i * 4] = samples[from];
    rgba[i * 4 + 1] = samples[from + green];
    rgba[i * 4 + 2] = samples[from + blue];
    rgba[i * 4 + 3] = channels === 2 ? samples[from + 1] : 255;
  }
  return rgba;
}

/** Pixels converted at a time; takes less than half a millisecond. */
const CONVERTED_PIXELS = 2 ** 14;

/** {@link toRgba8} in turns. @param finish changes RGBA in place */
export async function rgbaInTurns({ channels, data }: Image, turns: Turns, finish?: (rgba: Uint8ClampedArray) => void): Promise<Uint8ClampedArray> {
  const area = data.length / channels;
  const rgba = new Uint8ClampedArray(area * 4);
  await turns.each(area, CONVERTED_PIXELS, (from, to) => {
    rgba.set(toRgba8({ width: to - from, height: 1, channels, data: data.subarray(from * channels, to * channels) }), from * 4);
    finish?.(rgba.subarray(from * 4, to * 4));
  });
  return rgba;
}

/** Samples of 16 bits, see {@link withDepth}, in turns. */
export async function wideInTurns(samples: Samples, turns: Turns): Promise<Uint16Array> {
  if (samples instanceof Uint16Array) return samples;
  const wide = new Uint16Array(samples.length);
  await turns.each(samples.length, CONVERTED_PIXELS, (from, to) => wide.set(withDepth(samples.subarray(from, to), 16), from));
  return wide;
}

/** Converts RGBA, which every decoder returns, to the channels of the file. */
export function fromRgba(rgba: Uint8Array | Uint8ClampedArray | Uint16Array, channels: Image['channels']): Uint8ClampedArray | Uint16Array {
  const wide = rgba instanceof Uint16Array;
  if (channels === 4) return wide ? rgba : new Uint8ClampedArray(rgba.buffer, rgba.byteOffset, rgba.length);
  const area = rgba.length / 4;
  const out = wide ? new Uint16Array(area * channels) : new Uint8ClampedArray(area * channels);
  const from = [[0], [0, 3], [0, 1, 2]][channels - 1];
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < area; i++) out[i * channels + c] = rgba[i * 4 + from[c]];
  }
  return out;
}

/** Composites RGBA over white, in place, for formats without alpha. */
export function overWhite(rgba: Uint8ClampedArray): Uint8ClampedArray {
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3];
    if (alpha === 255) continue;
    for (let c = 0; c < 3; c++) rgba[i + c] = toWhole((rgba[i + c] * alpha) / 255 + 255 - alpha, 255);
    rgba[i + 3] = 255;
  }
  return rgba;
}

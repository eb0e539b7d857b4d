import type { Turns } from '../turns.js';
import type { Codec } from './formats/codec.js';
import type { Frames, Header } from './formats/format.js';
import type { ImageFormat } from './formats/format-names.js';
import { FORMATS } from './formats/format-table.js';
import { noThreads, performAway } from './formats/threads/codec-threads.js';
import { copyImage, fills } from './formats/threads/hand-over.js';
import type { Image } from './image.js';

// Decodes and encodes with sharp, which has its own threads; otherwise with built-in code, on this thread or, for long work, on another one.

/** Maximum predicted milliseconds for which a codec may block the calling thread. */
const LONGEST_BLOCK = 8;

/** A file whose header has been accepted. */
export interface FoundFile extends Header {
  readonly format: ImageFormat;
  readonly bytes: Buffer;
  /** No other code needs the bytes, so they may be transferred. */
  readonly ours: boolean;
}

/** @throws Damaged, Unreadable or the signal's reason */
export async function decodeBy(codec: Codec, { format, width, height, bytes, ours }: FoundFile, turns: Turns): Promise<Image> {
  const { sharp, decode, pixelTime } = FORMATS[format];
  const image = sharp?.alone || codec === 'auto' ? await sharp?.decode(bytes, turns, ours) : undefined;
  if (image) return image;
  const pixels = width * height;
  if (!isLong(pixels * pixelTime.decode)) return decode(bytes, turns);
  return (await performAway({ format, work: 'decode', bytes: await handed(bytes, ours, turns) }, pixels, turns)) as Image;
}

/** @returns the parts of the file. @throws Unreadable or the signal's reason */
export async function encodeBy(codec: Codec, format: ImageFormat, image: Image, quality: number, turns: Turns): Promise<readonly Uint8Array[]> {
  const { sharp, encode, pixelTime } = FORMATS[format];
  const parts = sharp?.alone || codec === 'auto' ? await sharp?.encode(image, quality, turns) : undefined;
  if (parts) return parts;
  const pixels = image.width * image.height;
  if (!isLong(pixels * pixelTime.encode)) return [await encode(image, quality, turns)];
  return [(await performAway({ format, work: 'encode', image: await copyImage(image, turns), quality }, pixels, turns)) as Uint8Array];
}

/** The whole file. */
export async function joined(parts: readonly Uint8Array[], turns: Turns): Promise<Uint8Array> {
  return parts.length === 1 ? parts[0] : turns.join(parts);
}

/** All images of a file. @throws Damaged, Unreadable or the signal's reason */
export async function decodeFramesBy(codec: Codec, file: FoundFile, maxPixels: number, turns: Turns): Promise<Frames> {
  const { format, width, height, bytes } = file;
  const { sharp, frames: several, pixelTime } = FORMATS[format];
  const frames = several?.areIn?.(bytes) === false ? undefined : several;
  const pixels = width * height;
  const here = sharp?.alone || !isLong(pixels * pixelTime.decode);
  const found = here
    ? await frames?.decode(bytes, maxPixels, turns)
    : frames && (await performAway({ format, work: 'decodeFrames', bytes: await handed(bytes, false, turns), maxPixels }, pixels, turns));
  return (found as Frames | undefined) ?? { frames: [{ image: await decodeBy(codec, file, turns), delay: 0 }], repeats: 0 };
}

/** Encodes images in a format that stores several. @throws Unreadable or the signal's reason */
export async function encodeFramesBy(codec: Codec, format: ImageFormat, frames: Frames, quality: number, turns: Turns): Promise<Uint8Array> {
  const { sharp, frames: several, pixelTime } = FORMATS[format];
  const pixels = frames.frames.reduce((sum, { image: { width, height } }) => sum + width * height, 0);
  // sharp encodes images one by one, outside this thread
  if (sharp || !isLong(pixels * pixelTime.encode)) {
    const one = async (image: Image) => joined(await encodeBy(codec, format, image, quality, turns), turns);
    return (await several?.encode(frames, quality, one, turns)) as Uint8Array;
  }
  const copies: Frames['frames'][number][] = [];
  for (const { image, delay } of frames.frames) copies.push({ image: await copyImage(image, turns), delay });
  const task = { format, work: 'encodeFrames', frames: { ...frames, frames: copies }, quality } as const;
  return (await performAway(task, pixels, turns)) as Uint8Array;
}

function isLong(nanoseconds: number): boolean {
  return nanoseconds > LONGEST_BLOCK * 1e6 && !noThreads();
}

async function handed(bytes: Buffer, ours: boolean, turns: Turns): Promise<Uint8Array> {
  return ours && fills(bytes) ? bytes : turns.join([bytes]);
}

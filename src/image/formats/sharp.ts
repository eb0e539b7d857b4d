import type { Turns } from '../../turns.js';
import type { Image } from '../image.js';
import { rgbaInTurns } from '../samples.js';
import type { Frames, Header } from './format.js';
import { withMetadata } from './png/png-chunks.js';

type Sharp = typeof import('sharp').default;

/** The version of sharp, or why it cannot be used; neither if it is not installed. */
export interface SharpReport {
  readonly version?: string;
  readonly reason?: string;
}

/** The properties that sharp's result must have to be used. */
interface Expected {
  readonly width: number;
  readonly height: number;
  readonly channels: Image['channels'];
  readonly wide: boolean;
}

let found: Promise<SharpReport & { sharp?: Sharp }> | undefined;

/** Loads sharp, once per process. */
function findSharp() {
  found ??= load();
  return found;
}

async function load(): Promise<SharpReport & { sharp?: Sharp }> {
  // sharp is optional; a bundler that saw a literal name would require it
  const name = 'sharp';
  try {
    const { default: sharp } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as typeof import('sharp');
    return { sharp, version: sharp.versions.sharp ?? 'of unknown version' };
  } catch (error) {
    return { reason: whyBroken(error) };
  }
}

/** Why sharp does not start; undefined if it is not installed. */
export function whyBroken(error: unknown): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  const absent = code === 'ERR_MODULE_NOT_FOUND' && message.includes("'sharp'");
  return absent ? undefined : message.trim().split('\n')[0];
}

/** For `convlab doctor`, which reports a sharp that is installed but does not start. */
export async function sharpReport(): Promise<SharpReport> {
  const { version, reason } = await findSharp();
  return { version, reason };
}

/**
 * Decodes a validated file to its stored samples, without color profile, orientation or premultiplication. Undefined without
 * sharp or if its result differs from the expected one, so results and errors do not depend on sharp. Gray with alpha is
 * excluded, because sharp drops the alpha.
 */
export async function decodeBySharp(bytes: Uint8Array, { width, height, channels, wide }: Expected): Promise<Uint8ClampedArray | Uint16Array | undefined> {
  const { sharp } = await findSharp();
  if (!sharp || channels === 2) return undefined;
  try {
    const { data, info } = await sharp(bytes, { ignoreIcc: true, limitInputPixels: false, unlimited: true, failOn: 'warning', sequentialRead: true })
      .toColourspace(spaceOf(channels, wide))
      .raw({ depth: wide ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const samples = width * height * channels;
    if (info.width !== width || info.height !== height || info.channels !== channels || data.length !== samples * (wide ? 2 : 1)) return undefined;
    return samplesOf(data, wide);
  } catch {
    return undefined;
  }
}

/** The output of sharp as samples. */
function samplesOf(data: Buffer, wide: boolean): Uint8ClampedArray | Uint16Array {
  if (!wide) return new Uint8ClampedArray(data.buffer as ArrayBuffer, data.byteOffset, data.length);
  // 16-bit samples must start at an even offset
  const { buffer, byteOffset } = data.byteOffset % 2 === 0 ? data : new Uint8Array(data);
  return new Uint16Array(buffer as ArrayBuffer, byteOffset, data.length / 2);
}

/** The metadata of a WebP or AVIF from sharp; undefined without sharp. Rejects if the file is damaged. */
export async function inspectBySharp(
  bytes: Uint8Array,
): Promise<(Header & { icc?: Buffer; exif?: Buffer; density?: number; wide: boolean; pictures: number }) | undefined> {
  const { sharp } = await findSharp();
  if (!sharp) return undefined;
  const { width, height, pageHeight, pages = 1, icc, exif, density, depth } = await sharp(bytes, { limitInputPixels: false }).metadata();
  return { width, height: pageHeight ?? height, pictures: pages, icc, exif, density, wide: depth === 'ushort' };
}

/** The first image of a WebP or AVIF, with its stored samples. Rejects if the file is damaged. */
export async function rawBySharp(bytes: Uint8Array, wide: boolean): Promise<Image | undefined> {
  const { sharp } = await findSharp();
  if (!sharp) return undefined;
  const picture = sharp(bytes, { ignoreIcc: true, limitInputPixels: false, failOn: 'warning' }).toColourspace(spaceOf(3, wide));
  const { data, info } = await picture.raw({ depth: wide ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { width, height, channels: channels as Image['channels'], data: samplesOf(data, wide) };
}

/** Every frame of a WebP, with its delay. Rejects if the file is damaged. */
export async function framesBySharp(bytes: Uint8Array): Promise<Frames | undefined> {
  const { sharp } = await findSharp();
  if (!sharp) return undefined;
  const picture = sharp(bytes, { pages: -1, ignoreIcc: true, limitInputPixels: false, failOn: 'warning' });
  const { delay = [], loop = 0 } = await picture.metadata();
  const { data, info } = await picture.toColourspace(spaceOf(3, false)).raw().toBuffer({ resolveWithObject: true });
  const { width, pageHeight: height = info.height, channels } = info;
  const size = width * height * channels;
  const frames = Array.from({ length: data.length / size }, (_, i) => ({
    image: { width, height, channels: channels as Image['channels'], data: samplesOf(data.subarray(i * size, (i + 1) * size), false).slice() },
    delay: delay[i] ?? 0,
  }));
  return { frames, repeats: loop === 0 && frames.length > 1 ? Number.POSITIVE_INFINITY : Math.max(0, loop - 1) };
}

/** Frames as an animated WebP; undefined without sharp. */
export async function encodeFrames({ frames, repeats }: Frames, quality: number, turns: Turns): Promise<Uint8Array | undefined> {
  const { sharp } = await findSharp();
  if (!sharp) return undefined;
  const { width, height } = frames[0].image;
  const strip = new Uint8Array(width * height * 4 * frames.length);
  for (const [i, { image }] of frames.entries()) strip.set(await rgbaInTurns(image, turns), i * width * height * 4);
  const raw = { width, height: height * frames.length, channels: 4, pageHeight: height } as const;
  const loop = Number.isFinite(repeats) ? repeats + 1 : 0;
  return await sharp(strip, { raw, limitInputPixels: false })
    .webp({ quality, loop, delay: frames.map(({ delay }) => Math.round(delay)) })
    .toBuffer();
}

/** Encodes an image with its metadata as a WebP or AVIF with 8 bits; undefined without sharp. */
export async function encodeModern(image: Image, format: 'webp' | 'avif', quality: number, turns: Turns): Promise<Uint8Array | undefined> {
  const { sharp } = await findSharp();
  if (!sharp) return undefined;
  const { width, height, metadata } = image;
  const raw = sharp(await rgbaInTurns(image, turns), { raw: { width, height, channels: 4 }, limitInputPixels: false });
  const picture = image.channels % 2 === 0 ? raw : raw.removeAlpha();
  // sharp accepts metadata only from a file, so it is passed in an uncompressed PNG
  const source = metadata
    ? sharp(await turns.join(withMetadata(await picture.png({ compressionLevel: 0 }).toBuffer(), metadata)), { limitInputPixels: false }).keepMetadata()
    : picture;
  return await source[format]({ quality }).toBuffer();
}

/**
 * Encodes an image as a PNG with its channels and depth; undefined if sharp cannot. Filters are chosen per row, as in
 * pngjs. For a smooth image, level 2 takes half the time of level 6 and the file is 12% larger (4% larger than
 * pngjs's).
 */
export function pngBySharp(image: Image & { data: Uint8ClampedArray | Uint16Array }): Promise<Uint8Array | undefined> {
  return encodeBySharp(image, (picture) => picture.png({ adaptiveFiltering: true, compressionLevel: 2, palette: false }));
}

/** Encodes opaque RGB or RGBA as a JPEG without chroma subsampling, like jpeg-js; undefined if sharp cannot. */
export function jpegBySharp(image: Image & { data: Uint8ClampedArray }, quality: number): Promise<Uint8Array | undefined> {
  return encodeBySharp(image, (picture) => picture.removeAlpha().jpeg({ quality, chromaSubsampling: '4:4:4' }));
}

async function encodeBySharp(
  { width, height, channels, data }: Image & { data: Uint8ClampedArray | Uint16Array },
  write: (picture: ReturnType<Sharp>) => ReturnType<Sharp>,
): Promise<Uint8Array | undefined> {
  const { sharp } = await findSharp();
  if (!sharp) return undefined;
  try {
    const picture = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
    return await write(picture.toColourspace(spaceOf(channels, data instanceof Uint16Array))).toBuffer();
  } catch {
    return undefined; // sharp has its own limits, such as the longest side
  }
}

/** libvips' color space of the samples, to avoid any conversion. */
function spaceOf(channels: Image['channels'], wide: boolean): string {
  return channels < 3 ? (wide ? 'grey16' : 'b-w') : wide ? 'rgb16' : 'srgb';
}

import type { Image } from '../image.js';

type Sharp = typeof import('sharp').default;

/** Whether sharp is there: its version, or why it cannot be used; neither if it is not installed. */
export interface SharpReport {
  readonly version?: string;
  readonly reason?: string;
}

/** What sharp has to deliver for a file: it is taken only if it does. */
interface Expected {
  readonly width: number;
  readonly height: number;
  readonly channels: Image['channels'];
  readonly wide: boolean;
}

let found: Promise<SharpReport & { sharp?: Sharp }> | undefined;

/** Looks for sharp, once in the life of a process. */
function findSharp() {
  found ??= load();
  return found;
}

async function load(): Promise<SharpReport & { sharp?: Sharp }> {
  // sharp is the user's to install; a bundler that saw its name would insist on it
  const name = 'sharp';
  try {
    const { default: sharp } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as typeof import('sharp');
    return { sharp, version: sharp.versions.sharp ?? 'of unknown version' };
  } catch (error) {
    return { reason: whyBroken(error) };
  }
}

/** Why sharp does not start; undefined if it is just not installed. */
export function whyBroken(error: unknown): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  const absent = code === 'ERR_MODULE_NOT_FOUND' && message.includes("'sharp'");
  return absent ? undefined : message.trim().split('\n')[0];
}

/** For `convlab doctor`: absent is silent, but one that is there and does not start is worth a word. */
export async function sharpReport(): Promise<SharpReport> {
  const { version, reason } = await findSharp();
  return { version, reason };
}

/**
 * The samples of a file that has been found whole, as they are in it: no color profile, no orientation, no premultiplication.
 * Undefined if there is no sharp, or it does not give just what is expected, so that what is read, and what is said of files
 * that are not, does not depend on it. Gray with alpha is left alone: sharp drops the alpha.
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
    // 16-bit samples must begin at an even byte
    if (wide)
      return new Uint16Array(data.byteOffset % 2 === 0 ? data.buffer : Uint8Array.from(data).buffer, data.byteOffset % 2 === 0 ? data.byteOffset : 0, samples);
    return new Uint8ClampedArray(data.buffer, data.byteOffset, samples);
  } catch {
    return undefined;
  }
}

/**
 * The picture as a PNG of its channels and depth; undefined if sharp does not do it. Filters are tried row by row, as pngjs does; level 2 takes half
 * the time of level 6 for a smooth picture, and the file is an eighth larger (4% larger than pngjs's), a noisy one's is not.
 */
export function pngBySharp(image: Image & { data: Uint8ClampedArray | Uint16Array }): Promise<Uint8Array | undefined> {
  return encodeBySharp(image, (picture) => picture.png({ adaptiveFiltering: true, compressionLevel: 2, palette: false }));
}

/** Opaque RGB or RGBA as a JPEG with colors in full resolution, which is what jpeg-js writes; undefined if sharp does not do it. */
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
    return undefined; // sharp has limits of its own, such as the longest side
  }
}

/** libvips' name for samples as they are, so that nothing is converted. */
function spaceOf(channels: Image['channels'], wide: boolean): string {
  return channels < 3 ? (wide ? 'grey16' : 'b-w') : wide ? 'rgb16' : 'srgb';
}

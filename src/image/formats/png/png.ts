import type { Image } from '../../image.js';
import { withDepth } from '../../samples.js';
import { Damaged, type FileFormat } from '../format.js';
import { orient } from '../orient.js';
import { decodeBySharp, pngBySharp } from '../sharp.js';
import { decodeApng, joinPngs } from './apng.js';
import { chunks, readMetadata, SIGNATURE, withMetadata } from './png-chunks.js';
import { channelsOf, checkRoom, decodePixels, inspectPng, PALETTE, type PngColors } from './png-pixels.js';

/** PNG: every color type and depth, interlaced or not, read by zlib; written by sharp or pngjs. Channels as in the file; 16 bits stay 16. */
export const png: FileFormat = {
  name: 'PNG',
  keeps: ['icc', 'exif', 'density'],
  alpha: true,
  samples: ['uint16', 'uint8'],
  matches: (bytes) => bytes.subarray(0, 8).equals(SIGNATURE),
  inspect: inspectPng,

  async decode(bytes, codec) {
    const header = inspectPng(bytes);
    const { end, data, colors, found } = readChunks(bytes);
    const { metadata, orientation } = readMetadata(found);
    const { width, height, depth, colorType } = header;
    const channels = channelsOf(header, colors);
    checkRoom(header, data);
    // sharp paints a color that a palette does not have black
    const samples =
      codec === 'auto' && colorType !== PALETTE ? await decodeBySharp(bytes.subarray(0, end), { width, height, channels, wide: depth === 16 }) : undefined;
    return orient({ width, height, channels, data: samples ?? (await decodePixels(header, colors, data)), metadata }, orientation);
  },

  async encode({ width, height, channels, data, metadata = {} }, _, codec) {
    const samples = data instanceof Uint8ClampedArray ? data : withDepth(data, 16);
    const bySharp = codec === 'auto' ? await pngBySharp({ width, height, channels, data: samples }) : undefined;
    return withMetadata(bySharp ?? (await encodePlain(width, height, channels, samples)), metadata);
  },

  frames: {
    kind: 'frames',
    decode: async (bytes, maxPixels, codec) =>
      (await decodeApng(bytes, maxPixels)) ?? { frames: [{ image: await png.decode(bytes, codec), delay: 0 }], repeats: 0 },
    async encode({ frames, repeats }, quality, codec) {
      const pngs: Uint8Array[] = [];
      for (const { image } of frames) pngs.push(await png.encode(image, quality, codec));
      return frames.length > 1 ? joinPngs(pngs, frames, repeats) : pngs[0];
    },
  },
};

/** Pixels up to which one filter serves all rows: to choose takes longer than all the rest, in code that has just been loaded, and saves about 1% of a photo. */
const FEW = 2 ** 14;
const PAETH = 4;

async function encodePlain(width: number, height: number, channels: Image['channels'], samples: Uint8ClampedArray | Uint16Array): Promise<Uint8Array> {
  const { PNG } = await import('pngjs');
  // pngjs reads 16-bit samples from the start of the underlying buffer
  const own = samples.byteOffset === 0 ? samples : samples.slice();
  const colorType = ([0, 4, 2, 6] as const)[channels - 1];
  const options = { colorType, inputColorType: colorType, inputHasAlpha: channels % 2 === 0, bitDepth: samples instanceof Uint8ClampedArray ? 8 : 16 } as const;
  const filterType = width * height <= FEW ? PAETH : -1;
  return PNG.sync.write({ width, height, data: own } as never, { ...options, filterType });
}

const CRITICAL = ['IHDR', 'PLTE', 'IDAT', 'IEND'];

function readChunks(bytes: Buffer): { end: number; data: Buffer[]; colors: PngColors; found: Map<string, Buffer> } {
  const data: Buffer[] = [];
  const found = new Map<string, Buffer>();
  let last = 0;
  for (const { type, content, end } of chunks(bytes)) {
    last = end;
    if (type === 'IDAT') data.push(content);
    else if (/^[A-Z]/.test(type) && !CRITICAL.includes(type)) throw new Damaged(`needs a chunk of type ${type} understood, which PNG does not have`);
    else if (!found.has(type)) found.set(type, content);
  }
  return { end: last, data, colors: { palette: found.get('PLTE'), transparency: found.get('tRNS') }, found };
}

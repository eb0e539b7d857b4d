import type { Turns } from '../../../turns.js';
import type { Image } from '../../image.js';
import { wideInTurns, withDepth } from '../../samples.js';
import { Damaged, type FileFormat } from '../format.js';
import { orient } from '../orient.js';
import { decodeBySharp, pngBySharp } from '../sharp.js';
import { decodeApng, isAnimated, joinPngs } from './apng.js';
import { forChunks, readMetadata, SIGNATURE, withMetadata } from './png-chunks.js';
import { channelsOf, checkRoom, decodePixels, inspectPng, PALETTE, type PngColors } from './png-pixels.js';

/**
 * PNG. Reads every color type and depth, interlaced or not, with zlib; writes with sharp or pngjs. Channels are those
 * of the file; 16 bits stay 16.
 */
export const png: FileFormat = {
  name: 'PNG',
  keeps: ['icc', 'exif', 'density'],
  alpha: true,
  samples: ['uint16', 'uint8'],
  pixelTime: { decode: 60, encode: 300 },
  matches: (bytes) => bytes.subarray(0, 8).equals(SIGNATURE),
  inspect: inspectPng,

  async decode(bytes, turns) {
    const { header, channels, data, colors, metadata, orientation } = await read(bytes, turns);
    const { width, height } = header;
    return orient({ width, height, channels, data: await decodePixels(header, colors, data), metadata }, orientation, turns);
  },

  async encode({ width, height, channels, data, metadata = {} }, _, turns) {
    const samples = data instanceof Uint8ClampedArray ? data : withDepth(data, 16);
    return turns.join(withMetadata(await encodePlain(width, height, channels, samples), metadata));
  },

  sharp: {
    async decode(bytes, turns) {
      const { header, channels, end, metadata, orientation } = await read(bytes, turns);
      const { width, height, depth, colorType } = header;
      // sharp decodes colors missing in a palette as black
      if (colorType === PALETTE) return undefined;
      const data = await decodeBySharp(bytes.subarray(0, end), { width, height, channels, wide: depth === 16 });
      return data && orient({ width, height, channels, data, metadata }, orientation, turns);
    },

    async encode({ width, height, channels, data, metadata = {} }, _, turns) {
      const samples = data instanceof Uint8ClampedArray ? data : await wideInTurns(data, turns);
      const bytes = await pngBySharp({ width, height, channels, data: samples });
      return bytes && withMetadata(bytes, metadata);
    },
  },

  frames: {
    kind: 'frames',
    areIn: isAnimated,
    decode: decodeApng,
    async encode({ frames, repeats }, _, one) {
      const pngs: Uint8Array[] = [];
      for (const { image } of frames) pngs.push(await one(image));
      return frames.length > 1 ? joinPngs(pngs, frames, repeats) : pngs[0];
    },
  },
};

/**
 * Number of pixels up to which all rows use the same filter: choosing filters in newly loaded code takes longer than
 * the rest, and saves about 1% of a photo.
 */
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

/** The parsed file, with pixels not yet decoded. @throws Damaged */
async function read(bytes: Buffer, turns: Turns) {
  const header = inspectPng(bytes);
  const data: Buffer[] = [];
  const found = new Map<string, Buffer>();
  let last = 0;
  await forChunks(bytes, turns, ({ type, content, end }) => {
    last = end;
    if (type === 'IDAT') data.push(content);
    else if (/^[A-Z]/.test(type) && !CRITICAL.includes(type)) throw new Damaged(`has a critical chunk of unknown type ${type}`);
    else if (!found.has(type)) found.set(type, content);
  });
  const colors: PngColors = { palette: found.get('PLTE'), transparency: found.get('tRNS') };
  const { metadata, orientation } = readMetadata(found);
  checkRoom(header, data);
  return { header, channels: channelsOf(header, colors), end: last, data, colors, metadata, orientation };
}

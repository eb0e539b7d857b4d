import { crc32 } from 'node:zlib';
import type { Image } from '../image.js';
import { fromRgba, withDepth } from '../samples.js';
import { Damaged, type FileFormat, type Header, need } from './format.js';
import { decodeBySharp, pngBySharp } from './sharp.js';
import { checkDeflated, MAX_DEFLATE_RATIO } from './unpack.js';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Samples in the file's pixels, and the bit depths allowed (PNG specification, 11.2.1). Type 3 has a palette. */
const COLOR_TYPES: Readonly<Record<number, { channels: 1 | 2 | 3 | 4; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};
const PALETTE = 3;

/** First column and row, and their distances, of the seven passes of an interlaced picture (PNG specification, 8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface PngHeader extends Header {
  readonly depth: number;
  readonly colorType: number;
  readonly interlaced: boolean;
}

/** PNG by pngjs: every color type and depth, interlaced or not. Channels as in the file; 16 bits stay 16. */
export const png: FileFormat = {
  name: 'PNG',
  matches: (bytes) => bytes.subarray(0, 8).equals(SIGNATURE),
  inspect,

  async decode(bytes, codec) {
    const header = inspect(bytes);
    const { end, data, transparency } = readChunks(bytes);
    checkImageData(header, data);

    const wide = header.depth === 16;
    const palette = header.colorType === PALETTE;
    const colors = palette ? 3 : COLOR_TYPES[header.colorType].channels;
    const addsAlpha = transparency !== undefined && colors % 2 === 1;
    const channels = (addsAlpha ? colors + 1 : colors) as Image['channels'];
    const { width, height } = header;
    // sharp paints a color that a palette does not have black
    const bySharp = codec === 'auto' && !palette ? await decodeBySharp(bytes.subarray(0, end), { width, height, channels, wide }) : undefined;
    if (bySharp) return { width, height, channels, data: bySharp };

    const { PNG } = await import('pngjs');
    const decoded = PNG.sync.read(bytes.subarray(0, end), { checkCRC: false, skipRescale: wide });
    // with skipRescale a 16-bit picture comes as Uint16Array, which pngjs's types do not say
    const rgba = decoded.data as Buffer | Uint16Array as Buffer;
    if (addsAlpha && !palette) restoreKeyColor(rgba, header, transparency);
    return { width, height, channels, data: fromRgba(rgba, channels) };
  },

  async encode({ width, height, channels, data }, _, codec) {
    const samples = data instanceof Uint8ClampedArray ? data : withDepth(data, 16);
    const bySharp = codec === 'auto' ? await pngBySharp({ width, height, channels, data: samples }) : undefined;
    if (bySharp) return bySharp;
    const { PNG } = await import('pngjs');
    // pngjs reads 16-bit samples from the start of the underlying buffer
    const own = samples.byteOffset === 0 ? samples : samples.slice();
    const colorType = ([0, 4, 2, 6] as const)[channels - 1];
    const options = { colorType, inputColorType: colorType, inputHasAlpha: channels % 2 === 0, bitDepth: data instanceof Uint8ClampedArray ? 8 : 16 } as const;
    return PNG.sync.write({ width, height, data: own } as never, options);
  },
};

function inspect(bytes: Buffer): PngHeader {
  need(bytes, 33, 'its header');
  if (bytes.readUInt32BE(8) !== 13 || bytes.toString('latin1', 12, 16) !== 'IHDR') throw new Damaged('does not begin with a PNG header');
  const [depth, colorType, compression, filter, interlace] = bytes.subarray(24, 29);
  if (!COLOR_TYPES[colorType]?.depths.includes(depth)) throw new Damaged(`claims color type ${colorType} with ${depth} bits, which PNG does not have`);
  if (compression !== 0 || filter !== 0 || interlace > 1) throw new Damaged('claims a compression, filter or interlace method that PNG does not have');
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), depth, colorType, interlaced: interlace === 1 };
}

/** Walks over the chunks up to IEND and holds them against their checksums; what follows IEND does not count. */
function readChunks(bytes: Buffer): { end: number; data: Buffer[]; transparency?: Buffer } {
  const data: Buffer[] = [];
  let transparency: Buffer | undefined;
  for (let at = SIGNATURE.length; ; ) {
    need(bytes, at + 12, 'a chunk');
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (!/^[A-Za-z]{4}$/.test(type)) throw new Damaged(`holds no chunk at byte ${at}, where one must begin`);
    const end = at + 12 + bytes.readUInt32BE(at);
    need(bytes, end, `its ${type} chunk`);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) {
      throw new Damaged(`is damaged: the checksum of its ${type} chunk at byte ${at} does not match`);
    }
    const content = bytes.subarray(at + 8, end - 4);
    if (type === 'IDAT') data.push(content);
    else if (type === 'tRNS') transparency = content;
    else if (type === 'IEND') return { end, data, transparency };
    else if (/^[A-Z]/.test(type) && type !== 'IHDR' && type !== 'PLTE') throw new Damaged(`needs a chunk of type ${type} understood, which PNG does not have`);
    at = end;
  }
}

/**
 * Refuses image data that does not unpack to exactly the picture: a few bytes can unpack to gigabytes, and where they do not
 * unpack at all, pngjs 7 on Node 20 takes what memory happens to hold for pixels.
 */
function checkImageData({ width, height, depth, colorType, interlaced }: PngHeader, data: readonly Buffer[]): void {
  const bits = depth * COLOR_TYPES[colorType].channels;
  const passes = interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  let size = 0;
  for (const [x, y, dx, dy] of passes) {
    const columns = Math.ceil((width - x) / dx);
    const rows = Math.ceil((height - y) / dy);
    if (columns > 0 && rows > 0) size += rows * (1 + Math.ceil((columns * bits) / 8));
  }
  const packed = data.reduce((sum, { length }) => sum + length, 0);
  if (packed * MAX_DEFLATE_RATIO < size) throw new Damaged(`has ${packed} bytes of image data, which cannot hold ${width} × ${height} pixels`);
  checkDeflated(Buffer.concat(data), size, 'its image data');
}

/** pngjs makes pixels of the transparent color black; they keep their color here, so that filtering does not pull in black. */
function restoreKeyColor(rgba: Buffer | Uint16Array, { depth, colorType }: PngHeader, transparency: Buffer): void {
  const scale = depth < 8 ? 255 / (2 ** depth - 1) : 1;
  const key = [0, 1, 2].map((c) => transparency.readUInt16BE(colorType === 0 ? 0 : 2 * c) * scale);
  for (let i = 0; i < rgba.length; i += 4) {
    if (rgba[i + 3] === 0) for (let c = 0; c < 3; c++) rgba[i + c] = key[c];
  }
}

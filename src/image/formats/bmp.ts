import { densityOfMeters, metersOfDensity } from '../metadata.js';
import { fromRgba, overWhite, toRgba8 } from '../samples.js';
import { Damaged, type FileFormat, type Header, need, type Source, Unreadable } from './format.js';

/** Sizes of the headers that jimp supports, and of the others (OS/2). */
const HEADER_SIZES = [40, 52, 56, 108, 124];
const OTHER_HEADERS = [12, 16, 64];
const LONGEST_HEADER = 14 + 124;
const PLAIN = 0;
const MASKS = 3;
/** bit masks of red, green and blue */
const USUAL_MASKS = [0xff0000, 0xff00, 0xff];

interface BmpHeader extends Header {
  readonly bits: number;
  /** offset of the pixels in the file */
  readonly pixelsAt: number;
  /** the offset that jimp uses */
  readonly expectedAt: number;
}

/** BMP through jimp (bmp-ts): uncompressed, 1, 4, 8, 24 or 32 bits; decoded as RGB, without alpha. */
export const bmp: FileFormat = {
  name: 'BMP',
  keeps: ['density'],
  alpha: false,
  samples: ['uint8'],
  pixelTime: { decode: 20, encode: 20 },
  matches: (bytes) => bytes.toString('latin1', 0, 2) === 'BM' && bytes.length >= 18 && [...HEADER_SIZES, ...OTHER_HEADERS].includes(bytes.readUInt32LE(14)),
  inspect,

  async decode(bytes) {
    const { width, height, bits, pixelsAt, expectedAt } = inspect(bytes);
    const rowBytes = Math.ceil((width * bits) / 32) * 4;
    need(bytes, pixelsAt + rowBytes * (height - 1) + Math.ceil((width * bits) / 8), 'its pixels');
    const { default: codec } = await import('@jimp/js-bmp');
    const joined = pixelsAt === expectedAt ? bytes : Buffer.concat([bytes.subarray(0, expectedAt), bytes.subarray(pixelsAt)]);
    const [x, y] = [bytes.readInt32LE(38), bytes.readInt32LE(42)];
    const metadata = x === y && x > 0 ? { density: densityOfMeters(x) } : undefined;
    return { width, height, channels: 3, data: fromRgba(codec().decode(joined).data, 3), metadata };
  },

  async encode(image) {
    const { default: codec } = await import('@jimp/js-bmp');
    const { width, height } = image;
    const bytes = codec().encode({ width, height, data: Buffer.from(overWhite(toRgba8(image)).buffer) });
    const perMeter = Math.min(2 ** 31 - 1, metersOfDensity(image.metadata?.density ?? 0));
    for (const at of [38, 42]) bytes.writeInt32LE(perMeter, at);
    return bytes;
  },
};

function inspect(file: Source): BmpHeader {
  need(file, 54, 'its header');
  const bytes = file.subarray(0, LONGEST_HEADER);
  const headerSize = bytes.readUInt32LE(14);
  if (!HEADER_SIZES.includes(headerSize)) throw new Unreadable(`is a BMP with an OS/2 header of ${headerSize} bytes; only Windows BMPs are supported`);
  const [width, height] = [bytes.readInt32LE(18), Math.abs(bytes.readInt32LE(22))];
  if (width < 0) throw new Damaged(`is damaged: it claims a width of ${width} pixels`);
  const [bits, compression] = [bytes.readUInt16LE(28), bytes.readUInt32LE(30)];
  const colors = bytes.readUInt32LE(46) || (bits <= 8 ? 2 ** bits : 0);
  if (colors > 256) throw new Damaged(`is damaged: it claims ${colors} colors in its palette`);
  const ownMasks = compression === MASKS && headerSize === 40;
  const expectedAt = 14 + headerSize + (ownMasks ? 12 : 0) + 4 * colors;
  need(file, expectedAt, 'its header');
  // at 32 bits jimp applies the masks of a long header even where they are not in use
  const masked = bits === 32 && (ownMasks || headerSize > 40);
  const usual = !masked || USUAL_MASKS.every((mask, i) => bytes.readUInt32LE(54 + 4 * i) === mask);
  if (!usual || !(compression === PLAIN || (compression === MASKS && bits === 32))) {
    throw new Unreadable(`is a BMP of ${bits} bits per pixel with compression ${compression} or unusual color masks; only uncompressed BMPs are supported`);
  }
  if (![1, 4, 8, 24, 32].includes(bits)) throw new Unreadable(`is a BMP of ${bits} bits per pixel; only 1, 4, 8, 24 and 32 bits are supported`);
  // the decoder stops at the first row with a half-used last byte
  if (bits === 4 && width % 2 === 1) throw new Unreadable('is a BMP of 4 bits per pixel with an odd width; only even widths are supported');
  return { width, height, bits, pixelsAt: bytes.readUInt32LE(10), expectedAt };
}

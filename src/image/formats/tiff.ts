import { fromRgba, toRgba8 } from '../samples.js';
import { firstDirectoryOnly, readDirectory, TAG } from './directory.js';
import { Damaged, type FileFormat, type Header, need, Unreadable } from './format.js';
import { orient } from './orient.js';
import { checkDeflated, checkLzw } from './unpack.js';

/** What jimp's decoder supports, by photometric interpretation: samples per pixel and their bits. */
const PHOTOMETRIC_KINDS: Readonly<Record<number, { name: string; samples: readonly number[]; bits: readonly number[] }>> = {
  0: { name: 'gray, white is 0', samples: [1], bits: [1, 4, 8, 16] },
  1: { name: 'gray', samples: [1], bits: [1, 2, 8, 16] },
  2: { name: 'RGB', samples: [3, 4], bits: [8, 16] },
  3: { name: 'palette', samples: [1], bits: [1, 2, 4, 8] },
};
const NONE = 1;
const LZW = 5;
const DEFLATE = [8, 32946];

interface TiffHeader extends Header {
  readonly compression: number;
  readonly photometric: number;
  readonly bits: number;
  readonly samples: number;
  readonly offsets: readonly number[];
  readonly sizes: readonly number[];
  readonly rowsPerStrip: number;
  readonly premultiplied: boolean;
  readonly orientation: number;
}

/** TIFF by jimp (utif): the first page; strips, plain, LZW or deflated; 8-bit gray, RGB or RGBA; of 16 bits the upper 8. */
export const tiff: FileFormat = {
  name: 'TIFF',
  matches: (bytes) => ['II\x2a\0', 'MM\0\x2a', 'II\x2b\0', 'MM\0\x2b'].includes(bytes.toString('latin1', 0, 4)),
  inspect,

  async decode(bytes) {
    const header = inspect(bytes);
    checkStrips(bytes, header);
    const { default: codec } = await import('@jimp/js-tiff');
    // jimp decodes every page and follows every pointer, even cyclic ones
    const { width, height, data } = codec().decode(firstDirectoryOnly(bytes));
    if (header.premultiplied) divideByAlpha(data);
    const channels = header.samples === 4 ? 4 : header.photometric < 2 ? 1 : 3;
    return orient({ width, height, channels, data: fromRgba(data, channels) }, header.orientation);
  },

  async encode(image) {
    const { default: codec } = await import('@jimp/js-tiff');
    const { width, height } = image;
    const bytes = codec().encode({ width, height, data: Buffer.from(toRgba8(image).buffer) });
    // jimp declares the alpha premultiplied (1); ours is not (2)
    for (let at = 10; at < 10 + 12 * bytes.readUInt16BE(8); at += 12) {
      if (bytes.readUInt16BE(at) === TAG.extraSamples) bytes.writeUInt16BE(2, at + 8);
    }
    return bytes;
  },
};

function inspect(bytes: Buffer): TiffHeader {
  const tags = readDirectory(bytes);
  const one = (tag: number, otherwise: number) => tags.get(tag)?.[0] ?? otherwise;
  const [width, height] = [one(TAG.width, 0), one(TAG.height, 0)];
  const bits = tags.get(TAG.bits) ?? [1];
  const [samples, photometric, compression] = [one(TAG.samples, 1), one(TAG.photometric, -1), one(TAG.compression, NONE)];
  const refuse = (what: string, read: string): never => {
    throw new Unreadable(`is a TIFF ${what}; ${read} are read`);
  };
  if (photometric < 0) throw new Damaged('is damaged: its TIFF directory does not say how its samples are meant');
  const kind = PHOTOMETRIC_KINDS[photometric] ?? refuse(`of photometric interpretation ${photometric}`, 'gray, RGB and palette ones');
  if (!kind.samples.includes(samples) || !kind.bits.includes(bits[0]) || bits.some((b) => b !== bits[0]) || one(TAG.sampleFormat, 1) !== 1) {
    const format = ['', 'whole numbers', 'signed numbers', 'floats'][one(TAG.sampleFormat, 1)] ?? 'numbers of another kind';
    refuse(
      `with ${samples} samples of ${bits[0]} bits a pixel (${kind.name}, ${format})`,
      `${kind.samples.join(' or ')} whole numbers of ${kind.bits.join(', ')} bits`,
    );
  }
  if (![NONE, LZW, ...DEFLATE].includes(compression)) refuse(`of compression ${compression}`, 'uncompressed, LZW and deflated ones');
  if (tags.has(TAG.tileWidth)) refuse('in tiles', 'those in strips');
  if (samples > 1 && one(TAG.planar, 1) !== 1) refuse('with separate planes', 'interleaved ones');
  if (one(TAG.fillOrder, 1) !== 1) refuse('with reversed bits', 'those with the highest bit first');
  const predictor = one(TAG.predictor, 1);
  if (predictor !== 1 && !(predictor === 2 && bits[0] >= 8))
    refuse(`with predictor ${predictor}`, 'those without, and horizontal differences of 8 and 16 bits,');
  return {
    width,
    height,
    compression,
    photometric,
    bits: bits[0],
    samples,
    offsets: tags.get(TAG.stripOffsets) ?? [],
    sizes: tags.get(TAG.stripSizes) ?? [],
    rowsPerStrip: Math.min(one(TAG.rowsPerStrip, height), height),
    premultiplied: samples === 4 && one(TAG.extraSamples, 0) === 1,
    orientation: one(TAG.orientation, 1),
  };
}

/** Checks that every strip holds its rows, because jimp decodes missing data as black. */
function checkStrips(bytes: Buffer, { width, height, compression, bits, samples, offsets, sizes, rowsPerStrip }: TiffHeader): void {
  const strips = Math.ceil(height / rowsPerStrip);
  if (offsets.length !== strips || sizes.length !== strips) {
    throw new Damaged(`is damaged: the TIFF has ${offsets.length} strips and ${sizes.length} sizes for them, its ${height} rows need ${strips}`);
  }
  offsets.forEach((offset, i) => {
    const what = `strip ${i + 1} of ${strips}`;
    const rows = Math.min(rowsPerStrip, height - i * rowsPerStrip);
    const unpacked = rows * Math.ceil((width * samples * bits) / 8);
    const size = compression === NONE ? unpacked : sizes[i];
    need(bytes, offset + size, what);
    const strip = bytes.subarray(offset, offset + size);
    if (compression === LZW) checkLzw(strip, { rootBits: 8, order: 'tiff' }, unpacked, what);
    else if (compression !== NONE) checkDeflated(strip, unpacked, what);
    else if (sizes[i] < unpacked) throw new Damaged(`is damaged: ${what} has ${sizes[i]} bytes instead of ${unpacked}`);
  });
}

function divideByAlpha(rgba: Buffer): void {
  for (let i = 0; i < rgba.length; i += 4) {
    const alpha = rgba[i + 3];
    if (alpha > 0) for (let c = 0; c < 3; c++) rgba[i + c] = Math.min(255, Math.round((rgba[i + c] * 255) / alpha));
  }
}

import { fromRgba, overWhite, rgbaInTurns, toRgba8 } from '../../samples.js';
import { type FileFormat, Unreadable } from '../format.js';
import { orient } from '../orient.js';
import { decodeBySharp, jpegBySharp } from '../sharp.js';
import { MOST_METADATA, withMetadata } from './jpeg-metadata.js';
import { inspectJpeg, type JpegContents, readSegments, SOI, segmentsInTurns } from './jpeg-segments.js';

/** Rows per strip that libvips reads. */
const STRIP = 8;
/** jpeg-js takes about 33 bytes per pixel. */
const MAX_PIXELS = 100e6;
/**
 * JPEG through sharp or jimp (jpeg-js): baseline and progressive, rotated by its EXIF orientation; gray has 1 channel,
 * everything else 3.
 */
export const jpeg: FileFormat = {
  name: 'JPEG',
  keeps: ['icc', 'exif', 'density'],
  most: MOST_METADATA,
  alwaysColors: true,
  alpha: false,
  samples: ['uint8'],
  pixelTime: { decode: 100, encode: 150 },
  matches: (bytes) => bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff,

  inspect: inspectJpeg,

  async decode(bytes, turns) {
    const { frame, isRgb, fill, metadata, orientation } = readSegments(bytes);
    const { width, height, components } = frame;
    if (width * height > MAX_PIXELS) {
      throw new Unreadable(`is a JPEG of ${width} × ${height} pixels; without sharp at most ${MAX_PIXELS / 1e6} million pixels are supported`);
    }
    const { default: jimp } = await import('@jimp/js-jpeg');
    const { data } = jimp().decode(withoutFill(bytes, fill), {
      maxResolutionInMP: MAX_PIXELS / 1e6,
      maxMemoryUsageInMB: 4096,
      ...(isRgb && { colorTransform: false }),
    });
    const channels = components.length === 1 ? 1 : 3;
    return orient({ width, height, channels, data: fromRgba(data, channels), metadata }, orientation, turns);
  },

  async encode(image, quality, turns) {
    const { width, height, metadata = {} } = image;
    const { default: jimp } = await import('@jimp/js-jpeg');
    const bytes = await jimp().encode({ width, height, data: Buffer.from(overWhite(toRgba8(image)).buffer) }, { quality });
    return turns.join(withMetadata(bytes, metadata));
  },

  sharp: {
    async decode(bytes, turns, ours) {
      const found = await segmentsInTurns(bytes, turns);
      const { frame, isRgb, metadata, orientation } = found;
      const { width, height, components } = frame;
      const count = components.length;
      // libraries disagree on four components and on unmarked RGB
      if (isRgb || (count !== 1 && count !== 3)) return undefined;
      const data = await bySharp(ours ? bytes : await turns.join([bytes]), found, count);
      return data && orient({ width, height, channels: count, data, metadata }, orientation, turns);
    },

    async encode(image, quality, turns) {
      const { width, height, channels, metadata = {} } = image;
      const asItIs = channels === 3 && image.data instanceof Uint8ClampedArray;
      const data = asItIs ? (image.data as Uint8ClampedArray) : await rgbaInTurns(image, turns, overWhite);
      const bytes = await jpegBySharp({ width, height, channels: asItIs ? 3 : 4, data }, quality);
      return bytes && withMetadata(bytes, metadata);
    },
  },
};

/**
 * Decoded by sharp; undefined if it cannot, or if the data is damaged. libvips checks for damage only before it reads
 * each strip of 8 rows. To detect damage in the last strip, it is given a frame header with one strip more, and errors
 * in that extra strip are ignored.
 * @param bytes changed until the promise settles
 */
async function bySharp(bytes: Uint8Array, { frame, frameAt, scans }: JpegContents, channels: 1 | 3): Promise<Uint8ClampedArray | undefined> {
  const { width, height, progressive, components } = frame;
  const oneStrip = !progressive && scans === 1 && components.every(({ v }) => v === components[0].v);
  const rows = oneStrip ? (Math.ceil(height / STRIP) + 1) * STRIP : height;
  if (rows > 65500) return undefined; // libjpeg's limit
  const setHeight = (value: number) => bytes.set([value >> 8, value & 255], frameAt + 1);
  setHeight(rows);
  const data = await decodeBySharp(bytes, { width, height: rows, channels, wide: false });
  setHeight(height); // if this fails, the built-in decoder reads them
  return data?.subarray(0, width * height * channels) as Uint8ClampedArray | undefined;
}

/** jpeg-js mistakes fill bytes, which may precede any marker, for a marker. @param at their positions in scans */
function withoutFill(bytes: Buffer, at: readonly number[]): Buffer {
  if (at.length === 0) return bytes;
  const out = Buffer.alloc(bytes.length - at.length);
  let to = 0;
  for (let i = 0, from = 0; i <= at.length; i++) {
    const end = at[i] ?? bytes.length;
    // a Buffer per part would take more memory than the file if there are millions of parts
    if (end > from) to += bytes.copy(out, to, from, end);
    from = end + 1;
  }
  return out;
}

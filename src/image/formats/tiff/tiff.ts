import type { Turns } from '../../../turns.js';
import type { Image } from '../../image.js';
import { compact } from '../../metadata.js';
import { Damaged, type FileFormat, type Source } from '../format.js';
import { orient } from '../orient.js';
import { firstDirectory } from './directory.js';
import { exifOfTiff } from './exif-tree.js';
import { metadataOf, readPage, type TiffPage } from './tiff-page.js';
import { PackedBytes, readStrips } from './tiff-strips.js';
import { writeTiff } from './tiff-write.js';

/** TIFF: uncompressed, LZW or deflate; gray, RGB and palettes, with or without alpha; 8 and 16 bits and floats. */
export const tiff: FileFormat = {
  name: 'TIFF',
  keeps: ['icc', 'exif', 'density'],
  alpha: true,
  samples: ['float32', 'uint16', 'uint8'],
  pixelTime: { decode: 40, encode: 6 },
  matches: (bytes) => ['II\x2a\0', 'MM\0\x2a', 'II\x2b\0', 'MM\0\x2b'].includes(bytes.toString('latin1', 0, 4)),
  inspect: (bytes) => readPage(bytes),
  decode: async (bytes, turns) => decodePage(bytes, readPage(bytes), turns),
  encode: async (image, _, turns) => turns.join(writeTiff([image])),
  frames: {
    kind: 'pages',
    decode: async (bytes, maxPixels, turns) => ({ frames: (await decodePages(bytes, maxPixels, turns)).map((image) => ({ image, delay: 0 })), repeats: 0 }),
    encode: async ({ frames }, _quality, _one, turns) => turns.join(writeTiff(frames.map(({ image }) => image))),
  },
};

async function decodePages(bytes: Buffer, maxPixels: number, turns: Turns): Promise<readonly Image[]> {
  const found = [...pages(bytes)];
  // the limit was computed for pixels in the format of the first page
  const pixels = found.reduce((sum, { width, height, pixelBytes }) => sum + width * height * Math.max(1, pixelBytes / found[0].pixelBytes), 0);
  if (pixels > maxPixels)
    throw new Damaged(`has ${found.length} pages of ${pixels} pixels in total, more than limits.pixels or limits.memory allow (${maxPixels})`);
  const images: Image[] = [];
  const packed = new PackedBytes(bytes.length);
  for (const page of found) images.push(await decodePage(bytes, page, turns, packed));
  return images;
}

/** Yields the pages, whose directories form a linked list. */
function* pages(bytes: Source): Generator<TiffPage> {
  let left = bytes.length;
  for (let at: number | undefined; at !== 0; ) {
    const page = readPage(bytes, at);
    const { start, nextAt, next } = page.directory;
    left -= nextAt + 4 - start;
    if (left < 0) throw new Damaged('is damaged: its pages form a cycle or share directories');
    yield page;
    at = next;
  }
}

async function decodePage(bytes: Buffer, page: TiffPage, turns: Turns, packed = new PackedBytes(bytes.length)): Promise<Image> {
  const { width, height, channels, orientation, directory } = page;
  // only of the first page, because pages might share their metadata
  const exif = directory.start === firstDirectory(bytes) ? exifOfTiff(bytes) : undefined;
  return orient({ width, height, channels, data: readStrips(bytes, page, packed), metadata: compact({ ...metadataOf(directory), exif }) }, orientation, turns);
}

import type { Image } from '../../image.js';
import { compact, type Metadata } from '../../metadata.js';
import type { SampleType } from '../../samples.js';
import { Damaged, type Header, type Source, Unreadable } from '../format.js';
import { type Directory, densityOf, readDirectory, TAG } from './directory.js';

/** Supported formats by photometric interpretation: samples per pixel, and bits per sample. */
const KINDS: Readonly<Record<number, { name: string; samples: readonly number[]; bits: readonly number[] }>> = {
  0: { name: 'gray, white is 0', samples: [1, 2], bits: [1, 2, 4, 8, 16] },
  1: { name: 'gray', samples: [1, 2], bits: [1, 2, 4, 8, 16] },
  2: { name: 'RGB', samples: [3, 4], bits: [8, 16] },
  3: { name: 'palette', samples: [1], bits: [1, 2, 4, 8] },
};
const SAMPLE_FORMATS = ['', 'integers', 'signed integers', 'floats'];
const WHOLE = 1;
const FLOAT = 3;
/** Compression methods of strips. */
export const PACKING = { none: 1, lzw: 5, deflate: 8, oldDeflate: 32946 } as const;

/** One image of a TIFF, as described by its directory. */
export interface TiffPage extends Header {
  readonly pixelBytes: number;
  readonly directory: Directory;
  readonly packing: number;
  readonly photometric: number;
  readonly bits: number;
  /** samples per pixel in the file */
  readonly samples: number;
  readonly channels: Image['channels'];
  readonly sampleType: SampleType;
  readonly differences: boolean;
  readonly rowsPerStrip: number;
  /** tile size of a tiled image */
  readonly tile?: { readonly width: number; readonly height: number };
  readonly premultiplied: boolean;
  readonly orientation: number;
}

/**
 * Reads a directory and rejects unsupported ones.
 * @param at offset of the directory. Default: the first of the file
 * @throws Damaged or Unreadable
 */
export function readPage(bytes: Source, at?: number): TiffPage {
  const page = describePage(readDirectory(bytes, at));
  if (page.tile) refuse('in tiles', 'strips');
  return page;
}

/** The image described by a directory, in strips or tiles. @throws Damaged or Unreadable */
export function describePage(directory: Directory): TiffPage {
  const { one, values, entries } = directory;
  const bits = values(TAG.bits, 5) ?? [1];
  const [samples, photometric, packing] = [one(TAG.samples, 1), one(TAG.photometric, -1), one(TAG.compression, PACKING.none)];
  if (photometric < 0) throw new Damaged('is damaged: its TIFF directory has no photometric interpretation');
  const kind = KINDS[photometric] ?? refuse(`of photometric interpretation ${photometric}`, 'gray, RGB and palette');
  const format = one(TAG.sampleFormat, WHOLE);
  const isFloat = format === FLOAT && bits[0] === 32 && photometric !== 3;
  const known = isFloat || (format === WHOLE && kind.bits.includes(bits[0]) && (samples === kind.samples[0] || bits[0] >= 8));
  if (!kind.samples.includes(samples) || !known || bits.some((b) => b !== bits[0])) {
    refuse(
      `with ${samples} samples of ${bits[0]} bits per pixel (${kind.name}, ${SAMPLE_FORMATS[format] ?? 'unknown sample format'})`,
      `${kind.samples.join(' or ')} integers of ${kind.bits.join(', ')} bits${photometric === 3 ? '' : ', or 32-bit floats,'}`,
    );
  }
  if (!(Object.values(PACKING) as number[]).includes(packing)) refuse(`of compression ${packing}`, 'uncompressed, LZW and deflate');
  if (samples > 1 && one(TAG.planar, 1) !== 1) refuse('with separate planes', 'interleaved samples');
  if (one(TAG.fillOrder, 1) !== 1) refuse('with reversed bits', 'the highest bit first');
  const predictor = one(TAG.predictor, 1);
  if (predictor !== 1 && !(predictor === 2 && (bits[0] === 8 || bits[0] === 16)))
    refuse(`with predictor ${predictor}`, 'predictor 1, and predictor 2 with 8 or 16 bits,');
  const height = one(TAG.height, 0);
  const channels = (photometric === 3 ? 3 : samples) as Image['channels'];
  return {
    pixelBytes: channels * (isFloat ? 4 : bits[0] === 16 ? 2 : 1),
    width: one(TAG.width, 0),
    height,
    directory,
    packing,
    photometric,
    bits: bits[0],
    samples,
    channels,
    sampleType: isFloat ? 'float32' : bits[0] === 16 ? 'uint16' : 'uint8',
    differences: predictor === 2,
    rowsPerStrip: Math.min(one(TAG.rowsPerStrip, height), height),
    tile: entries.has(TAG.tileWidth) ? { width: one(TAG.tileWidth, 0), height: one(TAG.tileHeight, 0) } : undefined,
    premultiplied: samples % 2 === 0 && one(TAG.extraSamples, 0) === 1,
    orientation: one(TAG.orientation, 1),
  };
}

/** The metadata in a directory. */
export function metadataOf(directory: Directory): Metadata | undefined {
  return compact({ icc: directory.bytes(TAG.icc), density: densityOf(directory) });
}

function refuse(what: string, read: string): never {
  throw new Unreadable(`is a TIFF ${what}; only ${read} are supported`);
}

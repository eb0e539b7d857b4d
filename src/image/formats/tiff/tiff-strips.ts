import type { Samples } from '../../image.js';
import { arrayOf, whiteOf } from '../../samples.js';
import { Damaged, need, type Source } from '../format.js';
import { inflate, unpackLzw } from '../unpack.js';
import { TAG } from './directory.js';
import { PACKING, type TiffPage } from './tiff-page.js';

/** Maximum expansion ratio of a compressed stream: 1032 for deflate, 2560 for 12-bit LZW codes. */
const MOST_UNPACKED = 2560;
/** Maximum compressed size of a valid block: this many times its pixels, plus this many bytes. */
const MOST_PACKED = 2;
const PACKED_HEAD = 64;

/** The pixels of a page, interleaved. @param packed the counter of compressed bytes of all pages @throws Damaged */
export function readStrips(bytes: Buffer, page: TiffPage, packed = new PackedBytes(bytes.length)): Samples {
  const { width, height, channels, sampleType } = page;
  const rowBytes = packedRow(page, width);
  if (rowBytes * height > MOST_UNPACKED * bytes.length) throw new Damaged(`has ${bytes.length} bytes, which cannot hold ${width} × ${height} pixels`);
  const out = new (arrayOf(sampleType))(width * height * channels);
  const convert = rowConverter(page, width);
  let to = 0;
  for (const strip of strips(bytes, page, rowBytes, packed)) {
    for (let from = 0; from < strip.length; from += rowBytes, to += width * channels) convert(strip, from, out, to);
  }
  if (page.premultiplied) divideByAlpha(out, channels);
  return out;
}

/** Bytes per row with packed bits. */
export function packedRow({ samples, bits }: TiffPage, width: number): number {
  return Math.ceil((width * samples * bits) / 8);
}

/**
 * Returns a converter from rows of a strip or tile to samples.
 * @param width pixels per row
 * @param kept pixels per row that are part of the image
 */
export function rowConverter(page: TiffPage, width: number, kept = width) {
  const { bits, samples, sampleType, photometric, differences } = page;
  const white = 2 ** bits - 1;
  const map = photometric === 3 ? colors(page) : undefined;
  const scale = bits < 8 ? 255 / white : 1;
  const row = sampleType === 'float32' ? new Float32Array(width * samples) : new Uint16Array(width * samples);
  const length = kept * samples;
  if (!map && !differences && photometric !== 0 && liesAsRead(page)) {
    return (strip: Buffer, from: number, out: Samples, at: number) => {
      const size = out.BYTES_PER_ELEMENT;
      new Uint8Array(out.buffer, out.byteOffset + at * size, length * size).set(strip.subarray(from, from + length * size));
    };
  }
  return (strip: Buffer, from: number, out: Samples, at: number) => {
    let to = at;
    unpackRow(strip, from, row, page);
    if (differences) for (let i = samples; i < row.length; i++) row[i] = (row[i] + row[i - samples]) & white;
    if (map) {
      for (let i = 0; i < length; i++) for (let c = 0; c < 3; c++) out[to++] = map[c * (white + 1) + row[i]] >> 8;
      return;
    }
    if (photometric === 0) for (let i = 0; i < length; i += samples) row[i] = (sampleType === 'float32' ? 1 : white) - row[i];
    for (let i = 0; i < length; i++) out[to++] = row[i] * scale;
  };
}

const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** True if samples have the same representation in the file and in memory. */
function liesAsRead({ bits, directory: { little } }: TiffPage): boolean {
  return bits === 8 || (bits >= 16 && little === LITTLE);
}

/** True if rows of the file are identical to rows of the image, byte by byte. */
export function isPlain(page: TiffPage): boolean {
  const { photometric, packing, tile, differences, premultiplied } = page;
  return !tile && packing === PACKING.none && !differences && !premultiplied && photometric !== 0 && photometric !== 3 && liesAsRead(page);
}

function colors({ directory, bits }: TiffPage): readonly number[] {
  const map = directory.values(TAG.colorMap, 3 * 2 ** bits) ?? [];
  if (map.length < 3 * 2 ** bits) throw new Damaged(`is damaged: its palette has ${map.length} numbers instead of ${3 * 2 ** bits}`);
  return map;
}

/** Yields the decompressed strips, each with complete rows. */
function* strips(bytes: Buffer, { directory, width, height, rowsPerStrip, packing }: TiffPage, rowBytes: number, packed: PackedBytes): Generator<Buffer> {
  const count = Math.ceil(height / rowsPerStrip);
  // pages may share a table that is longer than each of them needs
  const [offsets, sizes] = [TAG.stripOffsets, TAG.stripSizes].map((tag) => directory.values(tag, count + 1) ?? []);
  if (offsets.length !== count || sizes.length !== count) {
    throw new Damaged(`is damaged: the TIFF has ${offsets.length} strips and ${sizes.length} sizes for them, its ${height} rows need ${count}`);
  }
  if (width === 0) return;
  for (let i = 0; i < count; i++) {
    const what = `strip ${i + 1} of ${count}`;
    const unpacked = Math.min(rowsPerStrip, height - i * rowsPerStrip) * rowBytes;
    if (packing !== PACKING.none) packed.take(sizes[i], unpacked, what);
    yield unpackBlock(bytes, packing, { from: offsets[i], size: sizes[i], unpacked }, what);
  }
}

/**
 * Counts compressed bytes. Strips and tiles may share bytes, and codes that decompress to nothing take time too, so bytes beyond those that
 * the pixels of a block can need are read at most once each.
 */
export class PackedBytes {
  #left: number;

  /** @param length length of the file */
  constructor(length: number) {
    this.#left = length;
  }

  /** @throws Damaged */
  take(size: number, unpacked: number, what: string): void {
    this.#left -= Math.max(0, size - MOST_PACKED * unpacked - PACKED_HEAD);
    if (this.#left < 0) throw new Damaged(`is damaged: up to ${what}, its compressed bytes are much longer than its pixels`);
  }
}

/** Offset of a strip or tile, and its compressed and uncompressed length. */
export interface Block {
  readonly from: number;
  readonly size: number;
  readonly unpacked: number;
}

/** Decompresses a strip or tile. @throws Damaged */
export function unpackBlock(bytes: Source, packing: number, { from, size, unpacked }: Block, what: string): Buffer {
  if (packing === PACKING.none && size < unpacked) throw new Damaged(`is damaged: ${what} has ${size} bytes instead of ${unpacked}`);
  const end = from + (packing === PACKING.none ? unpacked : size);
  need(bytes, end, what);
  const block = bytes.subarray(from, end);
  if (packing === PACKING.lzw) return unpackLzw(block, { rootBits: 8, order: 'tiff' }, unpacked, what);
  return packing === PACKING.none ? block : inflate(block, unpacked, what);
}

function unpackRow(strip: Buffer, from: number, row: Float32Array | Uint16Array, { bits, directory: { little } }: TiffPage): void {
  if (bits === 8) for (let i = 0; i < row.length; i++) row[i] = strip[from + i];
  else if (bits === 16)
    for (let i = 0, at = from; i < row.length; i++, at += 2) row[i] = little ? strip[at] | (strip[at + 1] << 8) : (strip[at] << 8) | strip[at + 1];
  else if (bits === 32) for (let i = 0; i < row.length; i++) row[i] = little ? strip.readFloatLE(from + 4 * i) : strip.readFloatBE(from + 4 * i);
  else {
    const [each, mask] = [8 / bits, 2 ** bits - 1];
    for (let i = 0; i < row.length; i++) row[i] = (strip[from + Math.floor(i / each)] >> (8 - bits - (i % each) * bits)) & mask;
  }
}

export function divideByAlpha(data: Samples, channels: number): void {
  const white = whiteOf(data);
  for (let i = 0; i < data.length; i += channels) {
    const alpha = data[i + channels - 1];
    if (!(alpha > 0)) continue;
    for (let c = i; c < i + channels - 1; c++) data[c] = white === 1 ? data[c] / alpha : Math.min(white, Math.round((data[c] * white) / alpha));
  }
}

import { crc32, deflateSync, inflateSync } from 'node:zlib';
import type { Turns } from '../../../turns.js';
import { compact, densityOfMeters, type Metadata, metersOfDensity } from '../../metadata.js';
import { Damaged, need } from '../format.js';
import { readExif } from '../tiff/exif.js';

/** The signature of PNG files. */
export const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Maximum size of a color profile. */
const MAX_PROFILE = 2 ** 24;
/** The end of the first chunk, the header of 13 bytes. */
const HEADER_END = 33;
/** Bytes summed at a time; takes about half a millisecond. */
const SUMMED_BYTES = 2 ** 19;

/** One chunk of a PNG. */
export interface Chunk {
  readonly type: string;
  readonly content: Buffer;
  /** end offset in the file, after its checksum */
  readonly end: number;
}

/** The chunks up to IEND, without checking their checksums; data after IEND is ignored. @throws Damaged */
export function* chunks(bytes: Buffer): Generator<Chunk> {
  for (let at = SIGNATURE.length; ; ) {
    need(bytes, at + 12, 'a chunk');
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (!/^[A-Za-z]{4}$/.test(type)) throw new Damaged(`has no chunk at byte ${at}, where one must begin`);
    const end = at + 12 + bytes.readUInt32BE(at);
    need(bytes, end, `its ${type} chunk`);
    yield { type, content: bytes.subarray(at + 8, end - 4), end };
    if (type === 'IEND') return;
    at = end;
  }
}

/** Calls a function with every chunk after verifying its checksum. @throws Damaged */
export async function forChunks(bytes: Buffer, turns: Turns, use: (chunk: Chunk) => void): Promise<void> {
  for (const chunk of chunks(bytes)) {
    const { type, content, end } = chunk;
    const summed = bytes.subarray(end - content.length - 8, end - 4);
    let sum = 0;
    const add = (from: number, to: number) => {
      sum = crc32(summed.subarray(from, to), sum);
    };
    // avoids a promise per chunk in files with millions of chunks
    if (turns.over || summed.length > SUMMED_BYTES) await turns.each(summed.length, SUMMED_BYTES, add);
    else add(0, summed.length);
    if (sum !== bytes.readUInt32BE(end - 4)) {
      throw new Damaged(`is damaged: the checksum of its ${type} chunk at byte ${end - content.length - 12} does not match`);
    }
    use(chunk);
  }
}

/** A chunk with its length and its checksum. */
export function chunk(type: string, content: Uint8Array): Buffer {
  const whole = Buffer.alloc(content.length + 12);
  whole.writeUInt32BE(content.length, 0);
  whole.write(type, 4, 'latin1');
  whole.set(content, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), whole.length - 4);
  return whole;
}

/** The metadata in the chunks; damaged blocks are ignored. */
export function readMetadata(found: ReadonlyMap<string, Buffer>): { metadata?: Metadata; orientation: number } {
  const [profile, block, size] = ['iCCP', 'eXIf', 'pHYs'].map((type) => found.get(type));
  const { orientation, block: exif } = block ? readExif(block) : { orientation: 1 };
  const perMeter = size?.length === 9 && size[8] === 1 && size.readUInt32BE(0) === size.readUInt32BE(4) ? size.readUInt32BE(0) : 0;
  const icc = profile && unpackProfile(profile);
  return { metadata: compact({ icc, exif, density: densityOfMeters(perMeter) }), orientation };
}

/** Parses the name, a zero byte, the method, and the compressed profile. */
function unpackProfile(content: Buffer): Buffer | undefined {
  try {
    return inflateSync(content.subarray(content.indexOf(0) + 2), { maxOutputLength: MAX_PROFILE });
  } catch {
    return undefined;
  }
}

/** The chunks after the header. */
export function metadataChunks({ icc, exif, density }: Metadata): Buffer[] {
  const added: Buffer[] = [];
  if (icc) added.push(chunk('iCCP', Buffer.concat([Buffer.from('ICC profile\0\0', 'latin1'), deflateSync(icc)])));
  if (exif) added.push(chunk('eXIf', exif));
  if (density) {
    const size = Buffer.alloc(9, 1);
    for (const at of [0, 4]) size.writeUInt32BE(Math.min(2 ** 32 - 1, metersOfDensity(density)), at);
    added.push(chunk('pHYs', size));
  }
  return added;
}

/**
 * The parts of a PNG with metadata after its header, replacing the resolution that sharp makes up.
 * @param png a newly written file; its memory is reused if there is room before the image data
 */
export function withMetadata(png: Uint8Array, metadata: Metadata): readonly Buffer[] {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.length);
  const before: Buffer[] = [SIGNATURE];
  let rest = SIGNATURE.length;
  for (const { type, content, end } of chunks(bytes)) {
    if (type === 'IDAT') break;
    rest = end;
    if (type !== 'pHYs') before.push(bytes.subarray(end - content.length - 12, end));
    if (end === HEADER_END) before.push(...metadataChunks(metadata));
  }
  const start = Buffer.concat(before);
  if (start.length > rest) return [start, bytes.subarray(rest)];
  bytes.set(start, rest - start.length);
  return [bytes.subarray(rest - start.length)];
}

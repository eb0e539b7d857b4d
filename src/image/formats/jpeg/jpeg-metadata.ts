import { compact, type Metadata } from '../../metadata.js';
import { readExif } from '../tiff/exif.js';

const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const EXIF = Buffer.from('Exif\0\0', 'latin1');
const ICC = Buffer.from('ICC_PROFILE\0', 'latin1');
const JFIF = Buffer.from('JFIF\0', 'latin1');
/** Maximum bytes of a segment after its length field. */
const MOST = 65533;

/** Collects the metadata in the segments of a JPEG; damaged blocks are ignored. */
export class JpegMetadata {
  #exif: Buffer | undefined;
  #density = 0;
  readonly #profile: Buffer[] = [];
  #parts = 0;

  add(marker: number, content: Buffer): void {
    if (marker === APP0 && begins(content, JFIF) && content.length >= 12) {
      const [unit, x, y] = [content[7], content.readUInt16BE(8), content.readUInt16BE(10)];
      if (x === y) this.#density = unit === 1 ? x : unit === 2 ? x * 2.54 : 0;
    } else if (marker === APP1 && begins(content, EXIF)) this.#exif ??= content.subarray(EXIF.length);
    else if (marker === APP2 && begins(content, ICC) && content.length > 14) {
      // parts are numbered from 1
      this.#profile[content[12] - 1] ??= content.subarray(14);
      this.#parts = content[13];
    }
  }

  read(): { metadata?: Metadata; orientation: number } {
    const { orientation, density, block } = this.#exif ? readExif(this.#exif) : { orientation: 1 };
    return { metadata: compact({ icc: this.#joined(), exif: block, density: this.#density || density }), orientation };
  }

  #joined(): Buffer | undefined {
    const parts = Array.from({ length: this.#parts }, (_, i) => this.#profile[i]);
    return parts.length > 0 && parts.every((part) => part !== undefined) ? Buffer.concat(parts) : undefined;
  }
}

/**
 * The parts of the JPEG with a new JFIF segment, which contains the resolution in integers, or only square pixels if
 * there is none, followed by the other metadata.
 * @param jpeg a newly written file
 */
export function withMetadata(jpeg: Uint8Array, { icc, exif, density }: Metadata): readonly Buffer[] {
  const bytes = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.length);
  const behind = bytes[3] === APP0 && begins(bytes.subarray(6), JFIF) ? 4 + bytes.readUInt16BE(4) : 2;
  const whole = density && density <= 65535 ? Math.round(density) : 0;
  const [high, low] = [(whole || 1) >> 8, (whole || 1) & 255];
  // version 1.1, unit, resolution twice, no thumbnail
  const added = [segment(APP0, JFIF, Buffer.of(1, 1, whole > 0 ? 1 : 0, high, low, high, low, 0, 0))];
  if (exif) added.push(segment(APP1, EXIF, exif));
  if (icc) {
    const room = MOST - ICC.length - 2;
    const parts = Math.ceil(icc.length / room);
    for (let i = 0; i < parts; i++) added.push(segment(APP2, Buffer.concat([ICC, Buffer.of(i + 1, parts)]), icc.subarray(i * room, (i + 1) * room)));
  }
  const start = Buffer.concat([bytes.subarray(0, 2), ...added]);
  if (start.length > behind) return [start, bytes.subarray(behind)];
  bytes.set(start, behind - start.length);
  return [bytes.subarray(behind - start.length)];
}

/** Maximum block sizes: EXIF fits into one segment, a profile into at most 255. */
export const MOST_METADATA = { exif: MOST - EXIF.length, icc: 255 * (MOST - ICC.length - 2) } as const;

function segment(marker: number, name: Buffer, content: Uint8Array): Buffer {
  const size = name.length + content.length + 2;
  return Buffer.concat([Buffer.of(0xff, marker, size >> 8, size & 255), name, content]);
}

function begins(content: Buffer, name: Buffer): boolean {
  return content.subarray(0, name.length).equals(name);
}

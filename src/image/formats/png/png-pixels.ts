import type { Image } from '../../image.js';
import { Damaged, type Header, need, type Source } from '../format.js';
import { inflateRows, MAX_DEFLATE_RATIO } from '../unpack.js';
import { bytesOfRows, type PngLayout, readRows } from './png-rows.js';

/** Samples per pixel in the file, and allowed bit depths (PNG specification, 11.2.1). Type 3 has a palette. */
const COLOR_TYPES: Readonly<Record<number, { samples: 1 | 2 | 3 | 4; depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};
/** The color type of images with a palette. */
export const PALETTE = 3;

/** Contents of the header. */
export interface PngHeader extends Header, PngLayout {
  readonly colorType: number;
}

/** Color information in the chunks between header and image data. */
export interface PngColors {
  readonly palette?: Buffer;
  readonly transparency?: Buffer;
}

/** @throws Damaged */
export function inspectPng(bytes: Source): PngHeader {
  need(bytes, 33, 'its header');
  const head = bytes.subarray(0, 33);
  if (head.readUInt32BE(8) !== 13 || head.toString('latin1', 12, 16) !== 'IHDR') throw new Damaged('does not begin with a PNG header');
  const [depth, colorType, compression, filter, interlace] = head.subarray(24, 29);
  if (!COLOR_TYPES[colorType]?.depths.includes(depth)) throw new Damaged(`claims color type ${colorType} with ${depth} bits, which PNG does not have`);
  if (compression !== 0 || filter !== 0 || interlace > 1) throw new Damaged('claims a compression, filter or interlace method that PNG does not have');
  const { samples } = COLOR_TYPES[colorType];
  // transparency may add an alpha channel
  const channels = colorType === PALETTE ? 4 : samples + (samples % 2);
  return {
    width: head.readUInt32BE(16),
    height: head.readUInt32BE(20),
    pixelBytes: channels * (depth === 16 ? 2 : 1),
    depth,
    samples,
    colorType,
    interlaced: interlace === 1,
  };
}

/** The number of channels: palettes have three colors, and transparency adds an alpha channel. */
export function channelsOf({ colorType, samples }: PngHeader, { transparency }: PngColors): Image['channels'] {
  const colors = colorType === PALETTE ? 3 : samples;
  return (transparency && colors % 2 === 1 ? colors + 1 : colors) as Image['channels'];
}

/** Checks that the data can contain the pixels, because a few bytes can claim gigabytes. @throws Damaged */
export function checkRoom(header: PngHeader, data: readonly Buffer[]): void {
  const packed = data.reduce((sum, { length }) => sum + length, 0);
  if (packed * MAX_DEFLATE_RATIO < bytesOfRows(header))
    throw new Damaged(`has ${packed} bytes of image data, which cannot hold ${header.width} × ${header.height} pixels`);
}

/** @param data one zlib stream in several pieces @throws Damaged */
export async function decodePixels(header: PngHeader, colors: PngColors, data: readonly Buffer[]): Promise<Uint8ClampedArray | Uint16Array> {
  return colored(readRows(await inflateRows(Buffer.concat(data), bytesOfRows(header), 'its image data'), header), header, colors);
}

/** Converts samples of the file to channels. @throws Damaged */
export function colored(rows: Uint8Array | Uint16Array, header: PngHeader, colors: PngColors): Uint8ClampedArray | Uint16Array {
  if (header.colorType === PALETTE) return lookUp(rows, colors);
  if (header.depth < 8) {
    const scale = 255 / (2 ** header.depth - 1);
    return colors.transparency ? addKeyAlpha(rows, header, colors.transparency, scale) : Uint8ClampedArray.from(rows, (value) => value * scale);
  }
  if (colors.transparency && header.samples % 2 === 1) return addKeyAlpha(rows, header, colors.transparency, 1);
  return rows instanceof Uint16Array ? rows : new Uint8ClampedArray(rows.buffer as ArrayBuffer, rows.byteOffset, rows.length);
}

function lookUp(indices: Uint8Array | Uint16Array, { palette, transparency }: PngColors): Uint8ClampedArray {
  if (!palette) throw new Damaged('is damaged: it has no palette');
  const channels = transparency ? 4 : 3;
  const colors = Math.floor(palette.length / 3);
  const out = new Uint8ClampedArray(indices.length * channels);
  for (let i = 0, to = 0; i < indices.length; i++, to += channels) {
    const index = indices[i];
    if (index >= colors) throw new Damaged(`is damaged: it has a pixel of color ${index}, and ${colors} colors in its palette`);
    for (let c = 0; c < 3; c++) out[to + c] = palette[3 * index + c];
    if (transparency) out[to + 3] = transparency[index] ?? 255;
  }
  return out;
}

/**
 * Sets alpha to 0 for pixels of the transparent color. They keep their color, so that filtering does not blend in
 * black.
 */
function addKeyAlpha(rows: Uint8Array | Uint16Array, { samples, depth }: PngHeader, transparency: Buffer, scale: number): Uint8ClampedArray | Uint16Array {
  if (transparency.length < 2 * samples) throw new Damaged(`is damaged: its transparent color has ${transparency.length} bytes instead of ${2 * samples}`);
  const key = Array.from({ length: samples }, (_, c) => transparency.readUInt16BE(2 * c));
  const white = depth === 16 ? 65535 : 255;
  const area = rows.length / samples;
  const out = depth === 16 ? new Uint16Array(area * (samples + 1)) : new Uint8ClampedArray(area * (samples + 1));
  for (let i = 0, from = 0, to = 0; i < area; i++) {
    let same = true;
    for (let c = 0; c < samples; c++, from++) {
      same &&= rows[from] === key[c];
      out[to++] = rows[from] * scale;
    }
    out[to++] = same ? 0 : white;
  }
  return out;
}

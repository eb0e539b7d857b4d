import { fromRgba, toRgba8 } from '../samples.js';
import { Damaged, type Format, type Header, need, Unreadable } from './format.js';
import { checkLzw } from './unpack.js';

const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const FRAME = 0x2c;
const TRAILER = 0x3b;
const MAX_COLOURS = 256;

/** GIF by jimp (omggif): the first frame; RGB, or RGBA if any pixel is transparent. */
export const gif: Format = {
  name: 'GIF',
  matches: (bytes) => /^GIF8[79]a/.test(bytes.toString('latin1', 0, 6)),
  inspect,

  async decode(bytes) {
    const single = firstFrame(bytes);
    const { default: codec } = await import('@jimp/js-gif');
    const { width, height, data } = codec().decode(single);
    const channels = data.some((value, i) => i % 4 === 3 && value !== 255) ? 4 : 3;
    return { width, height, channels, data: fromRgba(data, channels) };
  },

  async encode(image) {
    // jimp's own encoder always reduces the colours, changes even two or three of them, and loses the transparent pixels
    const { default: gifwrap } = await import('gifwrap');
    const { width, height } = image;
    const data = Buffer.from(toRgba8(image).buffer);
    const hidden = new Set<number>();
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] < 128) hidden.add(at);
    const settleAlpha = () => {
      for (let at = 0; at < data.length; at += 4) hidden.has(at) ? data.fill(0, at, at + 4) : data.fill(255, at + 3, at + 4);
    };
    settleAlpha();
    const frame = new gifwrap.GifFrame({ width, height, data });
    if (frame.getPalette().indexCount > MAX_COLOURS) {
      gifwrap.GifUtil.quantizeWu(frame, MAX_COLOURS - 1);
      settleAlpha();
    }
    return (await new gifwrap.GifCodec().encodeGif([frame], {})).buffer;
  },
};

function inspect(bytes: Buffer): Header {
  need(bytes, 13, 'its header');
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
}

/**
 * A GIF of nothing but the first frame, after it was checked: omggif loops for ever over codes that name each other,
 * and prints a warning where image data is missing.
 */
function firstFrame(bytes: Buffer): Buffer {
  const { width, height } = inspect(bytes);
  const start = 13 + paletteSize(bytes[10]);
  need(bytes, start, 'its palette');
  let control: Buffer = bytes.subarray(0, 0);
  for (let at = start; ; ) {
    need(bytes, at + 2, 'a GIF block');
    const kind = bytes[at];
    if (kind === FRAME) {
      const end = checkFrame(bytes, at, width, height);
      return Buffer.concat([bytes.subarray(0, start), control, bytes.subarray(at, end), Buffer.of(TRAILER)]);
    }
    if (kind !== EXTENSION) throw new Damaged(kind === TRAILER ? 'is a GIF without a picture' : `holds no GIF block at byte ${at}, where one must begin`);
    const { end } = readBlocks(bytes, at + 2);
    if (bytes[at + 1] === GRAPHIC_CONTROL && end - at === 8) control = bytes.subarray(at, end);
    at = end;
  }
}

/** @returns where the frame ends */
function checkFrame(bytes: Buffer, at: number, screenWidth: number, screenHeight: number): number {
  need(bytes, at + 10, 'its frame');
  const [x, y, width, height] = [1, 3, 5, 7].map((offset) => bytes.readUInt16LE(at + offset));
  const flags = bytes[at + 9];
  if (width === 0 || height === 0 || x + width > screenWidth || y + height > screenHeight) {
    throw new Damaged(`is damaged: its frame of ${width} × ${height} pixels at (${x}, ${y}) does not lie within ${screenWidth} × ${screenHeight}`);
  }
  if (paletteSize(flags) === 0 && paletteSize(bytes[10]) === 0) throw new Damaged('is damaged: it has no palette');
  if (flags & 0x40 && height < 5) throw new Unreadable('is an interlaced GIF of fewer than five rows, which the decoder puts in the wrong order');
  const dataAt = at + 10 + paletteSize(flags);
  need(bytes, dataAt + 2, 'its frame');
  const rootBits = bytes[dataAt];
  if (rootBits < 1 || rootBits > 8) throw new Damaged(`is damaged: GIF codes begin with 1 to 8 bits, here it is ${rootBits}`);
  const { end, data } = readBlocks(bytes, dataAt + 1);
  checkLzw(data, { rootBits, order: 'gif' }, width * height, 'its frame');
  return end;
}

/** Data in blocks of up to 255 bytes, each with its length in front, ended by an empty one. */
function readBlocks(bytes: Buffer, start: number): { end: number; data: Buffer } {
  const blocks: Buffer[] = [];
  for (let at = start; ; ) {
    need(bytes, at + 1, 'a GIF block');
    const size = bytes[at];
    if (size === 0) return { end: at + 1, data: Buffer.concat(blocks) };
    need(bytes, at + 1 + size, 'a GIF block');
    blocks.push(bytes.subarray(at + 1, at + 1 + size));
    at += 1 + size;
  }
}

/** Bytes of the palette that the flags announce, 0 without one. */
function paletteSize(flags: number): number {
  return flags & 0x80 ? 3 << ((flags & 7) + 1) : 0;
}

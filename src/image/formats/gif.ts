/// <reference path="./gifenc.d.ts" />
import type { Gifenc } from 'gifenc';
import type { Frame } from '../frame.js';
import type { Image } from '../image.js';
import { fromRgba, toRgba8 } from '../samples.js';
import { Damaged, type FileFormat, type Header, need, Unreadable } from './format.js';
import { checkLzw } from './unpack.js';

const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const FRAME = 0x2c;
const TRAILER = 0x3b;
const MAX_COLORS = 256;
// what becomes of a frame when its time is over
const KEEP = 1;
const CLEAR = 2;
const RESTORE = 3;

/** GIF: read by jimp (omggif), the first frame, RGB, or RGBA if any pixel is transparent; written by gifenc. */
export const gif: FileFormat = {
  name: 'GIF',
  matches: (bytes) => /^GIF8[79]a/.test(bytes.toString('latin1', 0, 6)),
  inspect,

  async decode(bytes) {
    const [first] = walk(bytes);
    return fromCanvas(await decodeFrame(first), hasHoles);
  },

  encode: (image) => encodeFrames([{ image, delay: 0 }], 0),
};

/**
 * All frames, each as the whole picture that is seen: what a frame leaves free shows the one before, unless that was
 * disposed of.
 * @throws Damaged or Unreadable
 */
export async function decodeFrames(bytes: Buffer, maxPixels: number): Promise<{ frames: Frame[]; repeats: number }> {
  const { width, height } = inspect(bytes);
  const found = [...walk(bytes, maxPixels)];
  const canvas = Buffer.alloc(width * height * 4);
  const shown: { data: Buffer; delay: number }[] = [];
  for (const frame of found) {
    const before = frame.disposal === RESTORE ? Buffer.from(canvas) : canvas;
    const { data } = await decodeFrame(frame);
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] !== 0) data.copy(canvas, at, at, at + 4);
    shown.push({ data: Buffer.from(canvas), delay: frame.delay });
    if (frame.disposal === CLEAR) {
      for (let y = frame.y; y < frame.y + frame.height; y++) canvas.fill(0, (y * width + frame.x) * 4, (y * width + frame.x + frame.width) * 4);
    }
    if (frame.disposal === RESTORE) before.copy(canvas);
  }
  const holes = shown.some(({ data }) => hasHoles(data));
  return { frames: shown.map(({ data, delay }) => ({ image: fromCanvas({ width, height, data }, () => holes), delay })), repeats: repeatsOf(bytes) };
}

/**
 * @param frames of equal size
 * @param repeats how often it starts again: Infinity for ever
 */
export async function encodeFrames(frames: readonly Frame[], repeats: number): Promise<Uint8Array> {
  const loaded = await import('gifenc');
  // a CommonJS module: bundlers see its names, Node does not
  const { GIFEncoder, quantize } = 'quantize' in loaded ? (loaded as unknown as Gifenc) : loaded.default;
  const indexed = frames.map(({ image }) => toIndices(image, quantize));
  // through the holes of one frame the one before must not be seen
  const dispose = indexed.some(({ transparent }) => transparent) ? CLEAR : KEEP;
  // −1: no word about loops, so it is played once
  const repeat = repeats === 0 ? -1 : Number.isFinite(repeats) ? repeats : 0;
  const encoder = GIFEncoder();
  for (const [i, { image, delay }] of frames.entries()) {
    const { indices, palette, transparent } = indexed[i];
    encoder.writeFrame(indices, image.width, image.height, { palette, delay, repeat, dispose, transparent, transparentIndex: 0 });
  }
  encoder.finish();
  return encoder.bytes();
}

/** Up to 256 colors are kept as they are, more are reduced; pixels of less than half opacity become color 0, a hole. */
function toIndices(image: Image, quantize: Gifenc['quantize']): { indices: Uint8Array; palette: number[][]; transparent: boolean } {
  const { buffer, byteOffset, length } = toRgba8(image);
  const rgba = new Uint8Array(buffer, byteOffset, length);
  const seen = new Map<number, number>();
  let transparent = false;
  for (let at = 0; at < rgba.length; at += 4) {
    if (rgba[at + 3] < 128) transparent = true;
    else seen.set(colorAt(rgba, at), 0);
  }
  const room = transparent ? MAX_COLORS - 1 : MAX_COLORS;
  const colors = [...seen.keys()];
  const palette = transparent ? [[0, 0, 0]] : [];
  if (colors.length <= room) palette.push(...colors.map((color) => [color >> 16, (color >> 8) & 255, color & 255]));
  else palette.push(...quantize(opaque(rgba), room, { format: 'rgb565', useSqrt: false }));
  // gifenc's own look-up gives all colors of one bin the same place, so that pale ones shift
  for (const color of colors) seen.set(color, nearest(palette, color, transparent ? 1 : 0));
  const indices = new Uint8Array(rgba.length / 4);
  for (let i = 0; i < indices.length; i++) if (rgba[4 * i + 3] >= 128) indices[i] = seen.get(colorAt(rgba, 4 * i)) as number;
  return { indices, palette, transparent };
}

function colorAt(rgba: Uint8Array, at: number): number {
  return (rgba[at] << 16) | (rgba[at + 1] << 8) | rgba[at + 2];
}

/** The pixels that are seen. */
function opaque(rgba: Uint8Array): Uint8Array {
  const kept = new Uint8Array(rgba.length);
  let end = 0;
  for (let at = 0; at < rgba.length; at += 4) {
    if (rgba[at + 3] < 128) continue;
    for (let c = 0; c < 3; c++) kept[end++] = rgba[at + c];
    kept[end++] = 255;
  }
  return kept.subarray(0, end).slice();
}

function nearest(palette: readonly number[][], color: number, first: number): number {
  const [red, green, blue] = [color >> 16, (color >> 8) & 255, color & 255];
  let [best, least] = [first, Number.POSITIVE_INFINITY];
  for (let i = first; i < palette.length; i++) {
    const [r, g, b] = palette[i];
    const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

async function decodeFrame({ single }: FoundFrame): Promise<{ width: number; height: number; data: Buffer }> {
  const { default: codec } = await import('@jimp/js-gif');
  const { width, height, data } = codec().decode(single);
  return { width, height, data: Buffer.from(data) };
}

function fromCanvas({ width, height, data }: { width: number; height: number; data: Buffer }, withAlpha: (data: Buffer) => boolean): Image {
  const channels = withAlpha(data) ? 4 : 3;
  return { width, height, channels, data: fromRgba(data, channels) };
}

function hasHoles(data: Buffer): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return true;
  return false;
}

function inspect(bytes: Buffer): Header {
  need(bytes, 13, 'its header');
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
}

interface FoundFrame {
  /** a GIF of nothing but this frame */
  readonly single: Buffer;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly delay: number;
  readonly disposal: number;
}

/**
 * One frame after the other, each checked before it is handed out: omggif loops for ever over codes that name each other,
 * and prints a warning where image data is missing.
 * @param maxPixels of all frames together
 */
function* walk(bytes: Buffer, maxPixels = Number.POSITIVE_INFINITY): Generator<FoundFrame, void> & Iterable<FoundFrame> {
  const { width, height } = inspect(bytes);
  const start = 13 + paletteSize(bytes[10]);
  need(bytes, start, 'its palette');
  const head = bytes.subarray(0, start);
  let control: Buffer = bytes.subarray(0, 0);
  for (let at = start, frames = 0; ; ) {
    need(bytes, at + 1, 'a GIF block');
    const kind = bytes[at];
    if (kind === TRAILER && frames > 0) return;
    need(bytes, at + 2, 'a GIF block');
    if (kind === FRAME) {
      if (++frames * width * height > maxPixels)
        throw new Damaged(`has more than ${frames - 1} frames of ${width} × ${height}, together more than maxPixels, ${maxPixels}`);
      const end = checkFrame(bytes, at, width, height);
      const [x, y, frameWidth, frameHeight] = [1, 3, 5, 7].map((offset) => bytes.readUInt16LE(at + offset));
      const single = Buffer.concat([head, control, bytes.subarray(at, end), Buffer.of(TRAILER)]);
      const [disposal, delay] = control.length === 0 ? [0, 0] : [(control[3] >> 2) & 7, control.readUInt16LE(4) * 10];
      yield { single, x, y, width: frameWidth, height: frameHeight, delay, disposal };
      control = bytes.subarray(0, 0);
      at = end;
      continue;
    }
    if (kind !== EXTENSION) throw new Damaged(kind === TRAILER ? 'is a GIF without a picture' : `holds no GIF block at byte ${at}, where one must begin`);
    const { end } = readBlocks(bytes, at + 2);
    if (bytes[at + 1] === GRAPHIC_CONTROL && end - at === 8) control = bytes.subarray(at, end);
    at = end;
  }
}

/** How often the animation starts again: the block that Netscape invented says it; 0 there is for ever, and without it there is one run. */
function repeatsOf(bytes: Buffer): number {
  const at = bytes.indexOf('\x21\xff\x0bNETSCAPE2.0\x03\x01', 0, 'latin1');
  if (at === -1) return 0;
  need(bytes, at + 18, 'its number of repeats');
  return bytes.readUInt16LE(at + 16) || Number.POSITIVE_INFINITY;
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

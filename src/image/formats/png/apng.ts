import type { Turns } from '../../../turns.js';
import type { Frame } from '../../frame.js';
import type { Image } from '../../image.js';
import { whiteOf } from '../../samples.js';
import { Damaged, type Frames, type Header } from '../format.js';
import { type Chunk, chunk, chunks, forChunks, readMetadata, SIGNATURE } from './png-chunks.js';
import { checkRoom, decodePixels, inspectPng, type PngColors, type PngHeader } from './png-pixels.js';

// disposal methods
const RESTORE = 2;
/** The frame is blended over the canvas instead of replacing it. */
const OVER = 1;

/** Contents of a frame control chunk (PNG, third edition, 11.3.6.2). */
interface Control extends Header {
  readonly x: number;
  readonly y: number;
  readonly delay: number;
  readonly disposal: number;
  readonly blend: number;
  readonly data: Buffer[];
}

type Pixels = Uint8ClampedArray | Uint16Array;

/**
 * The frames of an animated PNG, each complete as displayed; undefined if it has no frame controls. They have alpha if any has transparent pixels.
 * @param maxPixels limit for all frames in total
 * @throws Damaged
 */
export async function decodeApng(bytes: Buffer, maxPixels: number, turns: Turns): Promise<Frames | undefined> {
  const header = inspectPng(bytes);
  const { controls, plays, colors, found } = await readControls(bytes, turns);
  if (controls.length === 0) return undefined;
  const { width, height } = header;
  if (controls.length * width * height > maxPixels)
    throw new Damaged(`has ${controls.length} frames of ${width} × ${height}, together more pixels than limits.pixels or limits.memory allow (${maxPixels})`);
  const metadata = readMetadata(found).metadata;
  const wide = header.depth === 16;
  let canvas: Pixels = wide ? new Uint16Array(width * height * 4) : new Uint8ClampedArray(width * height * 4);
  const shown: { canvas: Pixels; delay: number }[] = [];
  for (const control of controls) {
    const before = canvas;
    canvas = canvas.slice();
    draw(await decodeFrame(control, header, colors), control, canvas, width);
    shown.push({ canvas, delay: control.delay });
    if (control.disposal === RESTORE && shown.length > 1) canvas = before;
    else if (control.disposal !== 0) {
      canvas = canvas.slice();
      for (let y = control.y; y < control.y + control.height; y++) canvas.fill(0, (y * width + control.x) * 4, (y * width + control.x + control.width) * 4);
    }
  }
  const white = wide ? 65535 : 255;
  const opaque = shown.every(({ canvas }) => canvas.every((value, i) => i % 4 < 3 || value === white));
  const toImage = (canvas: Pixels): Image => ({
    width,
    height,
    channels: opaque ? 3 : 4,
    data: opaque ? canvas.filter((_, i) => i % 4 < 3) : canvas,
    metadata,
  });
  return { frames: shown.map(({ canvas, delay }) => ({ image: toImage(canvas), delay })), repeats: plays === 0 ? Number.POSITIVE_INFINITY : plays - 1 };
}

/** Whether an animation chunk precedes the image data; true for a damaged file, whose error is reported later. */
export function isAnimated(bytes: Buffer): boolean {
  try {
    for (const { type } of chunks(bytes)) {
      if (type === 'acTL') return true;
      if (type === 'IDAT') return false;
    }
    return false;
  } catch {
    return true;
  }
}

async function readControls(bytes: Buffer, turns: Turns): Promise<{ controls: Control[]; plays: number; colors: PngColors; found: Map<string, Buffer> }> {
  const controls: Control[] = [];
  const found = new Map<string, Buffer>();
  const { width, height } = inspectPng(bytes);
  await forChunks(bytes, turns, ({ type, content }: Chunk) => {
    if (type === 'fcTL') controls.push(readControl(content, width, height));
    // image data before all frame controls is an image for readers without animation support
    else if (type === 'IDAT') controls.at(-1)?.data.push(content);
    else if (type === 'fdAT') controls.at(-1)?.data.push(content.subarray(4));
    else if (!found.has(type)) found.set(type, content);
  });
  const animation = found.get('acTL');
  if (animation?.length !== 8) return { controls: [], plays: 1, colors: {}, found };
  if (controls.length !== animation.readUInt32BE(0)) throw new Damaged(`is damaged: it has ${controls.length} of its ${animation.readUInt32BE(0)} frames`);
  return { controls, plays: animation.readUInt32BE(4), colors: { palette: found.get('PLTE'), transparency: found.get('tRNS') }, found };
}

function readControl(content: Buffer, screenWidth: number, screenHeight: number): Control {
  if (content.length !== 26) throw new Damaged('is damaged: a frame control of its animation does not have 26 bytes');
  const [width, height, x, y] = [4, 8, 12, 16].map((at) => content.readUInt32BE(at));
  if (width === 0 || height === 0 || x + width > screenWidth || y + height > screenHeight) {
    throw new Damaged(`is damaged: its frame of ${width} × ${height} pixels at (${x}, ${y}) is outside ${screenWidth} × ${screenHeight}`);
  }
  const delay = (1000 * content.readUInt16BE(20)) / (content.readUInt16BE(22) || 100);
  return { width, height, x, y, delay, disposal: content[24], blend: content[25], data: [] };
}

/** Decodes a frame to RGBA. */
async function decodeFrame({ width, height, data }: Control, header: PngHeader, colors: PngColors): Promise<Pixels> {
  const own = { ...header, width, height };
  checkRoom(own, data);
  const pixels = await decodePixels(own, colors, data);
  const channels = pixels.length / (width * height);
  if (channels === 4) return pixels;
  const white = whiteOf(pixels);
  const rgba = pixels instanceof Uint16Array ? new Uint16Array(width * height * 4) : new Uint8ClampedArray(width * height * 4);
  for (let i = 0, from = 0; i < rgba.length; i += 4, from += channels) {
    for (let c = 0; c < 3; c++) rgba[i + c] = pixels[from + (channels < 3 ? 0 : c)];
    rgba[i + 3] = channels === 2 ? pixels[from + 1] : white;
  }
  return rgba;
}

function draw(rgba: Pixels, { x, y, width, height, blend }: Control, canvas: Pixels, across: number): void {
  const white = whiteOf(rgba);
  for (let row = 0, i = 0; row < height; row++) {
    for (let at = ((y + row) * across + x) * 4, end = at + 4 * width; at < end; at += 4, i += 4) {
      const alpha = rgba[i + 3] / white;
      const behind = blend === OVER ? (canvas[at + 3] / white) * (1 - alpha) : 0;
      const sum = alpha + behind;
      for (let c = 0; c < 3; c++) canvas[at + c] = behind === 0 ? rgba[i + c] : Math.round((rgba[i + c] * alpha + canvas[at + c] * behind) / sum);
      canvas[at + 3] = Math.round(sum * white);
    }
  }
}

/** Joins PNGs to an animated PNG. @param pngs the frames, with equal size and sample type */
export function joinPngs(pngs: readonly Uint8Array[], frames: readonly Frame[], repeats: number): Buffer {
  const [first] = pngs;
  const parts: Buffer[] = [SIGNATURE];
  let number = 0;
  const control = ({ image: { width, height }, delay }: Frame) => {
    const content = Buffer.alloc(26);
    for (const [i, value] of [number++, width, height, 0, 0].entries()) content.writeUInt32BE(value, 4 * i);
    const [numerator, denominator] = delay <= 65535 ? [delay, 1000] : [delay / 10, 100];
    content.writeUInt16BE(Math.round(numerator), 20);
    content.writeUInt16BE(denominator, 22);
    return chunk('fcTL', content);
  };
  for (const { type, content } of chunks(Buffer.from(first))) {
    if (type === 'IDAT' || type === 'IEND') continue;
    parts.push(chunk(type, content));
  }
  const animation = Buffer.alloc(8);
  animation.writeUInt32BE(pngs.length, 0);
  animation.writeUInt32BE(Number.isFinite(repeats) ? repeats + 1 : 0, 4);
  parts.push(chunk('acTL', animation));
  for (const [i, png] of pngs.entries()) {
    parts.push(control(frames[i]));
    for (const { type, content } of chunks(Buffer.from(png))) {
      if (type !== 'IDAT') continue;
      if (i === 0) parts.push(chunk('IDAT', content));
      else {
        const numbered = Buffer.alloc(content.length + 4);
        numbered.writeUInt32BE(number++, 0);
        content.copy(numbered, 4);
        parts.push(chunk('fdAT', numbered));
      }
    }
  }
  parts.push(chunk('IEND', Buffer.alloc(0)));
  return Buffer.concat(parts);
}

/// <reference path="./gifenc.d.ts" />
import type { Gifenc } from 'gifenc';
import type { Frame } from '../../frame.js';
import type { Image } from '../../image.js';
import { fromRgba, whiteOf } from '../../samples.js';
import type { FileFormat, Header } from '../format.js';
import { type GifFrame, gifFrames, inspectGif, repeatsOf } from './gif-blocks.js';
import { hasHole, indexed } from './gif-colors.js';

// disposal methods
const KEEP = 1;
const CLEAR = 2;
const RESTORE = 3;

/** GIF. Reads the first frame as RGB, or RGBA if any pixel is transparent; writes through gifenc. */
export const gif: FileFormat = {
  name: 'GIF',
  keeps: [],
  alpha: true,
  samples: ['uint8'],
  pixelTime: { decode: 40, encode: 200 },
  matches: (bytes) => /^GIF8[79]a/.test(bytes.toString('latin1', 0, 6)),
  inspect: inspectGif,

  async decode(bytes) {
    const size = inspectGif(bytes);
    const canvas = Buffer.alloc(size.width * size.height * 4);
    for (const frame of gifFrames(bytes)) {
      draw(frame, canvas, size);
      break;
    }
    return fromCanvas(size, canvas, hasGaps(canvas));
  },

  encode: (image) => encodeFrames([{ image, delay: 0 }], 0),
  frames: { kind: 'frames', decode: decodeFrames, encode: ({ frames, repeats }) => encodeFrames(frames, repeats) },
};

/**
 * All frames, each complete as displayed: areas that a frame does not cover show the previous one, unless that was
 * disposed of.
 */
async function decodeFrames(bytes: Buffer, maxPixels: number): Promise<{ frames: Frame[]; repeats: number }> {
  const size = inspectGif(bytes);
  const { width, height } = size;
  let canvas = Buffer.alloc(width * height * 4);
  const shown: { canvas: Buffer; delay: number }[] = [];
  for (const frame of gifFrames(bytes, maxPixels)) {
    const before = canvas;
    canvas = Buffer.from(canvas);
    draw(frame, canvas, size);
    shown.push({ canvas, delay: frame.delay });
    if (frame.disposal === RESTORE) canvas = before;
    if (frame.disposal === CLEAR) {
      canvas = Buffer.from(canvas);
      for (let y = frame.y; y < frame.y + frame.height; y++) canvas.fill(0, (y * width + frame.x) * 4, (y * width + frame.x + frame.width) * 4);
    }
  }
  const gaps = shown.some(({ canvas }) => hasGaps(canvas));
  return { frames: shown.map(({ canvas, delay }) => ({ image: fromCanvas(size, canvas, gaps), delay })), repeats: repeatsOf(bytes) };
}

/** Draws the frame over the canvas. Colors missing in its palette are black. */
function draw({ indices, palette, transparent, x, y, width, height }: GifFrame, canvas: Buffer, { width: across }: Header): void {
  for (let row = 0, i = 0; row < height; row++) {
    for (let at = ((y + row) * across + x) * 4, end = at + 4 * width; at < end; at += 4, i++) {
      const index = indices[i];
      if (index === transparent) continue;
      for (let c = 0; c < 3; c++) canvas[at + c] = palette[3 * index + c];
      canvas[at + 3] = 255;
    }
  }
}

function fromCanvas({ width, height }: Header, canvas: Buffer, withAlpha: boolean): Image {
  const channels = withAlpha ? 4 : 3;
  return { width, height, channels, data: fromRgba(canvas, channels) };
}

function hasGaps(canvas: Buffer): boolean {
  for (let at = 3; at < canvas.length; at += 4) if (canvas[at] !== 255) return true;
  return false;
}

/** @param frames of equal size @param repeats number of repetitions; Infinity: forever */
async function encodeFrames(frames: readonly Frame[], repeats: number): Promise<Uint8Array> {
  const loaded = await import('gifenc');
  // a CommonJS module: bundlers provide named exports, Node does not
  const { GIFEncoder, quantize } = 'quantize' in loaded ? (loaded as unknown as Gifenc) : loaded.default;
  const images = frames.map(({ image }) => image);
  const transparent = images.some((image) => hasHole(image, whiteOf(image.data)));
  // the previous frame must not be visible through transparent pixels
  const dispose = transparent ? CLEAR : KEEP;
  // −1 writes no loop block, so the animation plays once
  const repeat = repeats === 0 ? -1 : Number.isFinite(repeats) ? repeats : 0;
  const encoder = GIFEncoder();
  let [i, first] = [0, undefined as unknown];
  for (const { indices, palette } of indexed(images, transparent, quantize)) {
    const { image, delay } = frames[i++];
    first ??= palette;
    // the palette of the first frame is global, for all frames without their own
    const own = i === 1 || palette !== first ? palette : undefined;
    encoder.writeFrame(indices, image.width, image.height, { palette: own, delay, repeat, dispose, transparent, transparentIndex: 0 });
  }
  encoder.finish();
  return encoder.bytes();
}

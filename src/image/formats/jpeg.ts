import { fromRgba, overWhite, toRgba8 } from '../samples.js';
import { readDirectory, TAG } from './directory.js';
import { Damaged, type FileFormat, type Header, need, Unreadable } from './format.js';
import { orient } from './orient.js';
import { decodeBySharp, jpegBySharp } from './sharp.js';

/** A marker segment; numbers are offsets in the file. */
interface Segment {
  readonly marker: number;
  /** the payload after the length field, up to `end` */
  readonly start: number;
  readonly end: number;
  /** number of restart markers in a scan's data */
  readonly restarts: number;
}

interface FrameHeader extends Header {
  readonly components: readonly { readonly id: number; readonly h: number; readonly v: number }[];
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DRI = 0xdd;
const APP1 = 0xe1;
const APP14 = 0xee;

/** jpeg-js takes about 33 bytes per pixel. */
const MAX_PIXELS = 100e6;
/** Real progressive files have about ten. Each scan processes the whole picture, however few bytes it has. */
const MAX_SCANS = 100;

/** JPEG by jimp (jpeg-js): baseline and progressive, rotated by its EXIF orientation; gray has 1 channel, all else 3. */
export const jpeg: FileFormat = {
  name: 'JPEG',
  matches: (bytes) => bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff,

  inspect(bytes) {
    for (const segment of segments(bytes)) {
      if (isFrame(segment.marker)) return readFrame(bytes, segment);
      if (segment.marker === SOS) break;
    }
    throw new Damaged('has no JPEG frame header');
  },

  async decode(bytes, codec) {
    const { frame, orientation, isRgb } = readSegments(bytes);
    const count = frame.components.length;
    // libraries disagree on four components and on unmarked RGB
    if (codec === 'auto' && !isRgb && (count === 1 || count === 3)) {
      const { width, height } = frame;
      const data = await decodeBySharp(bytes, { width, height, channels: count, wide: false });
      if (data) return orient({ width, height, channels: count, data }, orientation);
    }
    const { default: jimp } = await import('@jimp/js-jpeg');
    const { width, height, data } = jimp().decode(bytes, {
      maxResolutionInMP: MAX_PIXELS / 1e6,
      maxMemoryUsageInMB: 4096,
      ...(isRgb && { colorTransform: false }),
    });
    const channels = count === 1 ? 1 : 3;
    return orient({ width, height, channels, data: fromRgba(data, channels) }, orientation);
  },

  async encode(image, quality, codec) {
    const { width, height, channels } = image;
    const asItIs = channels === 3 && image.data instanceof Uint8ClampedArray;
    if (codec === 'auto') {
      const data = asItIs ? (image.data as Uint8ClampedArray) : overWhite(toRgba8(image));
      const bySharp = await jpegBySharp({ width, height, channels: asItIs ? 3 : 4, data }, quality);
      if (bySharp) return bySharp;
    }
    const { default: jimp } = await import('@jimp/js-jpeg');
    return jimp().encode({ width, height, data: Buffer.from(overWhite(toRgba8(image)).buffer) }, { quality });
  },
};

/** Checks the whole file, because jpeg-js decodes missing data as gray. */
function readSegments(bytes: Buffer): { frame: FrameHeader; orientation: number; isRgb: boolean } {
  let frame: FrameHeader | undefined;
  let orientation = 1;
  let restartInterval = 0;
  let adobeTransform: number | undefined;
  let scans = 0;
  let scanBytes = 0;
  for (const segment of segments(bytes)) {
    const { marker, start, end } = segment;
    if (isFrame(marker)) frame = readFrame(bytes, segment);
    else if (marker === DRI) restartInterval = bytes.readUInt16BE(start);
    else if (marker === APP1 && bytes.toString('latin1', start, start + 6) === 'Exif\0\0') orientation = readOrientation(bytes.subarray(start + 6, end));
    else if (marker === APP14 && bytes.toString('latin1', start, start + 5) === 'Adobe') adobeTransform = bytes[start + 11];
    else if (marker === SOS) {
      if (!frame) throw new Damaged('has JPEG image data before its frame header');
      if (++scans > MAX_SCANS) throw new Damaged(`has more than ${MAX_SCANS} JPEG scans`);
      scanBytes += end - start;
      checkRestarts(bytes, segment, frame, restartInterval);
    }
  }
  if (!frame || scans === 0) throw new Damaged('has no JPEG image data');
  // each block of 8 × 8 samples takes at least one bit
  if (scanBytes * 8 < blocksOf(frame)) {
    throw new Damaged(`has ${scanBytes} bytes of image data, which cannot hold ${frame.width} × ${frame.height} pixels`);
  }
  const ids = String.fromCharCode(...frame.components.map(({ id }) => id));
  return { frame, orientation, isRgb: adobeTransform === undefined ? ids === 'RGB' : frame.components.length === 3 && adobeTransform === 0 };
}

/** The segments in order, a scan with the data that follows it. @throws Damaged if the file ends before its end marker */
function* segments(bytes: Buffer): Generator<Segment> {
  for (let at = 2; ; ) {
    need(bytes, at + 2, 'a JPEG marker');
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === 0) throw new Damaged(`holds no JPEG marker at byte ${at}, where one must be`);
    if (marker === EOI) return;
    at += marker === 0xff ? 1 : 2;
    // fill bytes, and markers without a payload
    if (marker === 0xff || marker === 1 || (marker >= 0xd0 && marker <= SOI)) continue;
    need(bytes, at + 2, 'a JPEG segment');
    const length = bytes.readUInt16BE(at);
    if (length < 2) throw new Damaged(`has a JPEG segment of ${length} bytes at byte ${at}`);
    need(bytes, at + length, 'a JPEG segment');
    const scan = marker === SOS ? scanData(bytes, at + length) : { end: at + length, restarts: 0 };
    yield { marker, start: at + 2, ...scan };
    at = scan.end;
  }
}

/** The end of the entropy-coded data: the first marker other than a restart. */
function scanData(bytes: Buffer, start: number): { end: number; restarts: number } {
  let restarts = 0;
  for (let at = start; ; at += 2) {
    at = bytes.indexOf(0xff, at);
    if (at === -1 || at + 1 === bytes.length) throw new Damaged('is cut off: the JPEG image data has no end marker');
    const next = bytes[at + 1];
    if (next >= 0xd0 && next <= 0xd7) restarts++;
    else if (next === 0xff) at--;
    else if (next !== 0) return { end: at, restarts };
  }
}

/** SOF0 to SOF15, except C4, C8 and CC, which are other markers. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker % 4 !== 0 ? true : marker === 0xc0;
}

function readFrame(bytes: Buffer, { marker, start, end }: Segment): FrameHeader {
  if (marker > 0xc2) throw new Unreadable(`is a JPEG of kind SOF${marker - 0xc0}; baseline and progressive ones (SOF0 to SOF2) are read`);
  const count = bytes[start + 5];
  if (end < start + 6 + 3 * count || count === 0) throw new Damaged('has a JPEG frame header that is too short');
  if (bytes[start] !== 8) throw new Unreadable(`is a JPEG of ${bytes[start]} bits a sample; those of 8 bits are read`);
  const components = Array.from({ length: count }, (_, i) => {
    const [id, sampling] = bytes.subarray(start + 6 + 3 * i);
    return { id, h: sampling >> 4, v: sampling & 15 };
  });
  const [width, height] = [bytes.readUInt16BE(start + 3), bytes.readUInt16BE(start + 1)];
  if (width * height > MAX_PIXELS) throw new Unreadable(`is a JPEG of ${width} × ${height} pixels; those up to ${MAX_PIXELS / 1e6} million pixels are read`);
  return { width, height, components };
}

/** A scan with restart markers has one after every `interval` blocks (or groups of blocks) but the last. */
function checkRestarts(bytes: Buffer, { start, restarts }: Segment, frame: FrameHeader, interval: number): void {
  if (interval === 0) return;
  const maxH = Math.max(...frame.components.map(({ h }) => h));
  const maxV = Math.max(...frame.components.map(({ v }) => v));
  const only = bytes[start] === 1 ? frame.components.find(({ id }) => id === bytes[start + 1]) : undefined;
  const units = only
    ? Math.ceil((Math.ceil(frame.width / 8) * only.h) / maxH) * Math.ceil((Math.ceil(frame.height / 8) * only.v) / maxV)
    : Math.ceil(frame.width / 8 / maxH) * Math.ceil(frame.height / 8 / maxV);
  const expected = Math.ceil(units / interval) - 1;
  if (restarts < expected) throw new Damaged(`is damaged: a JPEG scan has ${restarts} of its ${expected} restart markers`);
}

function blocksOf({ width, height, components }: FrameHeader): number {
  const maxH = Math.max(...components.map(({ h }) => h));
  const maxV = Math.max(...components.map(({ v }) => v));
  const units = Math.ceil(width / 8 / maxH) * Math.ceil(height / 8 / maxV);
  return units * components.reduce((sum, { h, v }) => sum + h * v, 0);
}

/** 1 to 8; 1 (unrotated) if the EXIF block is missing or broken. */
function readOrientation(exif: Buffer): number {
  try {
    return readDirectory(exif).get(TAG.orientation)?.[0] ?? 1;
  } catch {
    return 1;
  }
}

import type { Turns } from '../../../turns.js';
import type { Metadata } from '../../metadata.js';
import { Damaged, type Header, need, type Source, Unreadable } from '../format.js';
import { JpegMetadata } from './jpeg-metadata.js';

/** A marker segment; numbers are offsets in the file. */
interface Segment {
  readonly marker: number;
  /** the payload after the length field, up to `end` */
  readonly start: number;
  readonly end: number;
  /** number of restart markers in a scan's data */
  readonly restarts: number;
  /** positions of fill bytes in it */
  readonly fill: readonly number[];
}

interface FrameHeader extends Header {
  readonly progressive: boolean;
  readonly components: readonly { readonly id: number; readonly h: number; readonly v: number }[];
}

export const SOI = 0xd8;
const EOI = 0xd9;
const DHT = 0xc4;
const SOS = 0xda;
const DRI = 0xdd;
const APP14 = 0xee;

/** Real progressive files have about ten. Each scan processes the whole image, even with few bytes. */
const MAX_SCANS = 100;
/** Bytes of a scan that are searched per step. */
const STEP_BYTES = 2 ** 17;
/** Gray, colors, and CMYK. */
const MAX_COMPONENTS = 4;

/** The frame header, with the size of the image. @throws Damaged or Unreadable */
export function inspectJpeg(bytes: Source): FrameHeader {
  for (let at = 2; ; ) {
    const { marker, start, end } = segmentAt(bytes, at);
    if (isFrame(marker)) return readFrame(bytes.subarray(start, end), marker);
    if (marker === SOS || marker === EOI) throw new Damaged('has no JPEG frame header');
    at = end;
  }
}

/** Contents of the segments of a JPEG. */
export interface JpegContents {
  readonly frame: FrameHeader;
  /** offset of its frame header */
  readonly frameAt: number;
  readonly scans: number;
  readonly isRgb: boolean;
  /** positions of fill bytes in scans */
  readonly fill: readonly number[];
  readonly metadata?: Metadata;
  readonly orientation: number;
}

/** Checks the whole file, because jpeg-js decodes missing data as gray. @throws Damaged or Unreadable */
export function readSegments(bytes: Buffer): JpegContents {
  const steps = segmentSteps(bytes);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same in turns. @throws the signal's reason too */
export async function segmentsInTurns(bytes: Buffer, turns: Turns): Promise<JpegContents> {
  const steps = segmentSteps(bytes);
  for (;;) {
    if (turns.over) await turns.next();
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function* segmentSteps(bytes: Buffer): Generator<void, JpegContents, void> {
  const metadata = new JpegMetadata();
  let frame: FrameHeader | undefined;
  let [frameAt, restartInterval, scans, scanBytes] = [0, 0, 0, 0];
  let adobeTransform: number | undefined;
  const tables = new Set<number>();
  const fill: number[] = [];
  for (let at = 2; ; ) {
    const { marker, start, end: headEnd } = segmentAt(bytes, at);
    if (marker === EOI) break;
    const scan = marker === SOS ? yield* scanData(bytes, headEnd) : { end: headEnd, restarts: 0, fill: [] };
    const segment: Segment = { marker, start, ...scan };
    const { end } = segment;
    at = end;
    const content = bytes.subarray(start, end);
    if (isFrame(marker)) {
      // the decoder would allocate memory for each frame header, but only the size of the first was checked
      if (frame) throw new Damaged('has two JPEG frame headers');
      [frame, frameAt] = [readFrame(content, marker), start];
    } else if (marker === DHT) for (const table of tablesOf(content)) tables.add(table);
    else if (marker === DRI) {
      if (content.length < 2) throw new Damaged('has a JPEG restart interval that is too short');
      restartInterval = content.readUInt16BE(0);
    } else if (marker === APP14 && content.toString('latin1', 0, 5) === 'Adobe') adobeTransform = content[11];
    else if (marker === SOS) {
      if (!frame) throw new Damaged('has JPEG image data before its frame header');
      if (++scans > MAX_SCANS) throw new Damaged(`has more than ${MAX_SCANS} JPEG scans`);
      scanBytes += end - start;
      checkTables(content, frame, tables);
      checkRestarts(bytes, segment, frame, restartInterval);
      for (const at of segment.fill) fill.push(at);
    } else metadata.add(marker, content);
  }
  if (!frame || scans === 0) throw new Damaged('has no JPEG image data');
  // each block of 8 × 8 samples takes at least one bit
  if (scanBytes * 8 < blocksOf(frame)) {
    throw new Damaged(`has ${scanBytes} bytes of image data, which cannot hold ${frame.width} × ${frame.height} pixels`);
  }
  const ids = String.fromCharCode(...frame.components.map(({ id }) => id));
  const isRgb = adobeTransform === undefined ? ids === 'RGB' : frame.components.length === 3 && adobeTransform === 0;
  return { frame, frameAt, scans, isRgb, fill, ...metadata.read() };
}

/** The segment at an offset, after fill bytes. @throws Damaged */
function segmentAt(bytes: Source, from: number): { marker: number; start: number; end: number } {
  for (let at = from; ; ) {
    need(bytes, at + 2, 'a JPEG marker');
    const [first, marker] = bytes.subarray(at, at + 2);
    if (first !== 0xff || marker === 0) throw new Damaged(`has no JPEG marker at byte ${at}, where one must be`);
    if (marker === EOI) return { marker, start: at + 2, end: at + 2 };
    at += marker === 0xff ? 1 : 2;
    if (marker === 0xff) continue;
    // libjpeg skips them, jpeg-js does not
    if (marker === 1 || (marker >= 0xd0 && marker <= SOI)) throw new Damaged(`has a JPEG marker without a segment at byte ${at - 2}, where none is allowed`);
    need(bytes, at + 2, 'a JPEG segment');
    const length = bytes.subarray(at, at + 2).readUInt16BE(0);
    if (length < 2) throw new Damaged(`has a JPEG segment of ${length} bytes at byte ${at}`);
    need(bytes, at + length, 'a JPEG segment');
    return { marker, start: at + 2, end: at + length };
  }
}

/** Finds the end of the entropy-coded data: the first marker other than a restart. @throws Damaged if there is none */
function* scanData(bytes: Buffer, start: number): Generator<void, Pick<Segment, 'end' | 'restarts' | 'fill'>, void> {
  let restarts = 0;
  const fill: number[] = [];
  for (let at = start, next = start + STEP_BYTES; ; at += 2) {
    at = bytes.indexOf(0xff, at);
    if (at > next) {
      yield;
      next = at + STEP_BYTES;
    }
    if (at === -1 || at + 1 === bytes.length) throw new Damaged('is truncated: the JPEG image data has no end marker');
    const code = bytes[at + 1];
    if (code >= 0xd0 && code <= 0xd7) restarts++;
    else if (code === 0xff) fill.push(at--);
    else if (code !== 0) return { end: at, restarts, fill };
  }
}

/** SOF0 to SOF15, except C4, C8 and CC, which are other markers. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker % 4 !== 0 ? true : marker === 0xc0;
}

function readFrame(content: Buffer, marker: number): FrameHeader {
  if (marker > 0xc2) throw new Unreadable(`is a JPEG of type SOF${marker - 0xc0}; only baseline and progressive JPEGs (SOF0 to SOF2) are supported`);
  const count = content[5];
  if (content.length < 6 + 3 * count || !(count > 0)) throw new Damaged('has a JPEG frame header that is too short');
  if (count > MAX_COMPONENTS) throw new Unreadable(`is a JPEG of ${count} components; at most ${MAX_COMPONENTS} are supported`);
  if (content[0] !== 8) throw new Unreadable(`is a JPEG of ${content[0]} bits per sample; only 8 bits are supported`);
  const components = Array.from({ length: count }, (_, i) => {
    const [id, sampling] = content.subarray(6 + 3 * i);
    return { id, h: sampling >> 4, v: sampling & 15 };
  });
  return { width: content.readUInt16BE(3), height: content.readUInt16BE(1), progressive: marker === 0xc2, components };
}

/** Ids of the Huffman tables that a segment defines; AC tables start at 16 (ITU-T T.81, B.2.4.2). */
function tablesOf(content: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at + 17 <= content.length; ) {
    found.push(content[at]);
    at += 17 + content.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
  }
  return found;
}

/** libjpeg substitutes default tables for missing ones; jpeg-js does not. */
function checkTables(content: Buffer, { progressive }: FrameHeader, tables: ReadonlySet<number>): void {
  const count = content[0];
  const [first, , refines] = content.subarray(1 + 2 * count);
  for (let i = 0; i < count; i++) {
    const table = content[2 + 2 * i];
    const needed = progressive ? (first > 0 ? [16 + (table & 15)] : refines >> 4 === 0 ? [table >> 4] : []) : [table >> 4, 16 + (table & 15)];
    if (!needed.every((each) => tables.has(each))) throw new Damaged('is damaged: a JPEG scan needs a Huffman table that the file does not have');
  }
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

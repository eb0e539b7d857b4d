import { Damaged } from '../format.js';
import { ByteSums } from './byte-sums.js';

/** The layout of the samples of a PNG. */
export interface PngLayout {
  readonly width: number;
  readonly height: number;
  /** bits of a sample: 1, 2, 4, 8 or 16 */
  readonly depth: number;
  /** samples per pixel in the file; a palette index is one sample */
  readonly samples: number;
  readonly interlaced: boolean;
}

/** First column, first row and their distances for the seven passes of an interlaced image (PNG specification, 8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly columns: number;
  readonly rows: number;
  /** bytes per row, without the filter byte */
  readonly bytes: number;
}

/** Size of the decompressed image data in bytes. */
export function bytesOfRows(layout: PngLayout): number {
  return passes(layout).reduce((sum, { rows, bytes }) => sum + rows * (1 + bytes), 0);
}

function passes({ width, height, depth, samples, interlaced }: PngLayout): readonly Pass[] {
  return (interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const)).flatMap(([x, y, dx, dy]) => {
    const [columns, rows] = [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)];
    return columns > 0 && rows > 0 ? [{ x, y, dx, dy, columns, rows, bytes: Math.ceil((columns * samples * depth) / 8) }] : [];
  });
}

/**
 * The samples of a PNG as stored in the file, interleaved.
 * @param raw the decompressed image data, of {@link bytesOfRows} bytes
 * @throws Damaged if a row has a filter that does not exist
 */
export function readRows(raw: Buffer, layout: PngLayout): Uint8Array | Uint16Array {
  const { width, height, depth, samples } = layout;
  const all = passes(layout);
  const distance = Math.max(1, (samples * depth) / 8);
  let at = 0;
  const parts = all.map((pass) => {
    const packed = unfilter(raw.subarray(at), pass, distance);
    at += pass.rows * (1 + pass.bytes);
    return unpack(packed, pass, pass.columns * samples, depth);
  });
  if (!layout.interlaced) return parts[0];
  const whole = depth === 16 ? new Uint16Array(width * height * samples) : new Uint8Array(width * height * samples);
  for (const [i, { x, y, dx, dy, columns, rows }] of all.entries()) {
    let from = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const to = ((y + row * dy) * width + x + column * dx) * samples;
        for (let c = 0; c < samples; c++) whole[to + c] = parts[i][from++];
      }
    }
  }
  return whole;
}

/** Some rows of a PNG that is not interlaced. */
export interface PngBand {
  /** The samples of the rows as stored in the file, interleaved. */
  readonly samples: Uint8Array | Uint16Array;
  /** the unfiltered bytes of the last row */
  readonly last: Uint8Array;
}

/**
 * The samples of some rows of a PNG that is not interlaced.
 * @param raw the decompressed data of complete rows
 * @param above the unfiltered bytes of the row above; undefined if there is none
 * @throws Damaged if a row has a filter that does not exist
 */
export function readBand(raw: Buffer, layout: PngLayout, above: Uint8Array | undefined): PngBand {
  const { width, depth, samples } = layout;
  const [pass] = passes(layout);
  const rows = raw.length / (1 + pass.bytes);
  const packed = unfilter(raw, { ...pass, rows }, Math.max(1, (samples * depth) / 8), above);
  return { samples: unpack(packed, { ...pass, rows }, width * samples, depth), last: packed.subarray(packed.length - pass.bytes) };
}

/** Reverses the filters of the rows (PNG specification, 9.2). @param distance bytes to the previous pixel */
function unfilter(raw: Buffer, { rows, bytes }: Pass, distance: number, before: Uint8Array = new Uint8Array(bytes)): Uint8Array {
  const out = new Uint8Array(rows * bytes);
  let above = before;
  const sums = new ByteSums(bytes);
  for (let row = 0; row < rows; row++) {
    const from = row * (bytes + 1);
    const line = out.subarray(row * bytes, (row + 1) * bytes);
    line.set(raw.subarray(from + 1, from + 1 + bytes));
    const filter = raw[from];
    if (filter === 1) for (let i = distance; i < bytes; i++) line[i] += line[i - distance];
    else if (filter === 2) line.set(sums.sum(line, above));
    else if (filter === 3) {
      for (let i = 0; i < Math.min(distance, bytes); i++) line[i] += above[i] >> 1;
      for (let i = distance; i < bytes; i++) line[i] += (line[i - distance] + above[i]) >> 1;
    } else if (filter === 4) {
      for (let i = 0; i < Math.min(distance, bytes); i++) line[i] += above[i];
      for (let i = distance; i < bytes; i++) line[i] += paeth(line[i - distance], above[i], above[i - distance]);
    } else if (filter !== 0) throw new Damaged(`is damaged: a row of its image data has filter ${filter}, which PNG does not have`);
    above = line;
  }
  return out;
}

/** The neighbor nearest to left + above − corner. */
function paeth(left: number, above: number, corner: number): number {
  const [toLeft, toAbove] = [Math.abs(above - corner), Math.abs(left - corner)];
  const toCorner = Math.abs(left + above - 2 * corner);
  return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
}

/** Unpacks bytes to samples. @param count samples per row */
function unpack(packed: Uint8Array, { rows, bytes }: Pass, count: number, depth: number): Uint8Array | Uint16Array {
  if (depth === 8) return packed;
  if (depth === 16) {
    const samples = new Uint16Array(packed.length / 2);
    for (let i = 0; i < samples.length; i++) samples[i] = (packed[2 * i] << 8) | packed[2 * i + 1];
    return samples;
  }
  const samples = new Uint8Array(rows * count);
  const [each, mask] = [8 / depth, 2 ** depth - 1];
  for (let row = 0, to = 0; row < rows; row++) {
    for (let i = 0; i < count; i++) samples[to++] = (packed[row * bytes + Math.floor(i / each)] >> (8 - depth - (i % each) * depth)) & mask;
  }
  return samples;
}

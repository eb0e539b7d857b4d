import { SIGNATURE } from '../formats/png/png-chunks.js';
import { openPng } from './png-rows-in.js';
import { encodePng } from './png-rows-out.js';
import { pnm } from './pnm-rows.js';
import { bytesOf, type RowCodec } from './row-codec.js';

/** The formats that are written row by row. */
export const rowFormats = ['png', 'pnm', 'raw'] as const;
/** One of {@link rowFormats}. */
export type RowFormat = (typeof rowFormats)[number];

const png: RowCodec = { name: 'PNG', matches: (head) => head.subarray(0, 8).equals(SIGNATURE), open: openPng, encode: encodePng };

/** Formats that are told by how they begin. */
export const ROW_CODECS: Readonly<Record<Exclude<RowFormat, 'raw'>, RowCodec>> = { png, pnm };

/** How rows are written. */
export const ENCODERS: Readonly<Record<RowFormat, RowCodec['encode']>> = {
  png: png.encode,
  pnm: pnm.encode,
  async *raw(rows) {
    for await (const band of rows) yield bytesOf(band, 'little');
  },
};

/** Formats by extension, in lower case. */
export const ROW_ENDINGS: Readonly<Record<string, RowFormat>> = {
  '.png': 'png',
  '.pgm': 'pnm',
  '.ppm': 'pnm',
  '.pam': 'pnm',
  '.pnm': 'pnm',
  '.raw': 'raw',
};

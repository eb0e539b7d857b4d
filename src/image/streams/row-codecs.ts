import { SIGNATURE } from '../formats/png/png-chunks.js';
import { openPng } from './png-rows-in.js';
import { encodePng } from './png-rows-out.js';
import { pnm } from './pnm-rows.js';
import { bytesOf, type RowCodec } from './row-codec.js';
import type { RowFormat } from './row-formats.js';
import { encodeTiff } from './tiff-rows-out.js';
import { encodePackedTiff } from './tiff-rows-packed.js';

const png: RowCodec = { name: 'PNG', matches: (head) => head.subarray(0, 8).equals(SIGNATURE), open: openPng, encode: encodePng };

/** Formats detected from their first bytes and read from start to end. */
export const ROW_CODECS: Readonly<Record<Exclude<RowFormat, 'raw' | 'tiff'>, RowCodec>> = { png, pnm };

/** The encoders of rows, by format. */
export const ENCODERS: Readonly<Record<RowFormat, RowCodec['encode']>> = {
  png: png.encode,
  tiff: (rows, picture) => (picture.compression === 0 ? encodeTiff : encodePackedTiff)(rows, picture),
  pnm: pnm.encode,
  async *raw(rows) {
    for await (const band of rows) yield bytesOf(band, 'little');
  },
};

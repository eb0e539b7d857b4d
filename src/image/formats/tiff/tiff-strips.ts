import type { Samples } from '../../image.js';
import { arrayOf, whiteOf } from '../../samples.js';
import { Damaged, need } from '../format.js';
import { inflate, unpackLzw } from '../unpack.js';
import { TAG } from './directory.js';
import { PACKING, type TiffPage } from './tiff-page.js';

/** No stream unpacks to more than this many times its own size: of deflate it is 1032 times, of LZW codes of 12 bits 2560 times. */
const MOST_UNPACKED = 2560;

/** The pixels of a page, interleaved. @throws Damaged */
export function readStrips(bytes: Buffer, page: TiffPage): Samples {
  const { width, height, bits, samples, channels, sampleType, photometric } = page;
  const rowBytes = Math.ceil((width * samples * bits) / 8);
  if (rowBytes * height > MOST_UNPACKED * bytes.length) throw new Damaged(`has ${bytes.length} bytes, which cannot hold ${width} × ${height} pixels`);
  const white = 2 ** bits - 1;
  const map = photometric === 3 ? colors(page) : undefined;
  const scale = bits < 8 ? 255 / white : 1;
  const out = new (arrayOf(sampleType))(width * height * channels);
  const row = sampleType === 'float32' ? new Float32Array(width * samples) : new Uint16Array(width * samples);
  let to = 0;
  for (const strip of strips(bytes, page, rowBytes)) {
    for (let from = 0; from < strip.length; from += rowBytes) {
      unpackRow(strip, from, row, page);
      if (page.differences) for (let i = samples; i < row.length; i++) row[i] = (row[i] + row[i - samples]) & white;
      if (map) {
        for (const index of row) for (let c = 0; c < 3; c++) out[to++] = map[c * (white + 1) + index] >> 8;
        continue;
      }
      if (photometric === 0) for (let i = 0; i < row.length; i += samples) row[i] = (sampleType === 'float32' ? 1 : white) - row[i];
      for (let i = 0; i < row.length; i++) out[to++] = row[i] * scale;
    }
  }
  if (page.premultiplied) divideByAlpha(out, channels);
  return out;
}

function colors({ directory, bits }: TiffPage): readonly number[] {
  const map = directory.values(TAG.colorMap) ?? [];
  if (map.length < 3 * 2 ** bits) throw new Damaged(`is damaged: its palette has ${map.length} numbers instead of ${3 * 2 ** bits}`);
  return map;
}

/** The strips unpacked, each of whole rows. */
function* strips(bytes: Buffer, { directory, width, height, rowsPerStrip, packing }: TiffPage, rowBytes: number): Generator<Buffer> {
  const [offsets, sizes] = [directory.values(TAG.stripOffsets) ?? [], directory.values(TAG.stripSizes) ?? []];
  const count = Math.ceil(height / rowsPerStrip);
  if (offsets.length !== count || sizes.length !== count) {
    throw new Damaged(`is damaged: the TIFF has ${offsets.length} strips and ${sizes.length} sizes for them, its ${height} rows need ${count}`);
  }
  if (width === 0) return;
  for (let i = 0; i < count; i++) {
    const what = `strip ${i + 1} of ${count}`;
    const unpacked = Math.min(rowsPerStrip, height - i * rowsPerStrip) * rowBytes;
    const end = offsets[i] + (packing === PACKING.none ? unpacked : sizes[i]);
    need(bytes, end, what);
    const strip = bytes.subarray(offsets[i], end);
    if (packing === PACKING.lzw) yield unpackLzw(strip, { rootBits: 8, order: 'tiff' }, unpacked, what);
    else if (packing !== PACKING.none) yield inflate(strip, unpacked, what);
    else if (sizes[i] < unpacked) throw new Damaged(`is damaged: ${what} has ${sizes[i]} bytes instead of ${unpacked}`);
    else yield strip;
  }
}

function unpackRow(strip: Buffer, from: number, row: Float32Array | Uint16Array, { bits, directory: { little } }: TiffPage): void {
  if (bits === 8) for (let i = 0; i < row.length; i++) row[i] = strip[from + i];
  else if (bits === 16)
    for (let i = 0, at = from; i < row.length; i++, at += 2) row[i] = little ? strip[at] | (strip[at + 1] << 8) : (strip[at] << 8) | strip[at + 1];
  else if (bits === 32) for (let i = 0; i < row.length; i++) row[i] = little ? strip.readFloatLE(from + 4 * i) : strip.readFloatBE(from + 4 * i);
  else {
    const [each, mask] = [8 / bits, 2 ** bits - 1];
    for (let i = 0; i < row.length; i++) row[i] = (strip[from + Math.floor(i / each)] >> (8 - bits - (i % each) * bits)) & mask;
  }
}

function divideByAlpha(data: Samples, channels: number): void {
  const white = whiteOf(data);
  for (let i = 0; i < data.length; i += channels) {
    const alpha = data[i + channels - 1];
    if (!(alpha > 0)) continue;
    for (let c = i; c < i + channels - 1; c++) data[c] = white === 1 ? data[c] / alpha : Math.min(white, Math.round((data[c] * white) / alpha));
  }
}

import { Damaged, need, type Source, Unreadable } from '../formats/format.js';
import { isBig, openDirectory, TAG } from '../formats/tiff/directory.js';
import { exifOfTiff } from '../formats/tiff/exif-tree.js';
import { describePage, metadataOf, PACKING, type TiffPage } from '../formats/tiff/tiff-page.js';
import { divideByAlpha, isPlain, PackedBytes, packedRow, rowConverter, unpackBlock } from '../formats/tiff/tiff-strips.js';
import type { Samples } from '../image.js';
import { compact } from '../metadata.js';
import { type Reading, rowLength } from '../rows.js';
import { arrayOf, type Format } from '../samples.js';
import { bandRows, type OpenedRows } from './row-codec.js';

/** Maximum size of compressed strips and rows of tiles, which are decompressed as a whole. */
const MOST_UNPACKED = 2 ** 28;
/** The EXIF block is at the beginning or the end of a file; longer files are not searched for it. */
const MOST_FOR_EXIF = 2 ** 26;

/** The bytes of a file, which can be read directly into a target. */
type RowBytes = Source & { readInto?(target: Uint8Array, from: number): number };

/** Adjacent blocks that contain all columns of some rows. A strip is one block. */
interface BlockRow {
  readonly first: number;
  readonly rows: number;
}

/** A TIFF or BigTIFF with one page, in strips or tiles. @throws Damaged or Unreadable */
export function openTiff(bytes: RowBytes): OpenedRows {
  const page = describePage(openDirectory(bytes));
  const { width, height, channels, sampleType, orientation, directory } = page;
  if (width < 1 || height < 1) throw new Damaged(`claims ${width} × ${height} pixels`);
  if (directory.next !== 0) throw new Unreadable('is a TIFF of several pages; only one page can be read by rows');
  if (orientation !== 1) throw new Unreadable(`is rotated by its orientation (${orientation}) and cannot be read by rows`);
  const format: Format = { width, height, channels, samples: sampleType };
  const blocks = layOut(page);
  const exif = !isBig(bytes) && bytes.length <= MOST_FOR_EXIF ? exifOfTiff(bytes.subarray(0, bytes.length)) : undefined;
  return { format, metadata: compact({ ...metadataOf(directory), exif }), rows: (how) => readRows(bytes, page, format, blocks, how) };
}

/** @throws Damaged or Unreadable if the number of blocks is wrong, or a block is too large to decompress */
function layOut(page: TiffPage) {
  const { width, height, directory, packing, rowsPerStrip, tile } = page;
  const size = tile ?? { width, height: rowsPerStrip };
  if (size.width < 1 || size.height < 1) throw new Damaged(`is damaged: its tiles have ${size.width} × ${size.height} pixels`);
  const row = packedRow(page, size.width);
  const across = Math.ceil(width / size.width);
  const unpacked = row * size.height;
  if ((tile || packing !== PACKING.none) && unpacked * across > MOST_UNPACKED)
    throw new Unreadable(`has ${tile ? 'rows of tiles' : 'packed strips'} of ${unpacked * across} bytes; at most ${MOST_UNPACKED} can be read by rows`);
  const [offsets, sizes] = tile
    ? [directory.values(TAG.tileOffsets), directory.values(TAG.tileSizes)]
    : [directory.values(TAG.stripOffsets), directory.values(TAG.stripSizes)];
  const count = across * Math.ceil(height / size.height);
  if (offsets?.length !== count || sizes?.length !== count)
    throw new Damaged(`is damaged: the TIFF has ${offsets?.length ?? 0} ${tile ? 'tiles' : 'strips'}, its ${width} × ${height} pixels need ${count}`);
  return { size, row, across, unpacked, offsets, sizes };
}

async function* readRows(
  bytes: RowBytes,
  page: TiffPage,
  format: Format,
  blocks: ReturnType<typeof layOut>,
  { reuse = false }: Partial<Reading> = {},
): AsyncGenerator<Samples, void, undefined> {
  const { height, packing, tile, premultiplied, channels } = page;
  const { size, row, across, unpacked, offsets, sizes } = blocks;
  const Data = arrayOf(format.samples);
  const last = format.width - (across - 1) * size.width;
  const [inner, outer] = [rowConverter(page, size.width), rowConverter(page, size.width, last)];
  const convert = (block: Buffer, column: number, rows: number, out: Samples) => {
    const one = column === across - 1 ? outer : inner;
    for (let y = 0; y < rows; y++) one(block, y * row, out, y * rowLength(format) + column * size.width * channels);
  };
  const most = bandRows(format);
  const direct = bytes.readInto && isPlain(page);
  let held: Samples | undefined;
  const packed = new PackedBytes(bytes.length);
  for (let { first, rows }: BlockRow = { first: 0, rows: 0 }; first < height; first += rows) {
    const top = Math.floor(first / size.height) * size.height;
    // uncompressed strips are read in pieces, compressed ones as a whole
    rows = !tile && packing === PACKING.none ? Math.min(most, top + size.height - first, height - first) : Math.min(size.height, height - first);
    // allocating memory costs more than reading into it
    const out = reuse && held?.length === rows * rowLength(format) ? held : new Data(rows * rowLength(format));
    held = out;
    for (let column = 0; column < across; column++) {
      const index = (top / size.height) * across + column;
      const what = `${tile ? 'tile' : 'strip'} ${index + 1} of ${offsets.length}`;
      const skipped = (first - top) * row;
      // tiles are complete beyond the edge, strips are not
      const needed = tile ? unpacked : rows * row;
      if (direct) {
        const target = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
        if (sizes[index] - skipped < needed) throw new Damaged(`is damaged: ${what} has ${sizes[index]} bytes instead of ${skipped + needed}`);
        need(bytes, offsets[index] + skipped + needed, what);
        bytes.readInto?.(target, offsets[index] + skipped);
        continue;
      }
      if (packing !== PACKING.none) packed.take(sizes[index], needed, what);
      convert(unpackBlock(bytes, packing, { from: offsets[index] + skipped, size: sizes[index] - skipped, unpacked: needed }, what), column, rows, out);
    }
    if (premultiplied) divideByAlpha(out, channels);
    yield out;
  }
}

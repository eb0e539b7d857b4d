import { createReadStream } from 'node:fs';
import { open as openFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { ConvlabError, DataError, OptionError } from '../errors.js';
import { checkedInUse, checkOptions, either, type OptionsOf, oneOf, option, type Rows, settle, whole } from '../options.js';
import { complaint } from './codecs.js';
import { FileSource } from './file-source.js';
import { Damaged, Unreadable } from './formats/format.js';
import { tiff } from './formats/tiff/tiff.js';
import type { Samples } from './image.js';
import type { Metadata } from './metadata.js';
import { checkFormat, eachBand, type Reading, type RowSource } from './rows.js';
import type { Format } from './samples.js';
import { ByteReader } from './streams/byte-reader.js';
import { type EncodedRows, type OpenedRows, plainRows } from './streams/row-codec.js';
import { ENCODERS, ROW_CODECS } from './streams/row-codecs.js';
import { ROW_COMPRESSIONS, ROW_ENDINGS, type RowFormat, rowFormats } from './streams/row-formats.js';
import { openTiff } from './streams/tiff-rows-in.js';
import { checkPath, fileError, writeWhole } from './whole-file.js';

/** Levels of deflate by name. */
const LEVELS = { none: 0, deflate: 4 } as const;
/** Bytes per read. */
const READ_BYTES = 2 ** 20;

const OPEN_OPTIONS = {
  /** For raw little-endian samples: the format of the image. Default: from the header of the file. */
  raw: checkedInUse<Format>('the format of an image'),
} satisfies Rows;

/** Options of {@link openRows}. */
export interface OpenRowsOptions extends OptionsOf<typeof OPEN_OPTIONS> {}

/** An image that can be read row by row. */
export interface RowPicture {
  readonly format: Format;
  readonly metadata?: Metadata;
  /**
   * All rows, in bands of about 1 MB. For a file, a function that reads them again on each call; a stream of bytes can
   * be read once.
   */
  readonly rows: RowSource;
}

/**
 * Opens an image to read it row by row: a PNG without interlacing, a PGM, PPM or PAM with 8 or 16 bits, or a TIFF or
 * BigTIFF, detected from its contents; or raw samples.
 * @param source the path of a file or, except for TIFF, a stream of its bytes, such as `process.stdin`
 * @throws DataError, naming the file, if it cannot be read or is damaged; some damage is detected only while rows are
 * read
 * @throws UnsupportedError if this kind of image cannot be read row by row
 * @example
 * ```ts
 * import { filterStream } from 'convlab';
 * import { openRows, writeRows } from 'convlab/node';
 *
 * const photo = await openRows('digit.png');
 * const soft = await filterStream(photo.rows, photo.format, 'gaussian:2');
 * await writeRows('soft.png', soft, soft.format, { metadata: photo.metadata });
 * ```
 */
export async function openRows(source: string | AsyncIterable<Uint8Array>, options: OpenRowsOptions = {}): Promise<RowPicture> {
  checkOptions('openRows', options, OPEN_OPTIONS);
  const { raw } = options;
  if (raw) checkFormat('openRows', raw);
  if (typeof source !== 'string') {
    const { reader, opened } = await open(source, 'the stream', raw);
    const { format, metadata } = opened;
    return { format, metadata, rows: rowsOf(reader, opened, 'the stream') };
  }
  checkPath('openRows', source);
  // opening a pipe would block until something writes to it
  const found = await stat(source).catch((cause) => {
    throw fileError('openRows', source, cause);
  });
  if (!found.isFile()) throw new DataError('openRows', `${source} is not a file`, { path: source });
  const again = async () => ((await isTiff(source, raw)) ? openTiffFile(source) : open(createReadStream(source, { highWaterMark: READ_BYTES }), source, raw));
  const { reader, opened } = await again();
  await reader.close();
  const { format, metadata } = opened;
  return {
    format,
    metadata,
    async *rows(how?: Reading) {
      const { reader, opened } = await again();
      yield* rowsOf(reader, opened, source, how);
    },
  };
}

/** The source of rows, to close after reading. */
type Closable = Pick<ByteReader, 'close'>;

async function isTiff(path: string, raw: Format | undefined): Promise<boolean> {
  if (raw) return false;
  const file = await openFile(path).catch((cause) => {
    throw fileError('openRows', path, cause);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return tiff.matches(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** A TIFF stores the positions of its rows. */
async function openTiffFile(path: string): Promise<{ reader: Closable; opened: OpenedRows }> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    return { reader: file, opened: openTiff(new FileSource(file.fd, size)) };
  } catch (cause) {
    await file.close();
    throw readError(path, cause);
  }
}

async function open(bytes: AsyncIterable<Uint8Array>, name: string, raw: Format | undefined): Promise<{ reader: Closable; opened: OpenedRows }> {
  const reader = new ByteReader(bytes);
  try {
    if (raw) return { reader, opened: { format: raw, rows: () => plainRows(reader, raw, 'little') } };
    const head = await reader.peek(8);
    if (tiff.matches(head)) throw new Unreadable('is a TIFF, which can only be read from a file, because its rows can be anywhere in it');
    const codec = Object.values(ROW_CODECS).find((each) => each.matches(head));
    const read = Object.values(ROW_CODECS).map((each) => each.name);
    if (!codec) throw new Unreadable(`cannot be read by rows; only ${[...read, tiff.name].join(', ')} can`);
    return { reader, opened: await codec.open(reader) };
  } catch (cause) {
    await reader.close();
    throw readError(name, cause);
  }
}

async function* rowsOf(reader: Closable, opened: OpenedRows, name: string, how?: Reading): AsyncGenerator<Samples, void, undefined> {
  try {
    yield* opened.rows(how);
  } catch (cause) {
    throw readError(name, cause);
  } finally {
    await reader.close();
  }
}

function readError(name: string, cause: unknown): Error {
  return cause instanceof Damaged || cause instanceof Unreadable ? complaint('openRows', name, cause) : fileError('openRows', name, cause);
}

const WRITE_OPTIONS = {
  /**
   * Default: by the file extension: .png, .tif, .tiff, .pgm, .ppm, .pam, .raw. PNM means PGM, PPM or PAM, depending on
   * the channels.
   */
  format: option(oneOf(rowFormats), {}),
  /**
   * Compression of a PNG or TIFF: `'none'`, `'deflate'`, or a level of deflate from 0 (none) to 9. Default for PNG: `'deflate'`, which is level 4, faster than 6
   * and with slightly larger files; for TIFF: `'none'`. Only `writeRows` compresses a TIFF, because its first bytes are written last.
   */
  compression: option(either(oneOf(ROW_COMPRESSIONS), whole(0, 9)), {}),
  /** Metadata to write into a PNG or TIFF; the other formats store none. Default: none. */
  metadata: checkedInUse<Metadata>('the result of readImage or openRows'),
} satisfies Rows;

/** Options of {@link encodeRows} and {@link writeRows}. */
export interface WriteRowsOptions extends OptionsOf<typeof WRITE_OPTIONS> {}

/**
 * Encodes rows as an image file, in chunks that can be written to a response or to standard output.
 * @param rows bands of any height
 * @param options.format the file format; required
 * @throws OptionError if an option is unknown, or the format cannot store such images; or for a compressed TIFF, which only {@link writeRows} writes
 */
export function encodeRows(rows: RowSource, format: Format, options: WriteRowsOptions): AsyncGenerator<Uint8Array, void, undefined> {
  return encode('encodeRows', rows, format, options) as AsyncGenerator<Uint8Array, void, undefined>; // `levelOf` has refused the format that returns its head
}

/**
 * Writes an image file from rows, atomically: if anything fails, an existing file stays unchanged.
 * @param rows bands of any height, such as the output of `filterStream`
 * @param format format of the image
 * @throws OptionError if the file extension is unknown; DataError, naming the file, if it cannot be written
 * @throws any error thrown by `rows`
 */
export async function writeRows(path: string, rows: RowSource, format: Format, options: WriteRowsOptions = {}): Promise<void> {
  checkPath('writeRows', path);
  const bytes = encode('writeRows', rows, format, { format: rowFormatOf(path), ...options }, { reuse: true });
  let failed: unknown;
  let head: Uint8Array | undefined;
  const parts = (async function* () {
    try {
      head = (yield* bytes) ?? undefined;
    } catch (error) {
      failed = error;
      throw error;
    }
  })();
  await writeWhole('writeRows', path, { parts, head: () => head }).catch((error) => {
    throw failed instanceof ConvlabError || failed !== undefined ? failed : error;
  });
}

/** The format of a file extension; undefined if it cannot be written row by row. */
export function rowFormatOf(path: string): RowFormat | undefined {
  return ROW_ENDINGS[extname(path).toLowerCase()];
}

function encode(operation: string, rows: RowSource, picture: Format, options: WriteRowsOptions, how?: Reading): EncodedRows {
  const { format, compression: asked, metadata } = settle(operation, options, WRITE_OPTIONS);
  checkFormat(operation, picture);
  if (format === undefined) {
    const endings = Object.keys(ROW_ENDINGS).join(', ');
    throw new OptionError(operation, 'format', `must be one of ${rowFormats.join(', ')}, or the file name must end in ${endings}`, format);
  }
  if (picture.samples === 'float32' && format !== 'raw' && format !== 'tiff')
    throw new OptionError(operation, 'format', `must be 'tiff' or 'raw' for float samples`, format);
  const compression = levelOf(operation, format, asked);
  const bands = eachBand(operation, rows, picture, how);
  return ENCODERS[format](bands, { format: picture, metadata, compression });
}

/** The level of deflate. @throws OptionError if the format is not compressed, or not without a file */
function levelOf(operation: string, format: RowFormat, compression: WriteRowsOptions['compression']): number {
  if (compression !== undefined && format !== 'png' && format !== 'tiff')
    throw new OptionError(operation, 'compression', "requires the format 'png' or 'tiff'", compression);
  const asked = compression ?? (format === 'png' ? 'deflate' : 'none');
  const level = typeof asked === 'number' ? asked : LEVELS[asked];
  if (format === 'tiff' && level > 0 && operation === 'encodeRows')
    throw new OptionError(operation, 'compression', "must be 'none' for a TIFF that is not a file, because its first bytes are written last", compression);
  return level;
}

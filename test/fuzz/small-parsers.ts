import assert from 'node:assert/strict';
import { strokesCodec } from '../../playground/src/digits/strokes.js';
import { type Codec, list, matrix, number } from '../../playground/src/shell/codecs.js';
import { NoParcel, parseParcel } from '../../playground/src/shell/parcel.js';
import { layersCodec } from '../../playground/src/train/recipe.js';
import { frameLength, parseY4m, printY4m } from '../../src/cli/film/y4m.js';
import { matrixOf, yuvToRgb } from '../../src/cli/film/yuv.js';
import { kernelArgument } from '../../src/cli/filter/kernel-argument.js';
import { parseJournal } from '../../src/cli/many/journal.js';
import { errorIn } from '../../src/cli/s3/s3-errors.js';
import { parseListing } from '../../src/cli/s3/s3-listing.js';
import { OptionError } from '../../src/errors.js';
import { readExif } from '../../src/image/formats/tiff/exif.js';
import { checkImage, kernelFromAcf, kernelToAcf } from '../../src/index.js';
import { openRows, type RowPicture, webDataset } from '../../src/node.js';
import { temporaryFile } from './temporary-file.js';

/** Samples that are read of a picture of rows. */
const MAX_SAMPLES = 2 ** 22;
/** Bytes that a stream gives at a time: headers are cut anywhere. */
const PIECE = 7;
const codecs: Readonly<Record<string, Codec<unknown>>> = { strokes: strokesCodec, layers: layersCodec, matrix: matrix(9), numbers: list(number()) };

/** Parsers of files that are read in pieces, and of the texts of programs, servers and pages. */
export const SMALL_PARSERS = {
  async rows(bytes: Buffer) {
    await readAll(await openRows(temporaryFile('rows', bytes)));
  },

  async rowsOfStream(bytes: Buffer) {
    await readAll(await openRows(inPieces(bytes)));
  },

  async exif(bytes: Buffer) {
    const before = Buffer.from(bytes);
    const { block } = readExif(bytes);
    assert(block === undefined || block.length === bytes.length);
    assert(bytes.equals(before), 'the bytes were changed');
  },

  async tar(bytes: Buffer) {
    const path = temporaryFile(bytes[0] === 0x1f ? 'samples.tgz' : 'samples.tar', withSums(bytes));
    for await (const { x, y } of webDataset(path).samples({ epoch: 0, ahead: 0 })) {
      assert(x.data.length > 0);
      assert(Number.isInteger(y));
    }
  },

  async film(bytes: Buffer) {
    const end = bytes.indexOf(10);
    const header = parseY4m(bytes.toString('latin1', 0, end < 0 ? bytes.length : end));
    const { width, height } = header;
    assert.deepEqual(parseY4m(printY4m(header, width, height).slice(0, -1)), header);
    const length = frameLength(header, width, height);
    if (!header.chroma || length > MAX_SAMPLES) return;
    const frame = Buffer.alloc(length);
    bytes.copy(frame, 0, end + 1);
    const data = new Uint8ClampedArray(width * height * 3);
    yuvToRgb(frame, data, header, matrixOf(header));
    checkImage('film', { width, height, channels: 3, data });
  },

  async acf(bytes: Buffer) {
    const document = kernelFromAcf(bytes);
    assert.deepEqual(kernelFromAcf(kernelToAcf(document)), document);
  },

  async argument(text: string) {
    // another target reads files
    if (/\.(json|txt|svg|acf)$/i.test(text)) throw new OptionError('filter', '--kernel', 'is a file', text);
    await kernelArgument(text);
  },

  async journal(text: string) {
    for (const { to, done } of parseJournal(text)) assert(typeof to === 'string' && (done === undefined || typeof done.key === 'string'));
  },

  async s3(text: string) {
    assert(typeof errorIn(text).code === 'string');
    for (const { key, bytes } of parseListing('filter', 's3://bucket/', text).found) assert(key.length > 0 && bytes >= 0);
  },

  async parcel(text: string) {
    try {
      const { address, files } = parseParcel(text);
      assert(address.startsWith('#'));
      for (const file of files.values()) assert(file.size <= text.length);
    } catch (error) {
      if (error instanceof NoParcel) throw new OptionError('page', 'file', 'must be a .convlab file', text.slice(0, 20));
      throw error;
    }
  },

  async address(text: string) {
    const [name, ...rest] = text.split('=');
    const codec = Object.hasOwn(codecs, name) ? codecs[name] : undefined;
    const value = codec?.decode(rest.join('='));
    if (!codec || value === undefined) throw new OptionError('page', 'address', 'must be valid', text.slice(0, 20));
    // numbers are rounded when they are written
    const written = codec.encode(value);
    assert.equal(codec.encode(codec.decode(written)), written);
  },
};

async function readAll({ format, rows }: RowPicture): Promise<void> {
  let samples = 0;
  const bands = typeof rows === 'function' ? rows() : rows;
  for await (const band of bands as AsyncIterable<ArrayLike<number>>) {
    samples += band.length;
    assert(samples <= format.width * format.height * format.channels);
    if (samples > MAX_SAMPLES) return;
  }
  assert.equal(samples, format.width * format.height * format.channels);
}

/** A tar with true checksums, which a fuzzer would not find. */
function withSums(bytes: Buffer): Buffer {
  const tar = Buffer.from(bytes);
  for (let at = 0; at + 512 <= tar.length; ) {
    const header = tar.subarray(at, at + 512);
    if (header.toString('latin1', 257, 262) !== 'ustar') break;
    header.fill(' ', 148, 156);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
      'latin1',
    );
    const size = Number.parseInt(header.toString('latin1', 124, 136), 8) || 0;
    at += 512 + 512 * Math.ceil(size / 512);
  }
  return tar;
}

async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}

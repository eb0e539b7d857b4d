import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createTarDecoder } from 'modern-tar';
import { DataError } from '../../errors.js';
import { EXTENSIONS } from '../../image/formats/format-names.js';

/** Maximum size of an image in bytes, because a compressed tar can expand without limit. */
const MOST_PICTURE = 2 ** 28;
/** Maximum size of a text file in bytes; it contains a class number. */
const MOST_TEXT = 1024;

/** The files of one sample in a tar: adjacent files whose names are equal up to the first dot. */
export interface TarSample {
  /** the tar that contains it */
  readonly path: string;
  /** the name up to the first dot: `0/17` of `0/17.cls` */
  readonly key: string;
  /**
   * by the rest of the name after that dot, in lower case; files that are neither an image nor a class are empty,
   * because no sample needs them
   */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * The samples of a tar in WebDataset format, in order, with one in memory at a time.
 * @throws DataError, naming the tar, if it cannot be read or is damaged
 * @see https://github.com/webdataset/webdataset
 */
export async function* tarSamples(path: string): AsyncGenerator<TarSample, void, undefined> {
  let [key, files]: [string, Map<string, Uint8Array>] = ['', new Map()];
  for await (const { name, bytes } of filesIn(path)) {
    const [, stem, ending] = /^((?:.*\/)?[^./][^./]*)\.([^/]*)$/.exec(name) ?? [];
    if (stem === undefined) continue; // hidden, or without an extension
    if (stem !== key && files.size > 0) {
      yield { path, key, files };
      files = new Map();
    }
    key = stem;
    files.set(ending.toLowerCase(), bytes);
  }
  if (files.size > 0) yield { path, key, files };
}

/** Regular files, in order; those that no sample needs are empty. @throws DataError if one exceeds the maximum size */
async function* filesIn(path: string): AsyncGenerator<{ readonly name: string; readonly bytes: Uint8Array }, void, undefined> {
  const stream = createReadStream(path, { highWaterMark: 2 ** 20 });
  try {
    const bytes = Readable.toWeb(stream) as ReadableStream<Uint8Array<ArrayBuffer>>;
    const plain = /\.(tgz|gz)$/i.test(path) ? bytes.pipeThrough(new DecompressionStream('gzip')) : bytes;
    for await (const { header, body } of plain.pipeThrough(createTarDecoder({ strict: true }))) {
      if (header.type !== undefined && header.type !== 'file') {
        await body.cancel();
        continue;
      }
      const most = mostBytes(header.name);
      if (header.size > most && most > 0) throw new Error(`${header.name} has ${header.size} bytes, more than ${most}`);
      if (most === 0) await body.cancel();
      yield { name: header.name, bytes: most === 0 ? new Uint8Array(0) : new Uint8Array(await new Response(body).arrayBuffer()) };
    }
  } catch (cause) {
    throw new DataError('webDataset', `${path} cannot be read as a tar file: ${(cause as Error).message}`, { path }, { cause });
  } finally {
    stream.destroy();
  }
}

/** Maximum bytes to read from a file; 0 if no sample needs it. */
function mostBytes(name: string): number {
  const ending = /\.([^/.]*)$/.exec(name)?.[1].toLowerCase() ?? '';
  return Object.hasOwn(EXTENSIONS, `.${ending}`) ? MOST_PICTURE : ending === 'cls' ? MOST_TEXT : 0;
}

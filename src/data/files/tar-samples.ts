import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createTarDecoder } from 'modern-tar';
import { DataError } from '../../errors.js';

/** Files of a tar that belong together: those side by side whose names are equal up to the first dot. */
export interface TarSample {
  /** the tar that it is in */
  readonly path: string;
  /** the name up to the first dot: `0/17` of `0/17.cls` */
  readonly key: string;
  /** by what comes behind that dot, in lower case */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * The samples of a tar in WebDataset's form, in order, one in memory at a time.
 * @throws DataError, naming the tar, if it cannot be read or is damaged
 * @see https://github.com/webdataset/webdataset
 */
export async function* tarSamples(path: string): AsyncGenerator<TarSample, void, undefined> {
  let [key, files]: [string, Map<string, Uint8Array>] = ['', new Map()];
  for await (const { name, bytes } of filesIn(path)) {
    const [, stem, ending] = /^((?:.*\/)?[^./][^./]*)\.([^/]*)$/.exec(name) ?? [];
    if (stem === undefined) continue; // hidden, or without an ending
    if (stem !== key && files.size > 0) {
      yield { path, key, files };
      files = new Map();
    }
    key = stem;
    files.set(ending.toLowerCase(), bytes);
  }
  if (files.size > 0) yield { path, key, files };
}

/** Regular files, in order. */
async function* filesIn(path: string): AsyncGenerator<{ readonly name: string; readonly bytes: Uint8Array }, void, undefined> {
  const stream = createReadStream(path, { highWaterMark: 2 ** 20 });
  try {
    const bytes = Readable.toWeb(stream) as ReadableStream<Uint8Array<ArrayBuffer>>;
    const plain = /\.(tgz|gz)$/i.test(path) ? bytes.pipeThrough(new DecompressionStream('gzip')) : bytes;
    for await (const { header, body } of plain.pipeThrough(createTarDecoder({ strict: true }))) {
      if (header.type !== undefined && header.type !== 'file') await body.cancel();
      else yield { name: header.name, bytes: new Uint8Array(await new Response(body).arrayBuffer()) };
    }
  } catch (cause) {
    throw new DataError('webDataset', `${path} cannot be read as a tar file: ${(cause as Error).message}`, { path }, { cause });
  } finally {
    stream.destroy();
  }
}

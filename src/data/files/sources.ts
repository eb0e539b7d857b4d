import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { DataError, UnsupportedError } from '../../errors.js';
import { makeFolder, writeWhole } from '../../image/whole-file.js';

/** Where to look for the files of a known data set. */
export interface SourceOptions {
  /** The folder to search first, for NAME, NAME.gz and MNIST/raw/NAME, where torchvision stores them. */
  root?: string;
  /** Download files that are not found locally. Default true. */
  download?: boolean;
  /** The folder for downloaded files. Default `$XDG_CACHE_HOME/convlab`, otherwise `~/.cache/convlab`. */
  cache?: string;
  /** URLs of folders that contain the files as NAME.gz, tried in order. Default: public mirrors. */
  mirrors?: readonly string[];
  /** Cancels the download. */
  signal?: AbortSignal;
}

/** Where the files of a data set can be found. */
export interface Sources {
  /** the public function, for errors */
  readonly operation: string;
  /** its folder in the cache */
  readonly folder: string;
  /** its folder below torchvision's root */
  readonly torchvision: string;
  /** folders of installed packages that contain the files */
  installed(): readonly string[];
  readonly mirrors: readonly string[];
}

/**
 * A required file. A file on disk, in the cache or from a mirror is used after `check` has unpacked and accepted it.
 */
export interface Wanted<T> {
  readonly name: string;
  /** size in bytes, unpacked */
  readonly size: number;
  /** @throws DataError whose message begins with the origin of the file */
  check(bytes: Uint8Array, from: string): Promise<{ raw: Uint8Array; value: T }>;
}

/** Bytes by which a compressed file may exceed its contents: headers, and blocks that are incompressible. */
const PACKING = 1 << 16;

/**
 * Searches for a file in root, cache and packages, then on the mirrors, and caches downloads. The first local file
 * found is used: if it is damaged, the call fails and tries no other source.
 * @throws DataError if the file is damaged, or damaged on all mirrors; UnsupportedError if it is not found
 */
export async function find<T>(sources: Sources, wanted: Wanted<T>, options: SourceOptions): Promise<T> {
  const { root, download = true, cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'convlab') } = options;
  const kept = join(cache, sources.folder);
  const folders = [...(root === undefined ? [] : [root, join(root, sources.torchvision)]), kept, ...sources.installed()];
  for (const folder of folders) {
    for (const name of [wanted.name, `${wanted.name}.gz`]) {
      const bytes = await readIfThere(sources.operation, join(folder, name));
      if (bytes) return (await wanted.check(bytes, join(folder, name))).value;
    }
  }
  if (!download) {
    throw new UnsupportedError(sources.operation, `${wanted.name} was not found in ${folders.join(', ')}, and downloading is not allowed`, { folders });
  }
  const { raw, value } = await fetchFrom(sources, wanted, options);
  await keep(sources.operation, join(kept, wanted.name), raw);
  return value;
}

async function readIfThere(operation: string, path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new DataError(operation, `${path} cannot be read: ${message}`, { path }, { cause });
  }
}

async function fetchFrom<T>({ operation, mirrors }: Sources, wanted: Wanted<T>, options: SourceOptions): Promise<{ raw: Uint8Array; value: T }> {
  const failures: Error[] = [];
  for (const mirror of options.mirrors ?? mirrors) {
    const url = `${mirror.replace(/\/$/, '')}/${wanted.name}.gz`;
    try {
      return await wanted.check(await download(operation, url, wanted.size + PACKING, options.signal), url);
    } catch (cause) {
      options.signal?.throwIfAborted();
      failures.push(cause as Error);
    }
  }
  const Kind = failures.some((failure) => failure instanceof DataError) ? DataError : UnsupportedError;
  const reasons = failures.map(({ message }) => message.replace(/^\w+: /, '')).join('; ');
  throw new Kind(
    operation,
    `${wanted.name} was not found and could not be downloaded: ${reasons || 'there are no mirrors'}`,
    { failures },
    { cause: failures[0] },
  );
}

async function download(operation: string, url: string, most: number, signal?: AbortSignal): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    // fetch hides the reason, e.g. ECONNREFUSED, in the cause
    const { message, cause: inner } = cause as Error;
    throw new UnsupportedError(operation, `${url}: ${(inner as Error | undefined)?.message || message}`, { url }, { cause });
  }
  if (!response.ok || !response.body) throw new UnsupportedError(operation, `${url}: HTTP status ${response.status}`, { url, status: response.status });
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > most) throw new DataError(operation, `${url} sent more than ${most} bytes`, { url, most });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function keep(operation: string, path: string, bytes: Uint8Array): Promise<void> {
  try {
    await makeFolder(operation, dirname(path));
    await writeWhole(operation, path, bytes);
  } catch (cause) {
    throw new UnsupportedError(
      operation,
      `cannot write ${path}: ${(cause as Error).message.replace(/^\w+: /, '')}; set the option cache to another folder`,
      { path },
      { cause },
    );
  }
}

import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConvlabError, DataError, OptionError } from '../errors.js';
import { type FileContent, replaceFile } from './replace-file.js';

/** Messages for the error codes of the file system. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTFILE: 'is not a file',
  ENXIO: 'is not a file',
  EEXIST: 'is not a folder',
  EISDIR: 'is a folder',
  ENOTDIR: 'is in a path that is not a folder',
  EACCES: 'cannot be opened: permission denied',
  EPERM: 'cannot be changed: operation not permitted',
  EROFS: 'is on a read-only file system',
  ENOSPC: 'cannot be written: no space left',
  EDQUOT: 'cannot be written: the disk quota is exceeded',
  EFBIG: 'cannot be written: the file is too large for the file system or the limit',
  ENAMETOOLONG: 'has a name that is too long',
  EIO: 'cannot be read or written: input/output error',
  ERR_ACCESS_DENIED: "is denied by Node's permission model; files are written to a temporary file first, so allow the whole folder",
  EMFILE: 'cannot be opened: too many files are open',
};

/** @throws OptionError unless the path is a non-empty string */
export function checkPath(operation: string, path: unknown, what = 'path'): void {
  if (typeof path !== 'string' || path === '') throw new OptionError(operation, what, 'must be a file name', path);
}

/** The error of an operation that failed on a file. @param reasons override messages for this operation */
export function fileError(operation: string, path: string, cause: unknown, reasons: Readonly<Record<string, string>> = {}): ConvlabError {
  if (cause instanceof ConvlabError) return cause;
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return new DataError(operation, `${path} ${reasons[code] ?? REASONS[code] ?? message}`, { path }, { cause });
}

/**
 * Writes a file atomically, at once or in chunks: see {@link replaceFile}. If anything fails, an existing file stays
 * unchanged.
 * @param signal cancels the write
 * @throws DataError, naming the file, if it cannot be written, or the path is not a file
 */
export async function writeWhole(operation: string, path: string, bytes: FileContent, signal?: AbortSignal): Promise<void> {
  try {
    signal?.throwIfAborted();
    await replaceFile(path, bytes, signal);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw fileError(operation, path, cause, { ENOENT: 'lies in a folder that does not exist' });
  }
}

/** Creates a folder and its missing parents. @throws DataError, naming it */
export async function makeFolder(operation: string, path: string): Promise<void> {
  try {
    await make(path);
  } catch (cause) {
    throw fileError(operation, path, cause, { ENOENT: 'cannot be made there' });
  }
}

/** Node's `recursive` loops forever below /proc, where mkdir fails with ENOENT. */
async function make(path: string): Promise<void> {
  const isThere = () =>
    stat(path).then(
      (found) => found.isDirectory(),
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
        throw error;
      },
    );
  try {
    await mkdir(path);
  } catch (cause) {
    if (await isThere()) return;
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw cause;
    await make(dirname(path));
    // another process may have created the folder in the meantime
    await mkdir(path).catch(async (again) => {
      if (!(await isThere())) throw again;
    });
  }
}

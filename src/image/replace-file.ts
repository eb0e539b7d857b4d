import { randomBytes } from 'node:crypto';
import { constants, type Stats, unlinkSync } from 'node:fs';
import { chmod, chown, type FileHandle, lstat, open, readdir, realpath, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { onExit } from 'signal-exit';

/** The contents to write to a file. */
export type FileContent = Uint8Array | string | AsyncIterable<Uint8Array>;

/** Names of temporary files: random, as two containers that share a disk may have equal process ids. */
const TEMPORARY = /^\..*\.[0-9a-f]{16}\.convlab-tmp$/;
/** Characters of a file's name in that of its temporary file: names have at most 255 bytes. */
const SHOWN = 50;
/** Milliseconds without a write after which a temporary file is assumed to belong to a dead process. */
const LEFT_OVER = 60 * 60 * 1000;
/** Folders that were looked through for such files, once a process each. */
const swept = new Set<string>();
/** Temporary files that are being written, which go with the process. */
const unfinished = new Set<string>();
let watching = false;
/** As 'wx', with every write on the disk when it returns: Node's permission model refuses fsync, in newer versions that of file handles too. */
const SYNCED = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_SYNC ?? 0);

/**
 * Replaces a file, or what a link leads to, in one step: its content goes to a temporary file in the same folder, then to the disk, and takes the place of
 * the file. The folder is brought to the disk, too, where the system allows that. The file keeps its permissions and, where that is
 * allowed, its owner. Temporary files of killed processes in the folder are removed.
 * @throws the error of the file system; then the file is unchanged and no temporary file remains. After the last step, the new file is complete
 */
export async function replaceFile(path: string, content: FileContent, signal?: AbortSignal): Promise<void> {
  // most files are new, and each call of the file system costs as much as filtering a small picture
  const there = await lstat(path).catch(unlessAbsent(undefined));
  const target = there?.isSymbolicLink() ? await realpath(path).catch(unlessAbsent(path)) : path;
  const old = there?.isSymbolicLink() ? await stat(target).catch(() => undefined) : there;
  // a rename would replace a device or a pipe, e.g. /dev/null, by a regular file
  if (old && !old.isFile() && !old.isDirectory()) throw Object.assign(new Error('not a file'), { code: 'ENOTFILE' });
  const folder = dirname(target);
  const temporary = join(folder, `${temporaryStart(target)}${randomBytes(8).toString('hex')}.convlab-tmp`);
  forgetOnExit(temporary);
  const looks = old !== undefined || !swept.has(folder);
  let written: Stats | undefined;
  try {
    written = await writeSynced(temporary, content, { mode: old && old.mode & 0o7777, looks }, signal);
    if (old && written) await keepRights(temporary, old, written);
    signal?.throwIfAborted();
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  } finally {
    unfinished.delete(temporary);
  }
  await syncFolder(folder);
  if (written) await sweep(folder, written.mtimeMs);
}

/**
 * Removes what processes that were killed left of a file that they were writing, however long ago: for callers that know that nobody else writes it.
 * A process that writes it all the same fails at its last step.
 */
export async function removeUnfinished(path: string): Promise<void> {
  const folder = dirname(path);
  const start = temporaryStart(path);
  for (const name of await readdir(folder).catch(() => []))
    if (name.startsWith(start) && TEMPORARY.test(name)) await unlink(join(folder, name)).catch(() => {});
}

function temporaryStart(path: string): string {
  return `.${[...basename(path)].slice(0, SHOWN).join('')}.`;
}

/** Stands in for the result of a call that failed as there is no such file. */
function unlessAbsent<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}

/** Removes a temporary file when the process ends before it is done. */
function forgetOnExit(temporary: string): void {
  unfinished.add(temporary);
  if (watching) return;
  watching = true;
  onExit(() => {
    for (const each of unfinished) {
      try {
        unlinkSync(each);
      } catch {} // it is not there yet, or not any more
    }
  });
}

/** @returns the error of the system for the new file, if requested */
async function writeSynced(
  path: string,
  content: FileContent,
  { mode, looks }: { mode: number | undefined; looks: boolean },
  signal: AbortSignal | undefined,
): Promise<Stats | undefined> {
  const restricted = process.permission !== undefined;
  const file = await open(path, restricted ? SYNCED : 'wx', mode);
  try {
    await writeFile(file, content, { signal });
    await file.sync().catch(restricted ? ignore('ERR_ACCESS_DENIED') : undefined);
    return looks ? await file.stat() : undefined;
  } finally {
    await file.close();
  }
}

interface Rights {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Permissions that the process's mask took away, and owners. */
async function keepRights(path: string, old: Rights, { mode, uid, gid }: Rights): Promise<void> {
  if (old.uid !== uid || old.gid !== gid) await chown(path, old.uid, old.gid).catch(ignore('EPERM', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'ERR_ACCESS_DENIED'));
  if (old.mode !== mode) await chmod(path, old.mode & 0o7777).catch(ignore('EPERM', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'ERR_ACCESS_DENIED'));
}

/** Makes the new name last through a power cut. Windows opens no folders, and some file systems do not sync them. */
async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, 'r');
    await folder.sync();
  } catch (error) {
    ignore('EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'EBADF', 'ENOSYS', 'ENOTSUP', 'ERR_ACCESS_DENIED')(error);
  } finally {
    await folder?.close();
  }
}

/** Removes what processes that were killed left there. @param now by the clock of the disk, which may be another machine's */
async function sweep(folder: string, now: number): Promise<void> {
  if (swept.has(folder)) return;
  swept.add(folder);
  const names = (await readdir(folder).catch(() => [])).filter((name) => TEMPORARY.test(name));
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() && found.mtimeMs < now - LEFT_OVER) await unlink(path).catch(() => {});
  }
}

function ignore(...codes: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  };
}

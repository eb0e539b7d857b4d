import { randomBytes } from 'node:crypto';
import { constants, type Stats, unlinkSync } from 'node:fs';
import { chmod, chown, type FileHandle, lstat, open, readdir, realpath, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { onExit } from 'signal-exit';

/** The contents to write to a file. */
export type FileContent = Uint8Array | string | Iterable<Uint8Array> | AsyncIterable<Uint8Array> | HeadedContent;

/** Contents whose first bytes are known only after the others. */
export interface HeadedContent {
  /** the whole file, with as many other bytes in place of the first ones */
  readonly parts: AsyncIterable<Uint8Array>;
  /** the first bytes; called after all parts have been written */
  readonly head: () => Uint8Array | undefined;
}

/** Names of temporary files. They are random because two containers that share a disk may have equal process ids. */
const TEMPORARY = /^\..*\.[0-9a-f]{16}\.convlab-tmp$/;
/** Characters of a file's name that are repeated in the name of its temporary file; names have at most 255 bytes. */
const SHOWN = 50;
/** Milliseconds without a write after which a temporary file is assumed to belong to a dead process. */
const LEFT_OVER = 60 * 60 * 1000;
/** Folders already searched for such files by this process. */
const swept = new Set<string>();
/** Temporary files that are being written; they are removed when the process exits. */
const unfinished = new Set<string>();
let watching = false;
/**
 * Like 'wx', but with synchronous writes, because Node's permission model forbids fsync (in newer versions also on file
 * handles).
 */
const SYNCED = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_SYNC ?? 0);

/**
 * Replaces a file, or the target of a link, atomically: the content is written to a temporary file in the same folder,
 * synced to disk and renamed. The folder is synced too if the system allows it. The file keeps its permissions and, if
 * allowed, its owner. Temporary files of killed processes in the folder are removed.
 * @throws the error of the file system; then the file is unchanged and no temporary file remains. After the rename, the
 * new file is complete
 */
export async function replaceFile(path: string, content: FileContent, signal?: AbortSignal): Promise<void> {
  // most files are new, and each file system call costs as much as filtering a small image
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
 * Removes the temporary files of a file that killed processes left behind, regardless of age. Use it only if no other
 * process writes the file; such a process would fail when renaming.
 */
export async function removeUnfinished(path: string): Promise<void> {
  const folder = dirname(path);
  const start = temporaryStart(path);
  for (const name of await readdir(folder).catch(() => []))
    if (name.startsWith(start) && TEMPORARY.test(name)) await unlink(join(folder, name)).catch(() => {});
}

/** The same for all files below a folder. */
export async function removeAllUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true }).catch(() => []))
    if (TEMPORARY.test(basename(name))) await unlink(join(folder, name)).catch(() => {});
}

function temporaryStart(path: string): string {
  return `.${[...basename(path)].slice(0, SHOWN).join('')}.`;
}

/** Returns a default value if a call failed because the file does not exist. */
function unlessAbsent<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}

/** Removes a temporary file if the process exits before the file is complete. */
function forgetOnExit(temporary: string): void {
  unfinished.add(temporary);
  if (watching) return;
  watching = true;
  onExit(() => {
    for (const each of unfinished) {
      try {
        unlinkSync(each);
      } catch {} // it does not exist yet, or was removed
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
    const isHeaded = typeof content === 'object' && 'parts' in content;
    await writeFile(file, isHeaded ? content.parts : content, { signal });
    const head = isHeaded ? content.head() : undefined;
    if (head) await file.write(head, 0, head.length, 0);
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

/** Restores permissions removed by the umask, and the owner. */
async function keepRights(path: string, old: Rights, { mode, uid, gid }: Rights): Promise<void> {
  if (old.uid !== uid || old.gid !== gid) await chown(path, old.uid, old.gid).catch(ignore('EPERM', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'ERR_ACCESS_DENIED'));
  if (old.mode !== mode) await chmod(path, old.mode & 0o7777).catch(ignore('EPERM', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'ERR_ACCESS_DENIED'));
}

/** Makes the rename durable. Windows cannot open folders, and some file systems cannot sync them. */
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

/**
 * Removes temporary files of killed processes.
 * @param now time of the disk's clock, which may belong to another machine
 */
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

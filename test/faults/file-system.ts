import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { devNull } from 'node:os';

/** A fault at one file system call: it fails, the process dies, or the power fails and all unsynced data is lost. */
export type Fault = 'EIO' | 'death' | 'power cut';

/** A call that was made, and what became of the program. */
export interface Attempt {
  readonly calls: readonly string[];
  /** undefined: it succeeded, or the program died before it could report */
  readonly error?: Error;
}

type Call = (...args: never[]) => Promise<unknown>;
const NAMES = ['open', 'writeFile', 'rename', 'unlink', 'stat', 'realpath', 'readdir', 'mkdir', 'chmod', 'chown'] as const;
const OF_HANDLES = ['sync', 'stat'] as const;

/**
 * Runs a program whose `at`-th call of the file system meets a fault; a death is one after which no call does anything any more.
 * @param at from 0; beyond the last: no fault
 */
export async function withFault(at: number, fault: Fault, program: () => Promise<unknown>): Promise<Attempt> {
  const probe = await fs.open(devNull);
  const handles = Object.getPrototypeOf(probe) as Record<string, Call>;
  await probe.close();
  const functions = fs as unknown as Record<string, Call>;
  const originals: [Record<string, Call>, string, Call][] = [];
  const calls: string[] = [];
  const opened = new Map<FileHandle, string>();
  /** undoes what a power cut would */
  const lost = new Map<string, () => Promise<void>>();
  let isDead = false;

  const wrap = (owner: Record<string, Call>, name: string, around: (self: unknown, args: never[], original: () => Promise<unknown>) => Promise<unknown>) => {
    const original = owner[name];
    originals.push([owner, name, original]);
    owner[name] = async function (this: unknown, ...args: never[]) {
      if (isDead) return new Promise(() => {});
      const go = () => original.apply(this, args);
      if (calls.push(name) - 1 !== at) return around(this, args, go);
      if (name === 'writeFile') await original.apply(this, [args[0], 'half of' as never]);
      if (name === 'close') await go(); // a file that cannot be closed is closed
      if (fault === 'EIO') throw Object.assign(new Error(`${fault}: injected, ${name}`), { code: fault });
      isDead = true;
      if (fault === 'power cut') for (const undo of [...lost.values()].reverse()) await undo();
      died();
      return new Promise(() => {});
    };
  };
  let died = () => {};
  const death = new Promise<void>((resolve) => {
    died = resolve;
  });
  const { copyFile, truncate } = fs;
  const { rename, unlink } = { ...fs };
  for (const name of NAMES) {
    wrap(functions, name, async (_, args, go) => {
      const [first, second] = args as unknown as [string | FileHandle, string];
      if (name === 'rename') {
        const kept = `${second}.kept`;
        const isOld = await copyFile(second, kept).then(
          () => true,
          () => false,
        );
        const data = lost.get(first as string);
        lost.delete(first as string);
        lost.set(second, () => (isOld ? rename(kept, second) : unlink(second)));
        if (data) lost.set(`${second}, content`, () => truncate(second));
      }
      const result = await go();
      if (name === 'open') {
        opened.set(result as FileHandle, first as string);
        wrap(result as Record<string, Call>, 'close', (_self, _args, close) => close()); // each handle has its own methods
      }
      if (name === 'writeFile' && typeof first !== 'string') {
        const path = opened.get(first) as string;
        lost.set(path, () => truncate(path));
      }
      return result;
    });
  }
  for (const name of OF_HANDLES) {
    wrap(handles, name, async (self, _, go) => {
      const path = opened.get(self as FileHandle) as string;
      const result = await go();
      if (name === 'sync') for (const each of [...lost.keys()]) if (each === path || each.startsWith(`${path}/`)) lost.delete(each);
      return result;
    });
  }
  syncBuiltinESMExports();
  try {
    const error = await Promise.race([program().then(() => undefined), death]).catch((thrown: Error) => thrown);
    return { calls, ...(error && { error }) };
  } finally {
    for (const [owner, name, original] of originals) owner[name] = original;
    syncBuiltinESMExports();
    for (const file of opened.keys()) await file.close(); // as the end of a process does; of one that is closed, nothing
    if (fault === 'power cut' && at >= calls.length) for (const undo of [...lost.values()].reverse()) await undo();
  }
}

import { closeSync, openSync, writeSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { removeUnfinished } from '../../image/replace-file.js';
import { fileError, makeFolder, writeWhole } from '../../image/whole-file.js';
import type { Shard } from './shard.js';

/** The folder of journals, inside the results folder. */
const FOLDER = '.convlab';

/** A line of a journal: a result was started or completed, with its recipe, its input and its length in bytes. */
export interface Entry {
  readonly to: string;
  readonly done?: { readonly key: string; readonly bytes: number };
}

/**
 * The journal of an output folder: one file of JSON lines per shard, read together. A line is appended once a result
 * has its final name, so the process can be killed at any time: unfinished results have no line and are repeated.
 */
export interface Journal {
  /** The entry of a completed result that still exists with its recorded length. */
  keyOf(name: string): Promise<string | undefined>;
  /** Records that a result is started, and removes leftovers of an earlier unfinished run. */
  begin(name: string): Promise<void>;
  /** Records that a result is complete. */
  finish(name: string, key: string): Promise<void>;
  close(): void;
}

/** Opens the journal of a folder. @param folder folder of the results, created if missing */
export async function openJournal(folder: string, { index, count }: Shard): Promise<Journal> {
  const place = join(folder, FOLDER);
  await makeFolder('filter', place);
  const own = join(place, `${index}-of-${count}.jsonl`);
  await removeUnfinished(own);
  const done = new Map<string, Entry['done']>();
  const begun = new Set<string>();
  const read = async (path: string) => {
    for (const { to, done: how } of parseJournal(await readFile(path, 'utf8'))) {
      if (how) {
        done.set(to, how);
        begun.delete(to);
      } else begun.add(to);
    }
  };
  try {
    const others = (await readdir(place)).filter((name) => name.endsWith('.jsonl')).map((name) => join(place, name));
    for (const path of others.filter((path) => path !== own)) await read(path);
    const before = new Map(done);
    if (others.includes(own)) {
      await read(own);
      // drops repeated entries and an incomplete last line
      const mine = [...done].filter(([to, how]) => before.get(to) !== how).map(([to, how]) => ({ to, done: how }));
      await writeWhole('filter', own, [...mine, ...[...begun].map((to) => ({ to }))].map(toLine).join(''));
    }
  } catch (cause) {
    throw fileError('filter', place, cause);
  }
  const file = openSync(own, 'a');
  const tell = (entry: Entry) => writeSync(file, toLine(entry));
  return {
    async keyOf(name) {
      const how = done.get(name);
      const found = how && (await stat(join(folder, name)).catch(() => undefined));
      return found?.isFile() && found.size === how?.bytes ? how?.key : undefined;
    },
    async begin(name) {
      if (begun.has(name)) await removeUnfinished(join(folder, name));
      tell({ to: name });
    },
    async finish(name, key) {
      const { size } = await stat(join(folder, name));
      tell({ to: name, done: { key, bytes: size } });
    },
    close: () => closeSync(file),
  };
}

function toLine(entry: Entry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** Parses a journal. Invalid lines, e.g. truncated by a kill, are ignored. */
export function parseJournal(text: string): readonly Entry[] {
  return text.split('\n').flatMap((line) => {
    try {
      const entry: unknown = JSON.parse(line);
      return isEntry(entry) ? [entry] : [];
    } catch {
      return [];
    }
  });
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null || !('to' in value) || typeof value.to !== 'string') return false;
  const { done } = value as { done?: unknown };
  if (done === undefined) return true;
  return typeof done === 'object' && done !== null && 'key' in done && typeof done.key === 'string' && 'bytes' in done && typeof done.bytes === 'number';
}

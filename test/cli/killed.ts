import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createImage, Random } from '../../src/index.js';
import { writeImage } from '../../src/node.js';

/** A folder of images, each another. */
export async function manyPictures(folder: string, count: number, side: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const random = new Random(7);
  const noise = Uint8ClampedArray.from({ length: side * side * 3 }, () => random.integer(256));
  for (let i = 0; i < count; i++) {
    noise[i % noise.length] = i;
    noise[0] = i >> 8;
    await writeImage(join(folder, `${String(i).padStart(4, '0')}.png`), createImage(side, side, 3, noise), { codec: 'built-in' });
  }
}

/** The files of a folder but its journals, by name. */
export async function filesOf(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const name of (await readdir(folder).catch(() => [])).sort()) {
    if (name !== '.convlab') files.set(name, (await readFile(join(folder, name))).toString('base64'));
  }
  return files;
}

/** The processes of `--jobs` that a process has started. Linux tells them. */
export function childrenOf(pid: number | undefined): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => {
      try {
        const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${each}/stat`, 'utf8')) ?? [];
        return Number(parent) === pid && readFileSync(`/proc/${each}/cmdline`, 'utf8').includes('filter-process');
      } catch {
        return false; // it has ended
      }
    });
}

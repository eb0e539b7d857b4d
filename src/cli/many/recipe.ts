import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { FileJob } from '../filter/filter-files.js';
import type { FilterFlags } from '../filter/filter-flags.js';
import { isS3 } from '../s3/s3-address.js';

/** Flags that do not affect results. */
const WITHOUT_EFFECT: readonly string[] = ['threads', 'stream', 'limits'] satisfies (keyof FilterFlags)[];

/**
 * A hash of everything that determines a result except its input: kernels and options, the contents of the files they
 * refer to, the backend, and the version.
 * @param flags including the actual backend
 */
export async function hashRecipe(flags: FilterFlags, version: string): Promise<string> {
  const said = Object.entries(flags).filter(([name, value]) => value !== undefined && !WITHOUT_EFFECT.includes(name));
  const named = [...(flags.kernel ?? []).filter((text) => /\.(json|txt|svg|acf)$/i.test(text)), flags.pipeline, flags.mask];
  const contents = await Promise.all(named.map(async (path) => path && sha256(await readFile(path).catch(() => ''))));
  return sha256(JSON.stringify({ version, said: said.sort(([a], [b]) => (a < b ? -1 : 1)), contents }));
}

/**
 * A hash of the recipe and the input: the bytes of a file, or the ETag of an object.
 * @throws any error of reading the input
 */
export async function hashJob({ from, format }: FileJob, recipe: string): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([recipe, format]));
  if (isS3(from)) {
    const found = await (await import('../s3/s3-objects.js')).headObject('filter', from);
    return hash.update(JSON.stringify(['s3', found?.etag, found?.bytes])).digest('hex');
  }
  await pipeline(createReadStream(from, { highWaterMark: 2 ** 18 }), hash);
  return hash.digest('hex');
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

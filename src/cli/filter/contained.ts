import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { OptionError } from '../../errors.js';
import { isS3 } from '../s3/s3-address.js';

/** An image and the path of its result. */
interface Way {
  readonly from: string;
  readonly to: string;
}

/**
 * The files found in a folder or by a pattern, excluding those in the results folder if that is inside, because an
 * earlier run wrote them.
 */
export async function withoutResults(files: readonly string[], base: string, out: string): Promise<readonly string[]> {
  const [below, results] = await Promise.all([resolved(base || '.'), resolved(out)]);
  if (results === below || !isWithin(results, below)) return files;
  const kept: string[] = [];
  for (const file of files) if (!isWithin(await resolved(file), results)) kept.push(file);
  return kept;
}

/**
 * Checks that results are inside their folder.
 * @throws OptionError if one would be outside, by its name or through a link, or would overwrite an input
 */
export async function checkContained(operation: string, jobs: readonly Way[], out: string): Promise<void> {
  if (isS3(out)) {
    const all = new Set(jobs.map(({ from }) => from));
    const same = jobs.find(({ to }) => all.has(to));
    if (same) throw new OptionError(operation, '--out', `would overwrite ${same.to}, which is one of the input images`, out);
    return;
  }
  const folder = await resolved(out);
  const inputs = new Map<string, string>();
  for (const { from } of jobs) {
    const found = await stat(from).catch(() => undefined);
    if (found) inputs.set(`${found.dev}:${found.ino}`, from);
  }
  const folders = new Map<string, string>();
  for (const { from, to } of jobs) {
    const parent = dirname(to);
    const real = folders.get(parent) ?? (await resolved(parent));
    folders.set(parent, real);
    const place = await resolved(join(real, basename(to)));
    if (!isWithin(real, folder) || !isWithin(place, folder))
      throw new OptionError(operation, '--out', `would write the result of ${from} outside of it, at ${place}`, out);
    const there = await stat(place).catch(() => undefined);
    const input = there && inputs.get(`${there.dev}:${there.ino}`);
    if (input !== undefined) throw new OptionError(operation, '--out', `would overwrite ${input}, which is one of the input images`, out);
  }
}

/** The path with links resolved; the file need not exist. */
async function resolved(path: string): Promise<string> {
  const full = resolve(path);
  try {
    return await realpath(full);
  } catch (error) {
    const parent = dirname(full);
    if (parent === full || (error as NodeJS.ErrnoException).code !== 'ENOENT') return full;
    // a link to a missing file is followed too
    const target = await readlink(full).catch(() => undefined);
    return target === undefined ? join(await resolved(parent), basename(full)) : resolved(resolve(await resolved(parent), target));
  }
}

/** True if a path is a folder or inside it; both must have links resolved. */
function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

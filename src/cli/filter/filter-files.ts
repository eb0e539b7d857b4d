import { stat } from 'node:fs/promises';
import { basename, extname, isAbsolute, posix, relative } from 'node:path';
import { DataError, OptionError } from '../../errors.js';
import { EXTENSIONS, formatNamed, type ImageFormat, type ImageFormatName, imageFormats } from '../../image/formats/format-names.js';
import { FORMATS } from '../../image/formats/format-table.js';
import { formatOfPath } from '../../image/image-files.js';
import { rowFormatOf } from '../../image/row-files.js';
import { below, isS3 } from '../s3/s3-address.js';
import { checkContained, withoutResults } from './contained.js';

/** One image to filter. `-` is standard input or output, `s3://bucket/key` an object. */
export interface FileJob {
  readonly from: string;
  readonly to: string;
  /** default: by the extension of `to` */
  readonly format?: ImageFormat;
  /** hash of the input and the recipe, stored with an object for `--resume` */
  readonly hash?: string;
}

/** Commands that can process images row by row, and therefore also write the row formats. */
const BY_ROWS: readonly string[] = ['filter', 'resize'];

/** Flags for input and output paths. */
export interface FileFlags {
  out?: string;
  format?: ImageFormatName;
}

/**
 * Lists all jobs before any of them starts. Without `--out`: one image and its result. With `--out`: images,
 * patterns and folders; each result keeps its image's name and its path relative to the folder or to the fixed part
 * of the pattern. Files in that folder are not inputs of a folder or pattern that contains it.
 * @param operation the command's name in errors
 * @throws OptionError if two results have the same name, one would be outside the folder or overwrite an input, or its
 * name has no known format
 * @throws DataError if a pattern or folder contains no image
 */
export async function findJobs(paths: readonly string[], { out, format: name }: FileFlags, operation = 'filter'): Promise<readonly FileJob[]> {
  const format = name && formatNamed(name);
  if (out === undefined) {
    if (paths.length !== 2)
      throw new OptionError(operation, '--out', `must be a folder if there are several images; without it, pass one image and its result`, paths);
    const [from, to] = paths;
    if (from !== '-' && (await isMany(operation, from)))
      throw new OptionError(operation, '--out', `must be a folder, because ${from} stands for several images`, paths);
    if (to === '-' && format === undefined)
      throw new OptionError(operation, '--format', `must be set if the result goes to standard output (${imageFormats.join(', ')})`, format);
    if (to !== '-' && format === undefined && !(BY_ROWS.includes(operation) && rowFormatOf(to))) formatOfPath(to);
    return [{ from, to, format }];
  }
  const jobs: FileJob[] = [];
  const taken = new Map<string, string>();
  for (const path of paths) {
    for (const { file, name: kept } of await pictures(path, out, operation)) {
      const to = below(out, format === undefined ? kept : `${kept.slice(0, kept.length - extname(kept).length)}${endingOf(format)}`);
      if (taken.has(to)) throw new OptionError(operation, '--out', `would get ${to} twice, from ${taken.get(to)} and ${file}`, out);
      taken.set(to, file);
      jobs.push({ from: file, to, format });
    }
  }
  await checkContained(operation, jobs, out);
  return jobs;
}

/** @throws OptionError unless the format of every result can store arbitrary floats */
export function checkHoldsFloats(jobs: readonly FileJob[]): void {
  for (const { to, format = formatOfPath(to) } of jobs) {
    if (!FORMATS[format].samples.includes('float32')) throw new OptionError('filter', '--output float', 'requires a result in .npy or .tiff', to);
  }
}

/** Loads the glob library, which is needed only if a path is not a file. */
function globbing() {
  return import('tinyglobby');
}

async function isMany(operation: string, path: string): Promise<boolean> {
  // an object may have any name
  if (isS3(path))
    return path.endsWith('/') || ((await globbing()).isDynamicPattern(path) && !(await (await import('../s3/s3-objects.js')).headObject(operation, path)));
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? (await globbing()).isDynamicPattern(path);
}

/** The images of a path, folder or pattern, and the names of their results. */
async function pictures(path: string, out: string, operation: string): Promise<readonly { readonly file: string; readonly name: string }[]> {
  if (path === '-') throw new OptionError(operation, '--out', 'requires files; - is one image', path);
  if (isS3(path)) {
    const { picturesAt } = await import('../s3/s3-pictures.js');
    const { files, base, what = path } = await picturesAt(operation, path);
    if (base === undefined) return files.map((file) => ({ file, name: posix.basename(file) }));
    // results of an earlier run may be among the images
    const results = `${out.replace(/\/+$/, '')}/`;
    const others = results !== base && results.startsWith(base) ? files.filter((file) => !file.startsWith(results)) : files;
    if (others.length === 0) throw new DataError(operation, `${what} contains no images`, { what });
    return others.map((file) => ({ file, name: file.slice(base.length) }));
  }
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return [{ file: path, name: basename(path) }];
  const { escapePath, isDynamicPattern } = await globbing();
  if (found?.isDirectory()) {
    const every = `${escapePath(path.replace(/[\\/]+$/, '') || '/')}/**/*.{${Object.keys(EXTENSIONS)
      .map((ending) => ending.slice(1))
      .join(',')}}`;
    return named(await withoutResults(await sorted(every, false), path, out), path, `the folder ${path}`, operation);
  }
  if (found || !isDynamicPattern(path)) return [{ file: path, name: basename(path) }];
  const fixed = path.slice(0, path.search(/[^\\/]*[*?[{(!+@]/));
  return named(await withoutResults(await sorted(path, true), fixed, out), fixed, `the pattern ${path}`, operation);
}

async function sorted(pattern: string, caseSensitive: boolean): Promise<readonly string[]> {
  const { glob } = await globbing();
  return (await glob(pattern, { caseSensitiveMatch: caseSensitive, expandDirectories: false, absolute: isAbsolute(pattern) })).sort();
}

function named(files: readonly string[], base: string, what: string, operation: string) {
  if (files.length === 0) throw new DataError(operation, `${what} contains no images`, { what });
  return files.map((file) => ({ file, name: relative(base, file) }));
}

function endingOf(format: ImageFormat): string {
  return Object.keys(EXTENSIONS).find((ending) => EXTENSIONS[ending] === format) as string;
}

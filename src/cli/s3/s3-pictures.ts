import picomatch from 'picomatch';
import { EXTENSIONS } from '../../image/formats/format-names.js';
import { formatS3, parseS3 } from './s3-address.js';
import { headObject, listObjects } from './s3-objects.js';

/** The images at a path. */
export interface S3Pictures {
  /** their addresses, in order */
  readonly files: readonly string[];
  /** the address to which the names of results are relative; undefined if the path is a single object */
  readonly base?: string;
  readonly what?: string;
}

/**
 * The images at an address: an object, the objects below a prefix, or the objects that match a pattern.
 * @param operation the command's name in errors
 */
export async function picturesAt(operation: string, path: string): Promise<S3Pictures> {
  const { bucket, key } = parseS3(operation, path);
  const dynamic = picomatch.scan(key).isGlob;
  if (isPicture(key) && (!dynamic || (await headObject(operation, path)))) return { files: [path] };
  if (dynamic) {
    const fixed = key.slice(0, key.search(/[^/]*[*?[{(!+@]/));
    const base = formatS3({ bucket, key: fixed });
    const matches = picomatch(key);
    return { files: await keysAt(operation, base, matches), base, what: `the pattern ${path}` };
  }
  const base = key === '' || key.endsWith('/') ? formatS3({ bucket, key }) : `${path}/`;
  const files = await keysAt(operation, base, isPicture);
  // an object may have any name
  return files.length > 0 || base !== `${path}/` ? { files, base, what: `the folder ${path}` } : { files: [path] };
}

async function keysAt(operation: string, base: string, holds: (key: string) => boolean): Promise<readonly string[]> {
  const { bucket } = parseS3(operation, base);
  const found = (await listObjects(operation, base)).filter(({ key }) => holds(key));
  return found.map(({ key }) => formatS3({ bucket, key })).sort();
}

function isPicture(key: string): boolean {
  const [ending] = /\.[^./]+$/.exec(key) ?? [];
  return ending !== undefined && Object.hasOwn(EXTENSIONS, ending.toLowerCase());
}

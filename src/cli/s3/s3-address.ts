import { join } from 'node:path';
import { OptionError } from '../../errors.js';

/** An object in an S3 bucket, or a key prefix of several; an empty prefix means all. */
export interface S3Address {
  readonly bucket: string;
  readonly key: string;
}

const SCHEME = 's3://';

/** True if a path refers to objects in a bucket instead of files. */
export function isS3(path: string): boolean {
  return path.startsWith(SCHEME);
}

/**
 * Reads `s3://bucket/key`.
 * @param operation the command's name in errors
 * @throws OptionError if it has no bucket, or an invalid key
 */
export function parseS3(operation: string, path: string): S3Address {
  const [, bucket, key = ''] = /^s3:\/\/([a-z\d][a-z\d._-]{1,61}[a-z\d])(?:\/(.*))?$/s.exec(path) ?? [];
  if (bucket === undefined)
    throw new OptionError(operation, 'path', 'must be s3://bucket/key, with a bucket of 3 to 63 lowercase letters, digits, . and -', path);
  // URLs normalize such parts, which changes the address
  if (key.split('/').some((part) => part === '.' || part === '..'))
    throw new OptionError(operation, 'path', 'must not contain the path segments . or ..', path);
  return { bucket, key };
}

/** `s3://bucket/key` */
export function formatS3({ bucket, key }: S3Address): string {
  return `${SCHEME}${bucket}/${key}`;
}

/** The path of a result below a folder or a key prefix. */
export function below(out: string, name: string): string {
  return isS3(out) ? `${out.replace(/\/+$/, '')}/${name.replaceAll('\\', '/')}` : join(out, name);
}

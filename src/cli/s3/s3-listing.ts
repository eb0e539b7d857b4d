import { DataError } from '../../errors.js';
import { fieldIn } from './s3-xml.js';

/** An object as described by a listing or a HEAD response. */
export interface S3Found {
  readonly key: string;
  readonly bytes: number;
  /** differs if the contents differ */
  readonly etag: string;
}

/**
 * Parses a page of a bucket listing.
 * @param path the listed path, for errors
 * @returns `token` of the next page, if there is one
 * @throws DataError if it is not a listing
 */
export function parseListing(operation: string, path: string, text: string): { readonly found: readonly S3Found[]; readonly token?: string } {
  // some servers ignore the requested encoding
  const encoded = text.includes('<EncodingType>url</EncodingType>');
  const found: S3Found[] = [];
  for (const each of elements(text, 'Contents')) {
    const [key, bytes] = [fieldIn(each, 'Key'), Number(fieldIn(each, 'Size'))];
    if (key === '' || !Number.isSafeInteger(bytes) || bytes < 0) throw notAListing(operation, path, 'an object has no key or no size');
    found.push({ key: encoded ? unescaped(operation, path, key) : key, bytes, etag: fieldIn(each, 'ETag') });
  }
  return { found, token: fieldIn(text, 'NextContinuationToken') || undefined };
}

/** The error for a response that is not a listing. */
export function notAListing(operation: string, path: string, why: string): DataError {
  return new DataError(operation, `${path} cannot be listed: the answer of the server is damaged: ${why}`, { path });
}

/** The contents of all elements with a name. A regular expression could take quadratic time for unclosed elements. */
function* elements(text: string, name: string): Generator<string> {
  const [begins, ends] = [`<${name}>`, `</${name}>`];
  for (let at = text.indexOf(begins); at >= 0; ) {
    const end = text.indexOf(ends, at);
    if (end < 0) return;
    yield text.slice(at + begins.length, end);
    at = text.indexOf(begins, end);
  }
}

function unescaped(operation: string, path: string, key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    throw notAListing(operation, path, `${JSON.stringify(key)} is not an encoded key`);
  }
}

import { DataError } from '../../errors.js';
import { fieldIn } from './s3-xml.js';

/** An object as a listing or a HEAD has it. */
export interface S3Found {
  readonly key: string;
  readonly bytes: number;
  /** another one for other contents */
  readonly etag: string;
}

/**
 * A page of the listing of a bucket.
 * @param path what is listed, for the error
 * @returns `token` of the next page, if there is one
 * @throws DataError if it is no listing
 */
export function parseListing(operation: string, path: string, text: string): { readonly found: readonly S3Found[]; readonly token?: string } {
  // not every server does what it is asked to
  const encoded = text.includes('<EncodingType>url</EncodingType>');
  const found: S3Found[] = [];
  for (const each of elements(text, 'Contents')) {
    const [key, bytes] = [fieldIn(each, 'Key'), Number(fieldIn(each, 'Size'))];
    if (key === '' || !Number.isSafeInteger(bytes) || bytes < 0) throw notAListing(operation, path, 'an object has no key or no size');
    found.push({ key: encoded ? unescaped(operation, path, key) : key, bytes, etag: fieldIn(each, 'ETag') });
  }
  return { found, token: fieldIn(text, 'NextContinuationToken') || undefined };
}

/** The error of an answer that is no listing. */
export function notAListing(operation: string, path: string, why: string): DataError {
  return new DataError(operation, `${path} cannot be listed: the answer of the server is damaged: ${why}`, { path });
}

/** The contents of all elements of a name. A regular expression would look for the end of each beginning in all the rest. */
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
    throw notAListing(operation, path, `${JSON.stringify(key)} is no encoded key`);
  }
}

import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import { ConvlabError } from '../../errors.js';
import type { S3Address } from './s3-address.js';
import { findCredentials } from './s3-credentials.js';
import { isPassing, type Refusal, readRefusal, refused, unreachable } from './s3-errors.js';

/** A request to a bucket, or to an object in it. */
export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly address: S3Address;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** the command's name, and its action, for errors */
  readonly operation: string;
  readonly wish: 'read' | 'written' | 'listed';
}

/** Default number of attempts per request. */
const ATTEMPTS = 6;
/** Maximum milliseconds before the second attempt; doubled before each further one. */
const FIRST_WAIT = 200;
const LONGEST_WAIT = 20_000;
/** Milliseconds to wait for the start of a response before the request is retried. */
const PATIENCE = 60_000;

/**
 * Sends a signed request. It is retried after 429, 5xx and broken connections, with exponential backoff.
 * @param take reads the response; if the connection breaks while it reads, the request is retried too
 * @throws DataError that names bucket, key, status and what to check
 */
export async function send<T>(request: S3Request, take: (answer: Response) => Promise<T>): Promise<T> {
  const attempts = Math.max(1, Number(process.env.AWS_MAX_ATTEMPTS) || ATTEMPTS);
  for (let attempt = 1; ; attempt++) {
    const client = await signer(request);
    const url = urlOf(request);
    let [waited, refusal]: [number, Refusal | undefined] = [0, undefined];
    try {
      const impatience = new AbortController();
      const timer = setTimeout(() => impatience.abort(new Error(`no response in ${PATIENCE / 1000} s`)), PATIENCE + (request.body?.length ?? 0) / 100);
      const signed = await client.sign(url, { method: request.method, headers: headersOf(request), body: request.body });
      const answer = await fetch(signed, { signal: impatience.signal }).finally(() => clearTimeout(timer));
      if (answer.ok) return await take(answer);
      refusal = await readRefusal(answer);
      waited = 1000 * (Number(answer.headers.get('retry-after')) || 0);
      if (attempt === attempts || !isPassing(refusal)) throw refused(request, refusal, attempt);
    } catch (cause) {
      if (cause instanceof ConvlabError) throw cause;
      if (attempt === attempts) throw unreachable(request, url, cause as Error, attempt);
    }
    await wait(Math.min(LONGEST_WAIT, Math.max(waited, Math.random() * FIRST_WAIT * 2 ** (attempt - 1))));
  }
}

async function signer({ operation }: S3Request): Promise<AwsClient> {
  const { accessKeyId, secretAccessKey, sessionToken } = await findCredentials(operation, process.env);
  return new AwsClient({ accessKeyId, secretAccessKey, sessionToken, service: 's3', region: region(), retries: 0 });
}

function region(): string {
  return process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || 'us-east-1';
}

/** The URL of a request. Amazon uses one host per bucket; for other servers, the bucket is part of the path. */
function urlOf({ address: { bucket, key }, query = {} }: S3Request): string {
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL;
  const host = `s3.${region()}.amazonaws.com${region().startsWith('cn-') ? '.cn' : ''}`;
  // the certificate covers only one label before the domain
  const hosted = !endpoint && !bucket.includes('.');
  const base = endpoint ? endpoint.replace(/\/+$/, '') : `https://${hosted ? `${bucket}.` : ''}${host}`;
  const path = [...(hosted ? [] : [bucket]), ...(key === '' && !hosted ? [] : key.split('/'))].map(encode).join('/');
  const search = Object.entries(query).map((pair) => pair.map(encode).join('='));
  return `${base}/${path}${search.length > 0 ? `?${search.join('&')}` : ''}`;
}

/** Percent-encodes text as required for signatures: letters, digits and -._~ are kept. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The headers, including a hash of the body, which the server verifies. */
function headersOf({ headers, body }: S3Request): Record<string, string> {
  return {
    ...headers,
    'x-amz-content-sha256': createHash('sha256')
      .update(body ?? '')
      .digest('hex'),
  };
}

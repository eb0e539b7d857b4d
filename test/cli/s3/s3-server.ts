import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A bucket in memory, which speaks as much of S3 as the command line needs and refuses what is not signed as it should be. */
export interface S3Server {
  readonly endpoint: string;
  readonly objects: Map<string, Stored>;
  /** uploads in parts that were begun and neither completed nor given up */
  readonly uploads: Map<string, Upload>;
  /** method and path of each request */
  readonly log: string[];
  /** statuses of the next answers, instead of what was asked for; 0 breaks the connection */
  readonly failures: number[];
  close(): Promise<void>;
}

interface Stored {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
}

interface Upload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Buffer>;
}

export const KEYS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER', AWS_REGION: 'eu-central-1' };
export const BUCKET = 'photos';
/** Keys of a page of a listing. */
const PAGE = 5;

export async function startS3(): Promise<S3Server> {
  const [objects, uploads, log, failures] = [new Map<string, Stored>(), new Map<string, Upload>(), [] as string[], [] as number[]];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const url = new URL(request.url ?? '', 'http://server');
    log.push(`${request.method} ${decodeURIComponent(url.pathname)}${url.search}`);
    const failure = failures.shift();
    if (failure === 0) {
      request.socket.destroy();
      return;
    }
    if (failure) return refuse(response, failure, failure === 503 ? 'SlowDown' : 'InternalError');
    const complaint = wrong(request, body);
    if (complaint) return refuse(response, 403, complaint);
    const [, bucket, ...rest] = url.pathname.split('/');
    if (bucket !== BUCKET) return refuse(response, 404, 'NoSuchBucket');
    answer({ objects, uploads }, { request, response, body, query: url.searchParams, key: decodeURIComponent(rest.join('/')) });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { endpoint: `http://127.0.0.1:${port}`, objects, uploads, log, failures, close };
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly query: URLSearchParams;
  readonly key: string;
}

function answer({ objects, uploads }: Pick<S3Server, 'objects' | 'uploads'>, { request, response, body, query, key }: Call): unknown {
  const store = (key: string, bytes: Buffer, headers: Readonly<Record<string, string>>) => {
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
    objects.set(key, { bytes, headers, etag });
    response.setHeader('etag', etag);
  };
  const upload = uploads.get(query.get('uploadId') ?? '');
  if (query.has('uploadId') && !upload) return refuse(response, 404, 'NoSuchUpload');
  switch (request.method) {
    case 'POST':
      if (query.has('uploads')) {
        const id = `upload&${uploads.size}`;
        uploads.set(id, { key, headers: kept(request), parts: new Map() });
        return done(response, `<InitiateMultipartUploadResult><UploadId>${escapeXml(id)}</UploadId></InitiateMultipartUploadResult>`);
      }
      if (!upload) return refuse(response, 400, 'InvalidRequest');
      {
        const numbers = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) => Number(number));
        const parts = numbers.map((number) => upload.parts.get(number) as Buffer);
        if (parts.slice(0, -1).some((part) => part.length < 5 * 2 ** 20)) return refuse(response, 400, 'EntityTooSmall');
        store(upload.key, Buffer.concat(parts), upload.headers);
        uploads.delete(query.get('uploadId') as string);
      }
      return done(response, '<CompleteMultipartUploadResult/>');
    case 'PUT':
      if (!upload) store(key, body, kept(request));
      else {
        upload.parts.set(Number(query.get('partNumber')), body);
        response.setHeader('etag', `"part${query.get('partNumber')}"`);
      }
      return done(response, '');
    case 'DELETE':
      if (upload) uploads.delete(query.get('uploadId') as string);
      return done(response.writeHead(204), '');
    default:
      return key === '' ? list(objects, response, query) : send(objects.get(key), request, response);
  }
}

function send(stored: Stored | undefined, request: IncomingMessage, response: ServerResponse): unknown {
  if (!stored) return refuse(response, 404, 'NoSuchKey');
  const { bytes, headers, etag } = stored;
  if (request.headers['if-match'] && request.headers['if-match'] !== etag) return refuse(response, 412, 'PreconditionFailed');
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  if (from && Number(from) >= bytes.length) return refuse(response, 416, 'InvalidRange');
  const part = from ? bytes.subarray(Number(from), Number(to) + 1) : bytes;
  const range = from ? { 'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}` } : {};
  response.writeHead(from ? 206 : 200, { ...headers, ...range, etag, 'content-length': part.length });
  response.end(request.method === 'HEAD' ? undefined : part);
}

function done(response: ServerResponse, text: string): unknown {
  return response.end(text);
}

function list(objects: S3Server['objects'], response: ServerResponse, query: URLSearchParams): unknown {
  const after = query.get('continuation-token')?.replace(/^token&/, '') ?? '';
  const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after).sort();
  const page = keys.slice(0, PAGE);
  const entry = (key: string) =>
    `<Contents><Key>${encodeURIComponent(key)}</Key><ETag>${escapeXml((objects.get(key) as Stored).etag)}</ETag><Size>${objects.get(key)?.bytes.length}</Size></Contents>`;
  const more = keys.length > PAGE ? `<NextContinuationToken>${escapeXml(`token&${page.at(-1)}`)}</NextContinuationToken>` : '';
  return response.end(`<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType>${page.map(entry).join('')}${more}</ListBucketResult>`);
}

function kept({ headers }: IncomingMessage): Record<string, string> {
  const names = Object.keys(headers).filter((name) => name === 'content-type' || name.startsWith('x-amz-meta-'));
  return Object.fromEntries(names.map((name) => [name, headers[name] as string]));
}

function refuse(response: ServerResponse, status: number, code: string): unknown {
  return response.writeHead(status).end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>as the test wants it</Message></Error>`);
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** The error in a request's signature according to AWS Signature Version 4. */
function wrong(request: IncomingMessage, body: Buffer): string | undefined {
  const { headers } = request;
  const form = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([\da-f]{64})$/;
  const [, id, day, region, signed, signature] = form.exec(headers.authorization ?? '') ?? [];
  if (signature === undefined) return 'AccessDenied';
  if (id !== KEYS.AWS_ACCESS_KEY_ID) return 'InvalidAccessKeyId';
  if (region !== KEYS.AWS_REGION) return 'AuthorizationHeaderMalformed';
  const hashed = headers['x-amz-content-sha256'];
  if (hashed !== createHash('sha256').update(body).digest('hex')) return 'XAmzContentSHA256Mismatch';
  for (const name of ['host', 'x-amz-date', 'x-amz-content-sha256', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))])
    if (!signed.split(';').includes(name)) return 'AccessDenied';
  const { method = '', url = '' } = request;
  const given = { method, url, headers, signed, day, region };
  return signatureOf(given, KEYS.AWS_SECRET_ACCESS_KEY) === signature ? undefined : 'SignatureDoesNotMatch';
}

interface Signed {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  /** names of headers, with ; between them */
  readonly signed: string;
  readonly day: string;
  readonly region: string;
}

/** The signature of a request, in hexadecimal digits. */
export function signatureOf({ method, url, headers, signed, day, region }: Signed, secret: string): string {
  const [path, search = ''] = url.split('?');
  const lines = signed.split(';').map((name) => `${name}:${headers[name]}\n`);
  const canonical = [method, path, search.split('&').sort().join('&'), lines.join(''), signed, headers['x-amz-content-sha256']].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, `AWS4-HMAC-SHA256\n${headers['x-amz-date']}\n${day}/${region}/s3/aws4_request\n${hash}`).toString('hex');
}

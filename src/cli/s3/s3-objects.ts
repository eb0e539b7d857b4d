import { DataError } from '../../errors.js';
import { parseS3 } from './s3-address.js';
import { errorIn, refused } from './s3-errors.js';
import { notAListing, parseListing, type S3Found } from './s3-listing.js';
import { send } from './s3-request.js';
import { fieldIn } from './s3-xml.js';

/** The metadata header with the hash of a result. */
const HASH = 'x-amz-meta-convlab-hash';
/** Bytes of the first request, enough for small images. */
const FIRST = 2 ** 20;
/** Bytes per part of a multipart upload. The minimum is 5 MiB, and at most 10,000 parts are allowed. */
const PART = 2 ** 24;
/** Number of parts after which parts become larger. */
const PARTS = 1000;

/** Bytes of an object, and the data needed for the next request. */
interface Piece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly size: number;
  readonly etag: string;
}

/** An object being read; its first bytes are available. */
export class S3Object {
  /** @param operation the command's name in errors */
  static async open(operation: string, path: string): Promise<S3Object> {
    return new S3Object(operation, path, await piece(operation, path, 0));
  }

  private constructor(
    readonly operation: string,
    readonly path: string,
    readonly first: Piece,
  ) {}

  get size(): number {
    return this.first.size;
  }

  /** Reads the whole object. */
  async read(): Promise<Uint8Array> {
    const bytes = new Uint8Array(this.size);
    let at = 0;
    for await (const part of this.stream()) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  /** Reads the object part by part. @throws DataError if it is replaced while it is read */
  async *stream(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    yield this.first.bytes;
    for (let at = this.first.bytes.length; at < this.size; ) {
      const { bytes } = await piece(this.operation, this.path, at, this.first);
      yield bytes;
      at += bytes.length;
    }
  }
}

/** Reads a range. @param of the previous piece, to check that the object has not changed */
async function piece(operation: string, path: string, from: number, of?: Piece): Promise<Piece> {
  const length = of ? PART : FIRST;
  const headers = { range: `bytes=${from}-${from + length - 1}`, ...(of && { 'if-match': of.etag }) };
  const request = { method: 'GET', address: parseS3(operation, path), operation, wish: 'read' } as const;
  try {
    return await send({ ...request, headers }, async (answer) => {
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const size = Number(/\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1] ?? bytes.length);
      return { bytes, size, etag: answer.headers.get('etag') ?? '' };
    });
  } catch (error) {
    const { status } = (error as DataError).values ?? {};
    if (status === 412 && of) throw new DataError(operation, `${path} was replaced while it was read`, { path });
    // an empty object has no valid range
    if (status === 416 && !of) return { bytes: new Uint8Array(0), size: 0, etag: '' };
    throw error;
  }
}

/** The object with a key, and its hash; undefined if it does not exist. */
export async function headObject(operation: string, path: string): Promise<(S3Found & { readonly hash?: string }) | undefined> {
  const address = parseS3(operation, path);
  try {
    return await send({ method: 'HEAD', address, operation, wish: 'read' }, async ({ headers }) => ({
      key: address.key,
      bytes: Number(headers.get('content-length')),
      etag: headers.get('etag') ?? '',
      hash: headers.get(HASH) ?? undefined,
    }));
  } catch (error) {
    if ((error as DataError).values?.status === 404) return undefined;
    throw error;
  }
}

/** Lists all objects whose keys start with the path. */
export async function listObjects(operation: string, path: string): Promise<readonly S3Found[]> {
  const { bucket, key: prefix } = parseS3(operation, path);
  const found: S3Found[] = [];
  for (let token: string | undefined; ; ) {
    const query = { 'list-type': '2', 'encoding-type': 'url', prefix, ...(token && { 'continuation-token': token }) };
    const request = { method: 'GET', address: { bucket, key: '' }, query, operation, wish: 'listed' } as const;
    const text = await send(request, (answer) => answer.text());
    const page = parseListing(operation, path, text);
    found.push(...page.found);
    // a repeated token would cause an endless loop
    if (page.token !== undefined && page.token === token) throw notAListing(operation, path, 'its next page is the same one');
    token = page.token;
    if (token === undefined) return found;
  }
}

/** Options for writing an object. */
export interface PutOptions {
  readonly type?: string;
  /** hash of its input and recipe, stored with it */
  readonly hash?: string;
}

/** Writes an object atomically, in one request: readers see either the old or the complete new object. */
export async function putObject(operation: string, path: string, body: Uint8Array, { type, hash }: PutOptions = {}): Promise<void> {
  const headers = { ...(type && { 'content-type': type }), ...(hash && { [HASH]: hash }) };
  await send({ method: 'PUT', address: parseS3(operation, path), headers, body: plain(body), operation, wish: 'written' }, drained);
}

/**
 * Writes an object of unknown length: in one request if it is short, otherwise in parts, which the last request
 * combines. If anything fails, uploaded parts are removed.
 */
export async function putStream(operation: string, path: string, content: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<void> {
  const parts = inParts(content);
  const first = await parts.next();
  if (first.done) return putObject(operation, path, new Uint8Array(0), options);
  const second = await parts.next();
  if (second.done) return putObject(operation, path, first.value, options);
  const request = { address: parseS3(operation, path), operation, wish: 'written' } as const;
  const headers = { ...(options.type && { 'content-type': options.type }), ...(options.hash && { [HASH]: options.hash }) };
  const begun = await send({ ...request, method: 'POST', query: { uploads: '' }, headers }, (answer) => answer.text());
  const uploadId = fieldIn(begun, 'UploadId');
  try {
    const etags: string[] = [];
    const put = async (body: Uint8Array) => {
      const query = { partNumber: `${etags.length + 1}`, uploadId };
      etags.push(await send({ ...request, method: 'PUT', query, body: plain(body) }, async (answer) => answer.headers.get('etag') ?? ''));
    };
    await put(first.value);
    await put(second.value);
    for await (const part of parts) await put(part);
    const list = etags.map((etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`).join('');
    const body = new TextEncoder().encode(`<CompleteMultipartUpload>${list}</CompleteMultipartUpload>`);
    const answer = await send({ ...request, method: 'POST', query: { uploadId }, body }, (answer) => answer.text());
    // the status is sent before the parts are joined
    if (answer.includes('<Error>')) throw refused(request, { status: 200, ...errorIn(answer), region: null }, 1);
  } catch (error) {
    await send({ ...request, method: 'DELETE', query: { uploadId } }, drained).catch(() => {});
    throw error;
  }
}

/** Parts of equal size, except for the last. */
async function* inParts(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let [held, length, count] = [[] as Uint8Array[], 0, 0];
  for await (const bytes of content) {
    held.push(bytes);
    length += bytes.length;
    const size = PART * (1 + Math.floor(count / PARTS));
    if (length < size) continue;
    const all = Buffer.concat(held);
    let at = 0;
    for (; all.length - at >= size; at += size, count++) yield all.subarray(at, at + size);
    held = [all.subarray(at)];
    length = all.length - at;
  }
  if (length > 0) yield Buffer.concat(held);
}

/** Copies shared memory, which requests do not accept. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
}

async function drained(answer: Response): Promise<void> {
  await answer.arrayBuffer();
}

import { constants } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliCompress, gzip, constants as zlib } from 'node:zlib';

/** Content types by extension. Other files are served as binary data, which browsers do not execute. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.gif': 'image/gif',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/** Extensions of compressible files; digits and weights are already compressed or incompressible. */
const PACKED = new Set(['.html', '.js', '.css', '.json', '.txt', '.md', '.svg', '.wasm']);
/** Smaller files fit into one packet uncompressed. */
const LEAST_PACKED = 1024;

type Encoding = 'br' | 'gzip';

/** Compression of a file. It runs once per file, but must not delay the page: brotli's highest levels take ten times as long for 2%. */
const PACK: Readonly<Record<Encoding, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [zlib.BROTLI_PARAM_QUALITY]: 8, [zlib.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: 9 }),
};

/** Files whose names contain a content hash, which never change. */
const NAMED_BY_CONTENT = /^\/assets\/.*-[\w-]{8}\.\w+$/;

/** Settings of {@link staticServer}. */
export interface StaticServerOptions {
  /** Origins whose pages may embed the served pages, as listed in `frame-ancestors`; `*`: all. Default: none. */
  readonly embed?: string;
  /** Limits for clients; default {@link LIMITS}. */
  readonly limits?: Limits;
}

interface Limits {
  /** Maximum number of concurrent connections; further ones are closed. */
  readonly connections: number;
  /** Maximum milliseconds from connecting to the end of the request's headers, and of its body. */
  readonly request: number;
  /** Maximum milliseconds for which a client may not read its response. */
  readonly idle: number;
}

/** The default limits; a browser opens at most six connections per page. */
const LIMITS: Limits = { connections: 512, request: 15_000, idle: 60_000 };

/** Security headers of every response. */
const headersFor = ({ embed }: StaticServerOptions): Readonly<Record<string, string>> => ({
  // shared memory, which threads need, requires an isolated page
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  // an isolated page embeds only responses that allow it
  'Cross-Origin-Resource-Policy': embed ? 'cross-origin' : 'same-origin',
  'Content-Security-Policy': [
    "default-src 'none'",
    // WebAssembly is compiled in the page; GPU.js needs no unsafe-eval for WebGL and WebGPU, only for its cpu mode
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'self' blob: data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${embed ?? "'none'"}`,
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
});

/** A served folder. */
interface Site {
  /** paths of the files, by URL path */
  readonly files: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string>>;
  /** cached compressed files, by file and encoding, with the tag of the source */
  readonly packed: Map<string, { readonly tag: string; readonly bytes: Promise<Uint8Array> }>;
}

/**
 * Serves the files that exist in a folder at the time of the call, compressed with brotli or gzip if the browser
 * accepts it. Requests are looked up among their paths and never used as paths. Links and names that begin with a dot
 * are excluded; there are no listings.
 */
export async function staticServer(folder: string, options: StaticServerOptions = {}): Promise<Server> {
  const site: Site = { files: await filesIn(folder), headers: headersFor(options), packed: new Map() };
  const { connections, request, idle } = options.limits ?? LIMITS;
  const limits = { headersTimeout: request, requestTimeout: request, connectionsCheckingInterval: request / 3 };
  const server = createServer(limits, (request, response) => {
    answer(site, request, response).catch(() => response.destroy());
  });
  server.maxConnections = connections;
  return server.setTimeout(idle);
}

async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(site.headers)) response.setHeader(name, value);
  // otherwise the server would read a body of any length
  if (request.headers['content-length'] || request.headers['transfer-encoding']) response.setHeader('Connection', 'close');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return answerError(response.setHeader('Allow', 'GET, HEAD'), 405, 'Only GET and HEAD are answered.');
  const path = pathOf(request.url ?? '');
  const file = site.files.get(path);
  if (file === undefined) return answerError(response, 404, 'There is no such file.');

  // a file may have been replaced by a link in the meantime
  const handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(() => undefined);
  if (!handle) return answerError(response, 404, 'There is no such file.');
  try {
    const { size, mtimeMs } = await handle.stat();
    const packs = size >= LEAST_PACKED && PACKED.has(extname(file));
    const encoding = packs ? encodingFor(request.headers['accept-encoding']) : undefined;
    const state = `${size.toString(36)}-${Math.round(mtimeMs).toString(36)}`;
    const tag = encoding ? `"${state}-${encoding}"` : `"${state}"`;
    if (packs) response.setHeader('Vary', 'Accept-Encoding');
    if (NAMED_BY_CONTENT.test(path)) response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
    response.setHeader('ETag', tag);
    if (request.headers['if-none-match'] === tag) return void response.writeHead(304).end();
    response.setHeader('Content-Type', CONTENT_TYPES[extname(file)] ?? 'application/octet-stream');
    if (encoding) {
      const bytes = await packedBytes(site, file, encoding, tag, handle);
      response.writeHead(200, { 'Content-Encoding': encoding, 'Content-Length': bytes.length });
      return void response.end(request.method === 'HEAD' ? undefined : bytes);
    }
    response.writeHead(200, { 'Content-Length': size });
    if (request.method === 'HEAD') return void response.end();
    await pipeline(handle.createReadStream({ autoClose: false, end: Math.max(size - 1, 0) }), response);
  } finally {
    await handle.close();
  }
}

/** The compressed file: compressed at the first request, and again after it has changed. */
function packedBytes({ packed }: Site, file: string, encoding: Encoding, tag: string, handle: FileHandle): Promise<Uint8Array> {
  const key = `${encoding} ${file}`;
  const known = packed.get(key);
  if (known?.tag === tag) return known.bytes;
  const bytes = handle.readFile().then(PACK[encoding]);
  packed.set(key, { tag, bytes });
  bytes.catch(() => packed.delete(key));
  return bytes;
}

/** The best encoding that the browser accepts; `br;q=0` excludes one. */
function encodingFor(header: string | string[] | undefined): Encoding | undefined {
  const taken = new Map(
    String(header ?? '')
      .split(',')
      .map((each) => {
        const [name, ...parameters] = each
          .trim()
          .toLowerCase()
          .split(/\s*;\s*/);
        const quality = parameters.find((parameter) => parameter.startsWith('q='));
        return [name, quality === undefined ? 1 : Number(quality.slice(2))] as const;
      }),
  );
  return (['br', 'gzip'] as const).find((each) => (taken.get(each) ?? taken.get('*') ?? 0) > 0);
}

function answerError(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': CONTENT_TYPES['.txt'], 'Content-Length': text.length + 1 }).end(`${text}\n`);
}

/** The path of a request, decoded once; for a folder, the path of its index page. */
function pathOf(url: string): string {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*$/s, ''));
    return path.endsWith('/') ? `${path}index.html` : path;
  } catch {
    return ''; // % without two hex digits
  }
}

/** All files below a folder, by URL path. */
async function filesIn(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const paths = found.map((file) => [`/${relative(folder, file).split(sep).join('/')}`, file] as const);
  return new Map(paths.filter(([path]) => !path.includes('/.')));
}

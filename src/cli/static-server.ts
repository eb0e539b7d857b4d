import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** By extension; what is not listed is bytes, which no browser runs. */
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

/** What pages may do, with every answer. */
const HEADERS: Readonly<Record<string, string>> = {
  // a page has shared memory, and with it threads, only when it is isolated
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
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
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-cache',
};

/**
 * Serves the files that lie in a folder now, and nothing else: a request is looked up among their paths, it never becomes
 * a path itself. Links, and names that begin with a dot, are left out; there are no listings.
 */
export async function staticServer(folder: string): Promise<Server> {
  const files = await filesIn(folder);
  return createServer((request, response) => {
    answer(files, request, response).catch(() => response.destroy());
  });
}

async function answer(files: ReadonlyMap<string, string>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return answerError(response.setHeader('Allow', 'GET, HEAD'), 405, 'Only GET and HEAD are answered.');
  const file = files.get(pathOf(request.url ?? ''));
  if (file === undefined) return answerError(response, 404, 'There is no such file.');

  // what was a file may have become a link since
  const handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(() => undefined);
  if (!handle) return answerError(response, 404, 'There is no such file.');
  try {
    const { size, mtimeMs } = await handle.stat();
    const tag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
    response.setHeader('ETag', tag);
    if (request.headers['if-none-match'] === tag) return void response.writeHead(304).end();
    response.writeHead(200, { 'Content-Type': CONTENT_TYPES[extname(file)] ?? 'application/octet-stream', 'Content-Length': size });
    if (request.method === 'HEAD') return void response.end();
    await pipeline(handle.createReadStream({ autoClose: false, end: Math.max(size - 1, 0) }), response);
  } finally {
    await handle.close();
  }
}

function answerError(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': CONTENT_TYPES['.txt'], 'Content-Length': text.length + 1 }).end(`${text}\n`);
}

/** The path in a request, decoded once; a folder's is that of its page. */
function pathOf(url: string): string {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*$/s, ''));
    return path.endsWith('/') ? `${path}index.html` : path;
  } catch {
    return ''; // % without two digits
  }
}

/** Every file below a folder by its path in a URL. */
async function filesIn(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const paths = found.map((file) => [`/${relative(folder, file).split(sep).join('/')}`, file] as const);
  return new Map(paths.filter(([path]) => !path.includes('/.')));
}

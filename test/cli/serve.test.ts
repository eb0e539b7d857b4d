import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { get, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { chromium as playwright } from 'playwright';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { serve } from '../../src/cli/commands/serve-command.js';
import { staticServer } from '../../src/cli/static-server.js';
import { OptionError } from '../../src/errors.js';
import type * as Library from '../../src/index.js';
import { chromium } from '../chromium.js';
import { convlab } from './convlab.js';

const root = mkdtempSync(join(tmpdir(), 'convlab-serve-'));
const folder = join(root, 'site');
const SECRET = 'nobody may read this';
let server: Server;
let port: number;

beforeAll(async () => {
  for (const path of ['site/assets', 'site/below', 'site/.git', 'outside']) mkdirSync(join(root, path), { recursive: true });
  const files = {
    'site/index.html': '<h1>home</h1>',
    'site/below/index.html': '<h1>below</h1>',
    'site/assets/a.js': 'export {};',
    'site/assets/ä b.txt': 'umlaut',
    'site/empty.bin': '',
    'site/later.txt': 'a file for now',
  };
  for (const [path, content] of Object.entries(files)) writeFileSync(join(root, path), content);
  for (const path of ['secret.txt', 'outside/secret.txt', 'site/.secret', 'site/.git/config']) writeFileSync(join(root, path), SECRET);
  symlinkSync(join(root, 'secret.txt'), join(folder, 'link.txt'));
  symlinkSync(join(root, 'outside'), join(folder, 'link'));
  server = await staticServer(folder);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true });
});

/** The response to an unmodified request line; `fetch` would normalize it. */
function ask(target: string, method = 'GET', headers = ''): Promise<{ status: number; head: string; body: string }> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(`${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`));
    socket.setEncoding('latin1').on('data', (part) => {
      text += part;
    });
    socket.on('error', reject).on('close', () => {
      const [head, ...body] = text.split('\r\n\r\n');
      resolve({ status: Number(head.split(' ')[1]), head: head.toLowerCase(), body: body.join('\r\n\r\n') });
    });
  });
}

test.each([
  ['/', 'text/html; charset=utf-8', '<h1>home</h1>'],
  ['/index.html', 'text/html; charset=utf-8', '<h1>home</h1>'],
  ['/index.html?v=1#top', 'text/html; charset=utf-8', '<h1>home</h1>'],
  ['/below/', 'text/html; charset=utf-8', '<h1>below</h1>'],
  ['/assets/a.js', 'text/javascript; charset=utf-8', 'export {};'],
  ['/assets/%C3%A4%20b.txt', 'text/plain; charset=utf-8', 'umlaut'],
  ['/empty.bin', 'application/octet-stream', ''],
])('%s is served, as %s', async (path, type, body) => {
  const answer = await ask(path);
  expect([answer.status, answer.body]).toEqual([200, body]);
  expect(answer.head).toContain(`content-type: ${type}\r\n`);
  expect(answer.head).toContain(`content-length: ${body.length}`);
});

test.each([
  '/../secret.txt',
  '/../../../../../../etc/passwd',
  '/assets/../../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e/secret.txt',
  '/%2e%2e%2fsecret.txt',
  '/%252e%252e/secret.txt',
  '/.%2e/secret.txt',
  '/..\\secret.txt',
  '/..%5csecret.txt',
  '/%c0%ae%c0%ae/secret.txt',
  '/assets/..;/..;/secret.txt',
  '//secret.txt',
  '//etc/passwd',
  '/etc/passwd',
  'file:///etc/passwd',
  'http://127.0.0.1/../secret.txt',
  '/index.html%00',
  '/secret.txt%00.html',
  '/index.html/../../secret.txt',
  '/%',
  '/%zz',
  '/link.txt',
  '/link/secret.txt',
  '/.secret',
  '/.git/config',
  '/%2egit/config',
  '/assets',
  '/assets/',
  '/below',
  '/__proto__',
  '/constructor',
])('%s is not there', async (target) => {
  const { status, head, body } = await ask(target);
  expect([status, body]).toEqual([404, 'There is no such file.\n']);
  expect(head).toContain('x-content-type-options: nosniff');
});

test('a path without end is not there', async () => {
  expect((await ask(`/${'a/'.repeat(4000)}`)).status).toBe(404);
});

test('what is no path at all, Node refuses before it gets here', async () => {
  for (const target of ['../secret.txt', 'secret.txt', '/\u0001']) expect((await ask(target)).status, target).toBe(400);
});

test('a file that has become a link is not followed', async () => {
  expect((await ask('/later.txt')).body).toBe('a file for now');
  unlinkSync(join(folder, 'later.txt'));
  symlinkSync(join(root, 'secret.txt'), join(folder, 'later.txt'));
  expect((await ask('/later.txt')).status).toBe(404);
});

test('only GET and HEAD are answered', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) expect((await ask('/', method)).status, method).toBe(405);
  const head = await ask('/', 'HEAD');
  expect([head.status, head.body]).toEqual([200, '']);
  expect(head.head).toContain('content-length: 13');
});

test('what has not changed is not sent again', async () => {
  const tag = /etag: (.*)/.exec((await ask('/')).head)?.[1].trim();
  expect((await ask('/', 'GET', `If-None-Match: ${tag}\r\n`)).status).toBe(304);
  expect((await ask('/', 'GET', 'If-None-Match: "other"\r\n')).status).toBe(200);
});

test.each(['/', '/none'])('the headers of %s', async (path) => {
  const { head } = await ask(path);
  for (const header of [
    'cross-origin-opener-policy: same-origin',
    'cross-origin-embedder-policy: require-corp',
    'cross-origin-resource-policy: same-origin',
    'x-content-type-options: nosniff',
    'referrer-policy: no-referrer',
  ]) {
    expect(head).toContain(`${header}\r\n`);
  }
  const policy = /content-security-policy: (.*)/.exec(head)?.[1] ?? '';
  expect(policy).toContain("default-src 'none';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/'unsafe-(inline|eval)'/);
});

describe('packed', () => {
  const long = 'export const words = "convolution";\n'.repeat(200);
  let address: string;
  let packing: Server;
  beforeAll(async () => {
    const site = join(root, 'packed');
    mkdirSync(join(site, 'assets'), { recursive: true });
    for (const name of ['long.js', 'assets/view-AbCd_-12.js', 'digits.bin']) writeFileSync(join(site, name), long);
    packing = await staticServer(site);
    await new Promise<void>((done) => packing.listen(0, '127.0.0.1', done));
    address = `http://127.0.0.1:${(packing.address() as AddressInfo).port}`;
  });
  afterAll(() => packing.close());
  /** Without unpacking, as fetch would. */
  const raw = (path: string, headers: Record<string, string>) =>
    new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
      get(`${address}${path}`, { headers }, (response) => {
        const parts: Buffer[] = [];
        response
          .on('data', (part) => parts.push(part))
          .on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }));
      }).on('error', reject);
    });

  test.each([
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip, br;q=0', 'gzip', gunzipSync],
    ['*', 'br', brotliDecompressSync],
  ])('for a browser that takes "%s" by %s', async (accepted, encoding, unpack) => {
    const { headers, body } = await raw('/long.js', { 'accept-encoding': accepted });
    expect(headers).toMatchObject({ 'content-encoding': encoding, vary: 'Accept-Encoding', 'content-length': String(body.length) });
    expect(body.length).toBeLessThan(long.length / 10);
    expect(unpack(body).toString()).toBe(long);
    const again = await raw('/long.js', { 'accept-encoding': accepted, 'if-none-match': String(headers.etag) });
    expect(again.status).toBe(304);
    // the same tag would let a cache hand out bytes that the browser cannot unpack
    expect((await raw('/long.js', { 'accept-encoding': 'identity', 'if-none-match': String(headers.etag) })).status).toBe(200);
  });

  test('not for one that takes nothing, and not what is packed already', async () => {
    for (const [path, accepted] of [
      ['/long.js', ''],
      ['/long.js', 'identity, br;q=0, gzip;q=0'],
      ['/digits.bin', 'br'],
    ]) {
      const { headers, body } = await raw(path, { 'accept-encoding': accepted });
      expect([headers['content-encoding'], body.toString()], path).toEqual([undefined, long]);
    }
  });

  test('what a build names by its content is kept by the browser, the rest is asked for again', async () => {
    expect((await raw('/assets/view-AbCd_-12.js', {})).headers['cache-control']).toContain('immutable');
    expect((await raw('/long.js', {})).headers['cache-control']).toBe('no-cache');
  });

  test('a file that has changed is packed anew', async () => {
    const before = await raw('/long.js', { 'accept-encoding': 'br' });
    writeFileSync(join(root, 'packed/long.js'), `${long}// more`);
    const { body } = await raw('/long.js', { 'accept-encoding': 'br' });
    expect(brotliDecompressSync(body).toString()).toBe(`${long}// more`);
    expect(body.equals(before.body)).toBe(false);
  });
});

describe('convlab serve', () => {
  const start = async (host: string, embed?: string) => {
    const abort = new AbortController();
    let printed = '';
    const terminal = {
      out: (text: string) => {
        printed += text;
      },
      err: () => {},
    };
    const ended = serve(folder, { port: 0, host, embed }, terminal, abort.signal);
    while (printed === '') await Promise.race([ended, new Promise((done) => setTimeout(done, 5))]);
    const stop = async () => {
      abort.abort();
      await ended;
    };
    return { printed, stop };
  };

  test('says where, and ends when it is told to, open connections or not', async () => {
    const { printed, stop } = await start('127.0.0.1');
    expect(printed).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
    expect(await (await fetch(printed.trim())).text()).toBe('<h1>home</h1>'); // fetch keeps its connection
    await stop();
    await expect(fetch(printed.trim())).rejects.toThrow();
  });

  test.each([
    [{ host: '192.0.2.1', port: 0 }, 'serve: --host must be an address of this machine'],
    [{ host: '127.0.0.1', port: -1 }, 'is in use by another program'],
  ])('%o is refused', async (address, message) => {
    const attempt = serve(
      folder,
      { embed: undefined, ...address, port: address.port < 0 ? port : address.port },
      { out: () => {}, err: () => {} },
      AbortSignal.timeout(5000),
    );
    await expect(attempt).rejects.toThrow(OptionError);
    await expect(attempt).rejects.toThrow(message);
  });

  test('pages of the origins that it is told may embed it, and no others', async () => {
    const { printed, stop } = await start('127.0.0.1', 'https://school.example,http://localhost:3000');
    const { headers } = await fetch(printed.trim());
    expect(headers.get('content-security-policy')).toMatch(/frame-ancestors https:\/\/school\.example http:\/\/localhost:3000$/);
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    await stop();
    for (const wrong of ["'self'; script-src *", 'school.example', 'https://school.example/path', 'ftp://school.example', '']) {
      expect(await convlab(['serve', '--embed', wrong]), wrong).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('embed must be * or origins such as'),
      });
    }
  });

  test('refuses invalid ports, and binds to this machine alone unless it is told otherwise', async () => {
    for (const wrong of ['-1', '65536', '1.5']) expect(await convlab(['serve', '--port', wrong])).toMatchObject({ code: 2 });
    expect((await convlab(['serve', '--help'])).stdout).toMatch(/--host [\s\S]*default:\s+127\.0\.0\.1/);
  });
});

describe('clients that take up what others need', () => {
  const LARGE = 64 * 2 ** 20;
  let limited: Server;
  const clients: Socket[] = [];
  const from = () => {
    const client = connect((limited.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
    clients.push(client);
    return client;
  };
  const connections = () => new Promise<number>((resolve) => limited.getConnections((_, count) => resolve(count)));
  const until = async (count: number) => {
    while ((await connections()) !== count) await new Promise((done) => setTimeout(done, 5));
  };
  beforeAll(async () => {
    writeFileSync(join(root, 'outside/large.bin'), new Uint8Array(LARGE));
    limited = await staticServer(join(root, 'outside'), { embed: '*', limits: { connections: 4, request: 150, idle: 300 } });
    await new Promise<void>((done) => limited.listen(0, '127.0.0.1', done));
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await until(0);
  });
  afterAll(() => limited.close());

  test.each(['', 'GET / HTTP/1.1\r\n', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: '])('who never ends a request (%j) is sent away', async (begun) => {
    const client = from();
    client.resume().write(begun);
    await once(client, 'close');
  });

  test('who does not take a response is sent away, and its file is closed', async () => {
    const open = () => readdirSync('/proc/self/fd').filter((fd) => linkOf(fd)?.endsWith('large.bin')).length;
    const client = from();
    client.pause().write('GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(client, 'readable');
    if (process.platform === 'linux') expect(open()).toBe(1);
    await until(0);
    // the file is closed after the connection
    if (process.platform === 'linux') await expect.poll(open).toBe(0);
  });

  test('who announces a body gets an answer, and is not listened to', async () => {
    const client = from();
    let text = '';
    client.setEncoding('latin1').on('data', (part) => {
      text += part;
    });
    client.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000000\r\n\r\nbegun');
    await once(client, 'close');
    expect(text).toMatch(/^HTTP\/1\.1 405 [\s\S]*connection: close/i);
    expect(text).toMatch(/frame-ancestors \*\r\n/);
  });

  test('more connections than are allowed are closed, and others come when they have gone', async () => {
    const held = Array.from({ length: 4 }, from);
    await until(4);
    const more = from();
    await once(more.resume(), 'close');
    expect(await connections()).toBe(4);
    held[0].destroy();
    await until(3);
    const next = from();
    next.setEncoding('latin1').write('HEAD /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(String(await once(next, 'data'))).toMatch(/^HTTP\/1\.1 200 /);
  });
});

function linkOf(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined; // it is closed already
  }
}

test.each(['/', '/none', '/link.txt', '/..%2foutside/secret.txt'])(
  'a page that may be embedded has all other headers, and the rest is no more open: %s',
  async (path) => {
    const embedded = await staticServer(folder, { embed: 'https://school.example' });
    await new Promise<void>((done) => embedded.listen(0, '127.0.0.1', done));
    const answer = await fetch(`http://127.0.0.1:${(embedded.address() as AddressInfo).port}${path}`);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; .*; frame-ancestors https:\/\/school\.example$/,
      ),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(answer.status).toBe(path === '/' ? 200 : 404);
    expect(await answer.text()).not.toContain(SECRET);
    embedded.close();
  },
);

/** Runs in the page: which backends compute there. */
async function computes({ createBackend, filter, createImage, sharpen }: typeof Library) {
  const said: string[] = [];
  for (const [name, options] of [
    ['reference', {}],
    ['wasm', { threads: 2 }],
    ['gpu', { gpuMode: 'webgl2' }],
    ['gpu', { gpuMode: 'webgpu' }],
  ] as const) {
    const backend = await createBackend(name, options);
    const { data } = await filter(createImage(3, 3, 1, new Uint8ClampedArray(9).fill(7)), sharpen(), { backend });
    said.push(`${backend.device.replace(/ \(.*/, '')}: ${data[4]}`);
    backend.dispose();
  }
  return said;
}

test.skipIf(!chromium)(
  'in a page that is served so every backend computes, and nothing is refused but a script between the lines',
  { timeout: 120_000 },
  async () => {
    const site = join(root, 'page');
    await build({
      configFile: false,
      logLevel: 'error',
      build: { outDir: site, minify: false, lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'convlab' } },
    });
    writeFileSync(
      join(site, 'main.js'),
      `import * as library from './convlab.js';\nglobalThis.said = (${computes})(library);\nglobalThis.said.catch(() => {});`,
    );
    writeFileSync(
      join(site, 'index.html'),
      '<!doctype html><link rel="icon" href="data:,"><script>globalThis.inline = true</script><script type="module" src="main.js"></script>',
    );
    const served = await staticServer(site);
    await new Promise<void>((done) => served.listen(0, '127.0.0.1', done));
    const browser = await playwright.launch({ executablePath: chromium, args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'] });
    try {
      const page = await browser.newPage();
      const refused: string[] = [];
      page.on('console', (message) => void (message.type() === 'error' && refused.push(message.text())));
      await page.goto(`http://127.0.0.1:${(served.address() as AddressInfo).port}/`);
      await page.waitForFunction('globalThis.said');
      expect(await page.evaluate('said')).toEqual(['plain loops, float64: 7', 'wasm simd, 2 threads: 7', 'webgl2: 7', 'webgpu: 7']);
      expect(await page.evaluate('globalThis.inline')).toBeUndefined();
      expect(refused).toEqual([expect.stringMatching(/inline script/i)]);
    } finally {
      await browser.close();
      served.close();
    }
  },
);

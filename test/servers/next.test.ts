import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createImage } from '../../src/index.js';
import { decodeImage, encodeImage } from '../../src/node.js';
import { readGuide } from '../docs/guide.js';
import { install } from '../docs/install.js';

const { programs } = readGuide('docs/servers.md');
const codeOf = (name: string) => programs.find((program) => program.name === name)?.pieces.join('') ?? '';

// within the repository: Turbopack follows links as far as its root
mkdirSync('out', { recursive: true });
const folder = mkdtempSync(resolve('out/next-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LAYOUT = 'export default ({ children }) => <html lang="en"><body>{children}</body></html>;\n';
const PAGE = 'export default () => <p>convlab</p>;\n';
/** The configuration of the guide, for a folder of tests: their types are checked with the other guides. */
const CONFIG = `
import config from './documented.mjs';
export default { ...config, turbopack: { root: ${JSON.stringify(resolve('.'))} }, typescript: { ignoreBuildErrors: true } };
`;

function next(...args: string[]) {
  // CI: it does not install packages automatically
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' as const, CI: '1' };
  return spawn(process.execPath, [join(folder, 'node_modules/next/dist/bin/next'), ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

beforeAll(async () => {
  await install(join(folder, 'node_modules'), ['test/servers/node_modules', 'node_modules']);
  mkdirSync(join(folder, 'app/sharpen'), { recursive: true });
  for (const [name, code] of Object.entries({
    'package.json': '{ "private": true }',
    'documented.mjs': codeOf('next.config.mjs'),
    'next.config.mjs': CONFIG,
    'app/layout.jsx': LAYOUT,
    'app/page.jsx': PAGE,
    'app/sharpen/route.ts': codeOf('route.ts'),
    'app/sharpen/picture.ts': codeOf('picture.ts'),
  }))
    writeFileSync(join(folder, name), code);
  const build = next('build');
  let printed = '';
  for (const stream of [build.stdout, build.stderr]) {
    stream.on('data', (text) => {
      printed += text;
    });
  }
  const [code] = await once(build, 'exit');
  expect(printed, printed).toContain('/sharpen');
  expect(code, printed).toBe(0);
}, 120_000);

test('the route handler of the guide answers in Next, built and started: a picture, and the errors', async () => {
  const server = next('start', '--hostname', '127.0.0.1', '--port', '0');
  try {
    const url = await addressOf(server.stdout);
    const photo = createImage(
      96,
      72,
      3,
      new Uint8ClampedArray(96 * 72 * 3).map((_, i) => (i * 7919) & 255),
    );
    const jpeg = new Uint8Array(await encodeImage(photo, 'jpeg'));
    const post = (bytes: Uint8Array<ArrayBuffer>, signal?: AbortSignal) => {
      const body = new FormData();
      body.set('picture', new Blob([bytes]), 'photo.jpg');
      return fetch(`${url}/sharpen`, { method: 'POST', body, signal });
    };
    const reply = await post(jpeg);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(await decodeImage(await reply.arrayBuffer())).toMatchObject({ width: 96, height: 72, channels: 3 });
    const many = await Promise.all(Array.from({ length: 8 }, () => post(jpeg)));
    expect(many.map(({ status }) => status)).toEqual(Array(8).fill(200));
    for (const [bytes, status] of [
      [jpeg.slice(0, 300), 422],
      [new Uint8Array(Buffer.from('\0\0\0\x18ftypheic')), 415],
      [new Uint8Array(11 * 2 ** 20), 413],
    ] as const)
      expect((await post(bytes)).status).toBe(status);
    const leaves = new AbortController();
    const left = post(jpeg, leaves.signal).catch(({ name }) => name);
    leaves.abort();
    expect(await left).toBe('AbortError');
    expect((await post(jpeg)).status).toBe(200);
  } finally {
    server.kill();
    await once(server, 'exit');
  }
});

/** Where Next says that it listens. */
async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  const lines: string[] = [];
  for await (const line of createInterface(output)) {
    lines.push(line);
    const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (found) return found;
  }
  throw new Error(`Next did not start: ${lines.join('\n')}`);
}

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium as playwright } from 'playwright';
import { build, type Rollup } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as Library from '../src/index.js';
import { chromium } from './chromium.js';

// Threads out of a bundle, minified, in one file: in Node, and in pages that are isolated or not and that forbid this or that.

let bundle: string;
beforeAll(async () => {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: true,
      lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'convlab' },
      rollupOptions: { output: { codeSplitting: false } },
    },
  })) as Rollup.RollupOutput[];
  const chunks = built[0].output.filter((each) => each.type === 'chunk');
  expect(chunks).toHaveLength(1);
  bundle = chunks[0].code;
});

/** Runs in Node and in pages: on what, and whether the result is right. */
async function useThreads({ createBackend }: typeof Library, threads?: number) {
  try {
    const backend = await createBackend('wasm', { threads });
    const [a, out] = [backend.allocate(1e6), backend.allocate(1e6)];
    backend.write(a, new Float32Array(1e6).fill(2));
    const affine = backend.prepare({ operation: 'pointwise', formula: 'affine' });
    for (let i = 0; i < 20; i++) backend.run(affine, [a], [out], [3, i]);
    const values = await backend.read(out);
    const right = values.every((value) => value === 25);
    backend.dispose();
    return { device: backend.device, right };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

test('in Node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convlab-threads-'));
  try {
    writeFileSync(join(folder, 'convlab.mjs'), bundle);
    writeFileSync(
      join(folder, 'user.mjs'),
      `import * as library from './convlab.mjs';\n${useThreads}\nconsole.log(JSON.stringify(await useThreads(library, 3)));\n`,
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, ['user.mjs'], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '{"device":"wasm simd, 3 threads","right":true}\n', stderr: '' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const ONE = { device: 'wasm simd, 1 thread', right: true };
const policy = (workers: string) => ({ 'Content-Security-Policy': `script-src 'self' 'wasm-unsafe-eval'; worker-src ${workers}` });

describe.skipIf(!chromium)('in a page (skipped where there is no Chromium)', () => {
  let browser: Browser;
  let server: Server;
  beforeAll(async () => {
    browser = await playwright.launch({ executablePath: chromium, args: ['--no-sandbox'] });
    server = createServer(({ url = '/' }, response) => {
      const { pathname, searchParams } = new URL(url, 'http://localhost');
      const script = pathname.endsWith('.js');
      response.writeHead(200, { 'Content-Type': script ? 'text/javascript' : 'text/html', ...JSON.parse(searchParams.get('headers') ?? '{}') });
      response.end(script ? bundle : '<!doctype html><title>threads</title>');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function inPage(headers: Record<string, string>, threads?: number) {
    const page = await browser.newPage();
    try {
      const { port } = server.address() as AddressInfo;
      await page.goto(`http://127.0.0.1:${port}/?headers=${encodeURIComponent(JSON.stringify(headers))}`);
      return await page.evaluate(`import('/convlab.js').then((library) => (${useThreads})(library, ${threads}))`);
    } finally {
      await page.close();
    }
  }

  test('that is isolated: on several threads', async () => {
    expect(await inPage(ISOLATED, 3)).toEqual({ device: 'wasm simd, 3 threads', right: true });
  });

  test('that is not isolated: on one thread, and why, where more were asked for', async () => {
    expect(await inPage({})).toEqual(ONE);
    expect(await inPage({}, 1)).toEqual(ONE);
    expect(await inPage({}, 2)).toEqual({
      error: expect.stringMatching(/^createBackend: threads must be 1 in this environment, received 2: the page is not cross-origin isolated/),
    });
  });

  test('whose policy allows workers from blobs, and no eval: on several threads', async () => {
    expect(await inPage({ ...ISOLATED, ...policy('blob:') }, 2)).toEqual({ device: 'wasm simd, 2 threads', right: true });
  });

  test('whose policy forbids them: on one thread, and an error where more were asked for', async () => {
    expect(await inPage({ ...ISOLATED, ...policy("'none'") })).toEqual(ONE);
    expect(await inPage({ ...ISOLATED, ...policy("'none'") }, 2)).toEqual({ error: expect.stringContaining('2 threads could not be started') });
  });
});

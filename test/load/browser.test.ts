import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type Page, chromium as playwright } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { staticServer } from '../../src/cli/static-server.js';
import type * as Library from '../../src/index.js';
import { chromium } from '../chromium.js';
import { growth, manyCalls } from './workload.js';

const CALLS = Number(process.env.LOAD ?? 10_000);
const site = mkdtempSync(join(tmpdir(), 'convlab-load-'));
let browser: Browser;
let page: Page;
let close: () => void;

/** Runs in the page: GPU memory is what was created and not given back. */
function countAlive(): () => number {
  const alive = new Set<unknown>();
  const wrap = (type: { prototype: object } | undefined, name: string, after: (self: unknown, argument: unknown, result: unknown) => void) => {
    if (!type) return;
    const prototype = type.prototype as Record<string, (...args: unknown[]) => unknown>;
    const original = prototype[name];
    prototype[name] = function (...args) {
      const result = original.apply(this, args);
      after(this, args[0], result);
      return result;
    };
  };
  wrap(globalThis.WebGL2RenderingContext, 'createTexture', (_self, _argument, texture) => alive.add(texture));
  wrap(globalThis.WebGL2RenderingContext, 'deleteTexture', (_self, texture) => alive.delete(texture));
  wrap(globalThis.GPUDevice, 'createBuffer', (_self, _argument, buffer) => alive.add(buffer));
  wrap(globalThis.GPUBuffer, 'destroy', (buffer) => alive.delete(buffer));
  return () => alive.size;
}

beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: 'error',
    build: { outDir: site, minify: false, lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'convlab' } },
  });
  writeFileSync(
    join(site, 'main.js'),
    `import * as library from './convlab.js';\nObject.assign(globalThis, { library, manyCalls: ${manyCalls}, alive: (${countAlive})() });`,
  );
  writeFileSync(join(site, 'index.html'), '<!doctype html><link rel="icon" href="data:,"><script type="module" src="main.js"></script>');
  const server = await staticServer(site);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  browser = await playwright.launch({
    executablePath: chromium,
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-precise-memory-info', '--js-flags=--expose-gc'],
  });
  page = await browser.newPage();
  close = () => server.close();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction('globalThis.alive');
});
afterAll(async () => {
  await browser?.close();
  close?.();
  rmSync(site, { recursive: true });
});

interface InPage {
  readonly library: typeof Library;
  readonly manyCalls: typeof import('./workload.js').manyCalls;
  readonly alive: () => number;
  readonly gc: () => void;
}

// SwiftShader stands in for a GPU
test.skipIf(!chromium).each(['webgl2', 'webgpu', 'wasm'] as const)(`${CALLS} filter calls in a page: %s`, async (mode) => {
  const { heap, alive, seconds } = await page.evaluate(
    async ([mode, calls]) => {
      const { library, manyCalls, alive, gc } = globalThis as unknown as InPage;
      const before = alive();
      const backend = mode === 'wasm' ? await library.createBackend('wasm', { threads: 2 }) : await library.createBackend('gpu', { gpuMode: mode });
      const kept: number[] = [];
      const begun = performance.now();
      const heap = await manyCalls(
        library,
        backend,
        calls,
        async () => {
          // twice: the second time also counts off what the first found of array buffers
          for (let times = 0; times < 2; times++) {
            await new Promise((done) => setTimeout(done));
            gc();
          }
          kept.push(alive());
          return (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize;
        },
        4,
      );
      const seconds = (performance.now() - begun) / 1000;
      backend.dispose();
      await new Promise((done) => setTimeout(done, 200));
      return { heap, alive: { before, kept, after: alive() }, seconds };
    },
    [mode, CALLS] as const,
  );
  const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  console.log(
    `${mode}: ${seconds.toFixed(1)} s, heap ${megabytes(heap[10])} → ${megabytes(heap.at(-1) as number)} MiB, on the device ${alive.kept[10]} → ${alive.kept.at(-1)} things, ${alive.after - alive.before} left`,
  );
  expect(growth(heap)).toBeLessThan(0.1);
  expect(Math.max(...alive.kept.slice(-10))).toBeLessThanOrEqual(1.1 * Math.max(...alive.kept.slice(10, 20)));
  expect(alive.after).toBeLessThanOrEqual(alive.before);
});

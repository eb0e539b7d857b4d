import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type Browser, type Page, chromium as playwright } from 'playwright';
import { CHROMIUM_PATHS, chromium, SOFTWARE_GPU } from '../../test/chromium.js';
import type { GpuReport } from './bench.js';
import type { GpuBenchOptions } from './flags.js';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
/** Threads need shared memory, which a page has only when it is isolated. */
const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
/** Chromium leaves GPUs of servers out. */
const HARDWARE_GPU = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--ignore-gpu-blocklist',
  ...(process.platform === 'linux' ? ['--enable-features=Vulkan'] : []),
];
const ARGUMENTS = ['--js-flags=--expose-gc'];

/** Runs the bench in a page of Chromium, on a hardware GPU if the browser has one, else on a software one. @param folder of the built page */
export async function benchInPage(folder: string, options: GpuBenchOptions, tell: (line: string) => void): Promise<GpuReport> {
  if (!chromium) throw new Error(`no Chromium at ${CHROMIUM_PATHS.join(', ')}; CONVLAB_CHROMIUM=PATH names one`);
  const server = await serve(folder);
  let browser: Browser | undefined;
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`;
    for (const args of [HARDWARE_GPU, SOFTWARE_GPU]) {
      browser = await playwright.launch({ executablePath: chromium, args: [...args, ...ARGUMENTS] });
      const page = await browser.newPage();
      await page.goto(url);
      if (args === SOFTWARE_GPU || (await hasGpu(page))) return await run(page, options, tell);
      await browser.close();
    }
    throw new Error('no browser was started');
  } finally {
    await browser?.close();
    server.close();
  }
}

function hasGpu(page: Page): Promise<boolean> {
  return page.evaluate(async () => {
    const adapter = await navigator.gpu?.requestAdapter();
    return adapter != null && !adapter.info.isFallbackAdapter;
  });
}

async function run(page: Page, options: GpuBenchOptions, tell: (line: string) => void): Promise<GpuReport> {
  const crashed = new Promise<never>((_, reject) => {
    page.once('crash', () => reject(new Error('the page crashed')));
    page.once('pageerror', reject);
  });
  await page.exposeFunction('tell', tell);
  await page.waitForFunction('globalThis.benchGpu');
  const report = page.evaluate(`benchGpu(${JSON.stringify(options)}, tell)`) as Promise<GpuReport>;
  return Promise.race([report, crashed]);
}

async function serve(folder: string): Promise<Server> {
  const server = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    try {
      const content = await readFile(join(folder, pathname));
      response.writeHead(200, { 'Content-Type': TYPES[extname(pathname)] ?? 'application/octet-stream', ...ISOLATED });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { chromium as playwright } from 'playwright';
import { chromium } from '../chromium.js';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript' };
/** The headers that threads need. */
export const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** What became of a page: the result that its program leaves in `globalThis.result`, and the scripts that it loaded for it. */
export interface Visit {
  result: unknown;
  /** what the page complained about */
  complaints: string[];
  scripts: string[];
  /** of all scripts, in bytes */
  gzip: number;
  brotli: number;
}

/** Serves a folder as any static server does. @param onScript called with each script that is asked for */
export async function serve(
  folder: string,
  headers: Readonly<Record<string, string>>,
  onScript?: (url: string, bytes: Buffer) => void,
): Promise<{ address: string; close: () => void }> {
  const server = createServer(({ url = '/' }, response) => {
    try {
      const bytes = readFileSync(join(folder, new URL(url, 'http://localhost').pathname));
      const type = TYPES[extname(url)] ?? 'application/octet-stream';
      if (type === 'text/javascript') onScript?.(url, bytes);
      response.writeHead(200, { 'Content-Type': type, ...headers });
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

/** Opens a page of a folder in Chromium. */
export async function visit(folder: string, path: string): Promise<Visit> {
  const seen: Visit = { result: undefined, complaints: [], scripts: [], gzip: 0, brotli: 0 };
  const { address, close } = await serve(folder, ISOLATED, (url, bytes) => {
    seen.scripts.push(url);
    seen.gzip += gzipSync(bytes, { level: 9 }).length;
    seen.brotli += brotliCompressSync(bytes).length;
  });
  const browser = await playwright.launch({ executablePath: chromium, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    page.on('pageerror', ({ message }) => seen.complaints.push(message));
    page.on('console', (line) => line.type() === 'error' && seen.complaints.push(line.text()));
    await page.goto(`${address}${path}`);
    await page.waitForFunction('globalThis.result !== undefined', undefined, { timeout: 20_000 }).catch(({ message }) => seen.complaints.push(message));
    seen.result = await page.evaluate('globalThis.result');
    return seen;
  } finally {
    await browser.close();
    close();
  }
}

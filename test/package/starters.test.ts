// The projects of examples/starters, each copied, installed with the packed convlab, and run as their package.json says.
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium as playwright } from 'playwright';
import { afterAll, expect, inject, test } from 'vitest';
import { decodeImage, readImage } from '../../src/node.js';
import { chromium } from '../chromium.js';
import { output } from './user.js';

const root = mkdtempSync(join(tmpdir(), 'convlab-starters-'));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const each of started) each.kill();
  rmSync(root, { recursive: true });
});

/** A starter in a folder of its own, installed. @returns the folder */
function installed(name: string): string {
  const folder = join(root, name);
  cpSync(`examples/starters/${name}`, folder, { recursive: true });
  const path = join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  expect(manifest.dependencies.convlab).toBe('latest');
  manifest.dependencies.convlab = `file:${inject('tarball')}`;
  writeFileSync(path, JSON.stringify(manifest));
  output('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'], folder);
  return folder;
}

/** Starts a program, and waits for a line of its output that tells where it serves. */
async function serving(program: string, args: string[], folder: string, env: Record<string, string>): Promise<string> {
  const child = spawn(program, args, { cwd: folder, env: { ...process.env, ...env, NO_COLOR: '1' } });
  started.push(child);
  return new Promise((resolve, reject) => {
    let seen = '';
    const read = (chunk: Buffer) => {
      seen += chunk;
      const [address] = /http:\/\/[\w.[\]:]+\d/.exec(seen) ?? [];
      if (address) resolve(address);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}: ${seen}`)));
  });
}

/** Opens a page and waits until it says what it has done. */
async function says(address: string): Promise<string | null> {
  const browser = await playwright.launch({ executablePath: chromium, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(address);
    const status = page.locator('[role=status]');
    await status.filter({ hasText: /\w/ }).waitFor({ timeout: 20_000 });
    return await status.textContent();
  } finally {
    await browser.close();
  }
}

test('node', async () => {
  const folder = installed('node');
  expect(output('npm', ['start', '--silent'], folder)).toBe('picture.png, soft.png and edges.png are written\n');
  const edges = await readImage(join(folder, 'edges.png'));
  // flat inside the disk, bright where it ends
  const at = (x: number, y: number) => edges.data[(y * edges.width + x) * 3];
  expect([at(160, 120), at(80, 120) + at(79, 120) > 200]).toEqual([0, true]);
});

test('fastify', async () => {
  const folder = installed('fastify');
  const address = await serving(process.execPath, ['server.js'], folder, { PORT: '0' });
  expect(await (await fetch(address)).text()).toContain('<form');
  const post = (bytes: Uint8Array<ArrayBuffer>, kernel: string) => {
    const body = new FormData();
    body.set('kernel', kernel);
    body.set('picture', new Blob([bytes]), 'picture.jpg');
    return fetch(`${address}/filter`, { method: 'POST', body });
  };
  const photo = new Uint8Array(readFileSync('docs/pictures/cookbook/canny.jpg'));
  const good = await post(photo, 'gaussian:5');
  expect([good.status, good.headers.get('content-type')]).toEqual([200, 'image/png']);
  const { width, height } = await decodeImage(new Uint8Array(await good.arrayBuffer()));
  const original = await decodeImage(photo);
  expect([width, height]).toEqual([original.width, original.height]);
  expect((await post(photo.slice(0, 300), 'sharpen')).status).toBe(422);
  expect((await post(photo, 'no-such-kernel')).status).toBe(422);
});

test('vite-react', async () => {
  const folder = installed('vite-react');
  output('npm', ['run', 'build'], folder);
  expect(existsSync(join(folder, 'dist/index.html'))).toBe(true);
  if (!chromium) return;
  const address = await serving(join(folder, 'node_modules/.bin/vite'), ['preview', '--port', '0'], folder, {});
  expect(await says(address)).toBe('blurred with sigma 4');
});

test.skipIf(!chromium)('plain-page', async () => {
  const folder = installed('plain-page');
  const address = await serving(join(folder, 'node_modules/.bin/sirv'), ['.', '--dev', '--port', '0'], folder, {});
  expect(await says(address)).toBe('filtered with emboss');
});

import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/index.js';
import { decodeImage, loadCheckpoint, writeImage } from '../../src/node.js';
import { convlab, words } from './convlab.js';
import { drawing, SHAPE_NAMES, writeDrawings } from './drawings.js';

// what a stranger does with a folder of images: the three commands of docs/training.md, with smaller images
const guide = await readFile('docs/training.md', 'utf8');
const [, block] = /## From a folder of images[^#]*?```sh\n(.*?)```/s.exec(guide) ?? [];
const commands = (block ?? '')
  .split('\n')
  .filter((line) => line.startsWith('npx convlab'))
  .map((line) => line.replace('npx ', '').replace('--size 48', '--size 24'));

const here = process.cwd();
let page = '';

describe('the three commands of the guide, on 200 drawings in three classes', () => {
  beforeAll(async () => {
    process.chdir(await mkdtemp(join(tmpdir(), 'convlab-')));
    await writeDrawings('animals', 200, new Random(5));
    const random = new Random(6);
    for (const [i, shape] of SHAPE_NAMES.entries()) await writeImage(`new-${i + 1}.jpg`, drawing(shape, random));
    return () => process.chdir(here);
  });

  test('train a network and write a report', { timeout: 600_000 }, async () => {
    expect(commands).toHaveLength(3);
    const { code, stdout, stderr } = await convlab([...words(commands[0]).slice(1), '--backend', 'wasm']);
    expect([code, /error/.test(stderr) && stderr]).toEqual([0, false]);
    const [, right, of] = /validation accuracy [\d.]+% \((\d+) of (\d+)\)/.exec(stdout) ?? [];
    expect(Number(of)).toBe(40);
    expect(Number(right)).toBeGreaterThan(30);
    page = await readFile('report.html', 'utf8');
    const { settings, epoch } = await loadCheckpoint('animals.safetensors');
    expect(settings.pictures).toMatchObject({ classes: ['disk', 'square', 'triangle'], color: 'rgb' });
    expect(epoch).toBe(30);
  });

  test('measure it on the held-out images, with the same result', async () => {
    const [shown] = /<dd>([\d.]+%)<\/dd>/.exec(page)?.slice(1) ?? [];
    const { stdout } = await convlab([...words(commands[1]).slice(1), '--backend', 'wasm']);
    expect(stdout).toContain(`accuracy ${shown} of 40`);
    expect(stdout).toMatch(/disk +square +triangle/);
  });

  test('name the classes of new images', async () => {
    const { code, stdout } = await convlab([...words(commands[2]).slice(1), '--backend', 'wasm']);
    expect(code).toBe(0);
    const named = [...stdout.matchAll(/^(new-\d\.jpg): (.*)$/gm)].map(([, path, name]) => [path, name]);
    expect(named.map(([path]) => path)).toEqual(['new-1.jpg', 'new-2.jpg', 'new-3.jpg']);
    expect(named.filter(([, name], i) => name === SHAPE_NAMES[i]).length).toBeGreaterThanOrEqual(2);
  });

  test('the report is one file that loads nothing, with curves, confusion, mistakes, kernels and settings', async () => {
    expect(page).not.toMatch(/<script|<link|@import|url\(|https?:(?!\/\/www\.w3\.org\/)/);
    expect([...page.matchAll(/<(?:img|a|image)\b[^>]*(?:src|href)="([^"]*)"/g)].filter(([, address]) => !address.startsWith('data:'))).toEqual([]);
    for (const title of ['Curves', 'Confusion', 'Kernels of the first layer', 'Epochs', 'Settings']) expect(page).toContain(`<h2>${title}</h2>`);
    expect(page.match(/<svg/g)).toHaveLength(3);
    for (const said of ['Classes: disk, square, triangle', '--augment', 'convlab train --data animals', `Node ${process.versions.node}`, '16, 3, 5, 5'])
      expect(page).toContain(said);
    const kernels = [...page.matchAll(/alt="kernel \d+" src="data:image\/png;base64,([^"]*)"/g)];
    expect(kernels).toHaveLength(16);
    expect(await decodeImage(Buffer.from(kernels[3][1], 'base64'))).toMatchObject({ width: 5, height: 5 });
    // the confusion adds up to the samples
    const counts = [...(/<table class="confusion">.*?<\/table>/s.exec(page)?.[0] ?? '').matchAll(/style="--a:[^"]*">(\d+)</g)].map(([, count]) =>
      Number(count),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
  });
});

test('names are text in a report, whatever they are', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'convlab-'));
  const random = new Random(1);
  for (const name of ['<b>bold', 'a&b']) {
    await mkdir(join(folder, 'data', name), { recursive: true });
    for (let i = 0; i < 6; i++) await writeImage(join(folder, 'data', name, `${i}.png`), drawing('disk', random, 16));
  }
  const report = join(folder, 'new', 'report.html');
  const { code } = await convlab([
    'train',
    '--data',
    join(folder, 'data'),
    '--net',
    'best',
    '--size',
    '12',
    '--batch',
    '4',
    '--backend',
    'wasm',
    '--report',
    report,
  ]);
  expect(code).toBe(0);
  const written = await readFile(report, 'utf8');
  expect(written).not.toContain('<b>bold');
  expect(written).toContain('&lt;b&gt;bold');
  expect(written).toContain('a&amp;b');
  // disks against disks: half of them are mistakes, which are shown
  expect(written).toContain('<h2>Worst mistakes</h2>');
});

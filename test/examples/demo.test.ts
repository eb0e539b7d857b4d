import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { TILE, tileCorner } from '../../examples/contact-sheet.js';
import { renderScene } from '../../examples/scene.js';
import { createImage, EMBOSS, filter, type Image, sharpen } from '../../src/index.js';
import { readImage, writeImage } from '../../src/node.js';

/** Runs the demo; returns what it printed, the sheet, and the sheet's pixel at (x, y) of a tile. */
async function demo(...args: string[]) {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'examples/demo.ts', ...args]);
  const [summary, path] = stdout.trim().split('\n').slice(-2);
  const sheet = await readImage(path);
  const pixel = (tile: number, x: number, y: number) => rgb(sheet, tileCorner(tile).x + x, tileCorner(tile).y + y);
  return { summary, path, sheet, pixel };
}

function rgb({ width, channels, data }: Image, x: number, y: number): number[] {
  const at = (y * width + x) * channels;
  return [...data.subarray(at, at + 3)];
}

test('the demo writes a sheet of its scene under six kernels, and says where, on what and how long', async () => {
  const { summary, path, sheet, pixel } = await demo();
  expect(summary).toMatch(/^6 kernels over 440 x 330 pixels on .+: \d+\.\d ms, best of 5 runs$/);
  expect(path).toMatch(/out.demo\.png$/);
  expect([sheet.width, sheet.height]).toEqual([1880, 900]);

  const scene = await renderScene();
  const expected = [scene, await filter(scene, sharpen())];
  const emboss = await filter(scene, EMBOSS, { output: 'signed' });
  for (let y = 0; y < scene.height; y += 7) {
    for (let x = 0; x < scene.width; x += 7) {
      expect(pixel(1, x, y)).toEqual(rgb(expected[0], x, y));
      expect(pixel(2, x, y)).toEqual(rgb(expected[1], x, y));
      expect(pixel(7, x, y)).toEqual(rgb(emboss, x, y));
    }
  }
});

test('a picture of your own is shrunk until it fits a tile', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'convlab-')), 'red.png');
  const red = createImage(1320, 330, 3);
  red.data.forEach((_, i) => {
    if (i % 3 === 0) red.data[i] = 200;
  });
  await writeImage(path, red);
  const { summary, pixel } = await demo(path);
  expect(summary).toMatch(/^6 kernels over 440 x 110 pixels/);
  expect(pixel(1, 5, TILE.height - 105)).toEqual([200, 0, 0]); // it stands on the caption
  expect(pixel(1, 5, 5)).not.toEqual([200, 0, 0]);
});

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { SMALL_TILE, tileCorner } from '../../examples/contact-sheet.js';
import { renderScene } from '../../examples/scene.js';
import { catalogue } from '../../src/index.js';
import { readImage } from '../../src/node.js';

test('the catalogue on one sheet: the picture, and every filter over it', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'examples/catalogue.ts']);
  const [summary, path] = stdout.trim().split('\n').slice(-2);
  const names = Object.keys(catalogue);
  expect(summary).toMatch(new RegExp(`^${names.length} filters of the catalogue over 232 x 165 pixels on .+$`));
  expect(path).toMatch(/out.catalogue\.png$/);

  const sheet = await readImage(path);
  const tile = (i: number) => {
    const { x, y } = tileCorner(i, SMALL_TILE);
    const row = (at: number) => [
      ...sheet.data.subarray(((y + at) * sheet.width + x) * sheet.channels, ((y + at) * sheet.width + x + SMALL_TILE.width) * sheet.channels),
    ];
    return Array.from({ length: SMALL_TILE.height }, (_, at) => row(at))
      .flat()
      .join();
  };
  const scene = await renderScene();
  const at = ((165 + 80) * scene.width + 196 + 100) * 3;
  const corner = tileCorner(1, SMALL_TILE);
  const here = ((corner.y + 80) * sheet.width + corner.x + 100) * sheet.channels;
  expect([...sheet.data.subarray(here, here + 3)]).toEqual([...scene.data.subarray(at, at + 3)]);

  const tiles = Array.from({ length: names.length + 1 }, (_, i) => tile(i + 1));
  expect(tiles[1 + names.indexOf('identity')]).toBe(tiles[0]);
  expect(new Set(tiles).size).toBe(names.length); // all differ but these two
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createImage, DataError, DataLoader, OptionError, tensor } from '../../src/index.js';
import { imageFolder, writeImage } from '../../src/node.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convlab-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** An image of two pixels, of this gray. */
async function put(path: string, gray: number) {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  await writeImage(join(folder, path), createImage(2, 1, 1, Uint8ClampedArray.of(gray, gray)));
}

test('a class for every sub-folder, sorted, with all pictures in and below it', async () => {
  await put('dogs/b.png', 51);
  await put('dogs/a.bmp', 0);
  await put('cats/more/z.PNG', 255);
  await put('cats/.hidden.png', 1);
  await put('.trash/c.png', 1);
  await put('loose.png', 1);
  await put('Zebras/10.png', 102);
  writeFileSync(join(folder, 'dogs/notes.txt'), 'good dogs');

  const dataset = await imageFolder(folder);
  expect(dataset.classes).toEqual(['Zebras', 'cats', 'dogs']);
  expect(dataset.files.map(({ path, y }) => [path.slice(folder.length + 1), y])).toEqual([
    ['Zebras/10.png', 0],
    ['cats/more/z.PNG', 1],
    ['dogs/a.bmp', 2],
    ['dogs/b.png', 2],
  ]);
  expect(dataset.length).toBe(4);
  expect(await dataset.at(1)).toEqual({ x: tensor([1, 1], [1, 1, 2]), y: 1 });
});

test('in batches, through a transform', async () => {
  for (const [i, gray] of [0, 51, 102].entries()) await put(`${i % 2 ? 'odd' : 'even'}/${i}.png`, gray);
  const dataset = await imageFolder(folder, { transform: ({ width, height, data }) => tensor([data[0]], [1, height, width / 2]) });
  const batches = [];
  for await (const batch of new DataLoader(dataset, { batchSize: 2 })) batches.push(batch);
  expect(batches).toEqual([
    { x: tensor([0, 102], [2, 1, 1, 1]), y: Int32Array.of(0, 0) },
    { x: tensor([51], [1, 1, 1, 1]), y: Int32Array.of(1) },
  ]);
});

test('pictures are read when they are asked for; a broken one is named', async () => {
  await put('a/good.png', 255);
  writeFileSync(join(folder, 'a/broken.png'), 'not a picture');
  const dataset = await imageFolder(folder);
  expect((await dataset.at(1)).y).toBe(0);
  await expect(dataset.at(0)).rejects.toThrow(join(folder, 'a/broken.png'));
  await expect(dataset.batch([1, 0])).rejects.toThrow(DataError);
  rmSync(join(folder, 'a/good.png'));
  await expect(dataset.at(1)).rejects.toThrow(join(folder, 'a/good.png'));
  await expect(dataset.at(2)).rejects.toThrow('imageFolder: index must be an integer from 0 to 1, received 2');
});

test('a folder that does not exist, has no classes, or has an empty one', async () => {
  await expect(imageFolder(join(folder, 'none'))).rejects.toThrow(/imageFolder: .*none cannot be read: ENOENT/);
  await expect(imageFolder(folder)).rejects.toThrow(`imageFolder: ${folder} must have a subfolder for every class, but has none`);
  mkdirSync(join(folder, 'empty'));
  await expect(imageFolder(folder)).rejects.toThrow(`imageFolder: ${join(folder, 'empty')} must contain images (.png, .jpg`);
  await expect(imageFolder(folder)).rejects.toThrow(DataError);
  await expect(imageFolder(folder, { size: 3 } as never)).rejects.toThrow(OptionError);
});

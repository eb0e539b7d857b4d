import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { createBackend, crop, flip, grayscale, type Image, resize, rotate90, threshold } from '../../src/index.js';
import { readImage, writeImage } from '../../src/node.js';
import { convlab } from './convlab.js';

const backend = await createBackend('reference');
const PICTURE: Image = { width: 8, height: 6, channels: 4, data: Uint8ClampedArray.from({ length: 192 }, (_, i) => (i * 7 + (i % 4) * 60) % 256) };

let folder: string;
let photo: string;
let out: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-'));
  [photo, out] = [join(folder, 'photo.png'), join(folder, 'out.png')];
  await writeImage(photo, PICTURE);
});

test.each<readonly [line: string, made: () => Image | Promise<Image>]>([
  ['resize --width 4', () => resize(PICTURE, { width: 4, backend })],
  ['resize --height 9 --method mitchell --linear', () => resize(PICTURE, { height: 9, method: 'mitchell', linear: true, backend })],
  ['resize --width 3 --height 5 --alpha filter', () => resize(PICTURE, { width: 3, height: 5, alpha: 'filter', backend })],
  ['crop --rectangle 2,1,3,4', () => crop(PICTURE, { x: 2, y: 1, width: 3, height: 4 })],
  ['flip --axis horizontal', () => flip(PICTURE, 'horizontal')],
  ['flip --axis vertical', () => flip(PICTURE, 'vertical')],
  ['rotate', () => rotate90(PICTURE)],
  ['rotate --turns -1', () => rotate90(PICTURE, -1)],
  ['grayscale', () => grayscale(PICTURE)],
  ['grayscale --weights rec601 --linear', () => grayscale(PICTURE, { weights: 'rec601', linear: true })],
  ['threshold', () => threshold(PICTURE)],
  ['threshold --level 90.5 --channels g', () => threshold(PICTURE, { level: 90.5, channels: 'g' })],
])('convlab %s does as the function', async (line, made) => {
  const [command, ...flags] = line.split(' ');
  if (command === 'resize') flags.push('--backend', 'reference');
  const { code, stdout, stderr } = await convlab([command, photo, out, ...flags]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const expected = await made();
  expect(stdout).toContain(`${out}: ${expected.width} × ${expected.height}, ${command} of 8 × 6, `);
  expect(await readImage(out)).toEqual(expected);
});

test('--json says what was made of what', async () => {
  const { stdout } = await convlab(['resize', photo, out, '--width', '2', '--json']);
  const samples = 'Uint8ClampedArray';
  expect(JSON.parse(stdout)).toMatchObject({
    input: { path: photo, width: 8, height: 6, channels: 4, samples },
    output: { path: out, width: 2, height: 2, channels: 4, samples },
  });
});

test('many pictures: one that cannot be read does not stop the others, and is named at the end', async () => {
  const photos = join(folder, 'photos');
  await mkdir(join(photos, 'deep'), { recursive: true });
  await writeImage(join(photos, 'a.png'), PICTURE);
  await writeFile(join(photos, 'b.png'), 'no picture');
  await writeImage(join(photos, 'deep', 'c.png'), PICTURE);
  const { code, stdout, stderr } = await convlab(['flip', photos, '--axis', 'vertical', '--out', join(folder, 'made'), '--format', 'bmp']);
  expect(code).toBe(1);
  expect(stdout.trim().split('\n')).toHaveLength(2);
  expect(stderr).toContain('error: flip: 1 of 3 images failed:');
  expect(stderr).toContain(join(photos, 'b.png'));
  expect((await readdir(join(folder, 'made'), { recursive: true })).sort()).toEqual(['a.bmp', 'deep', join('deep', 'c.bmp')]);
});

test.each([
  ['resize in.png out.png', 'error: resize: width or height must be set, an integer ≥ 1, received undefined'],
  ['resize in.png out.png --width 0', 'must be an integer ≥ 1'],
  ['resize in.png --width 4', 'error: resize: --out must be a folder if there are several images'],
  ['crop in.png out.png', "required option '--rectangle <rectangle>' not specified"],
  ['crop in.png out.png --rectangle 1,2,3', 'It must be x,y,width,height.'],
  ['flip in.png out.png --axis x', 'axis must be one of horizontal, vertical'],
  ['rotate in.png out.png --turns 0.5', 'turns must be an integer'],
  ['threshold in.png out.png --level dark', 'It must be a number in the units of the image, or otsu.'],
  ['flip in.png out.png --axis vertical --threads 2', "unknown option '--threads'"],
])('wrong usage: convlab %s', async (line, said) => {
  const [command, ...args] = line.split(' ');
  const { code, stderr } = await convlab([command, ...args.map((each) => (each === 'in.png' ? photo : each === 'out.png' ? out : each))]);
  expect(code).toBe(2);
  expect(stderr).toContain(said);
});

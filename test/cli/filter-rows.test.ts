import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createImage, type Image, Random } from '../../src/index.js';
import { openRows, readImage, writeImage } from '../../src/node.js';
import { convlab } from './convlab.js';

let folder: string;
const random = new Random(4);
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-cli-rows-'));
  for (const channels of [3, 4] as const) {
    const data = Uint8ClampedArray.from({ length: 40 * 90 * channels }, () => random.integer(256));
    await writeImage(at(`${channels}.png`), createImage(40, 90, channels, data));
  }
});
afterAll(() => rm(folder, { recursive: true }));

const rowsOf = async (path: string): Promise<Partial<Image>> => {
  const { format, rows } = await openRows(path);
  const data: number[] = [];
  for await (const band of typeof rows === 'function' ? rows() : rows) data.push(...band);
  return { width: format.width, height: format.height, channels: format.channels, data: Uint8ClampedArray.from(data) };
};

test.each([
  ['3.png', ['--kernel', 'gaussian:2']],
  ['4.png', ['--kernel', 'gaussian:2']],
  ['4.png', ['--kernel', 'sharpen', '--kernel', 'box:5', '--stride', '2']],
  ['3.png', ['--kernel', 'sobel-x', '--output', 'normalize']],
  ['4.png', ['--kernel', 'unsharp-mask:2', '--channels', 'luminance']],
  ['4.png', ['--kernel', 'gaussian:1', '--kernel', 'sobel-edges', '--kernel', 'local-mean:3', '--output', 'normalize']],
])('%s %j gives row by row what it gives as a whole, also from and to PNM', async (name, flags) => {
  const whole = await convlab(['filter', at(name), at('whole.png'), ...flags, '--json', '--backend', 'wasm', '--threads', '1']);
  const streamed = await convlab(['filter', at(name), at('streamed.png'), ...flags, '--stream', '--json', '--backend', 'wasm', '--threads', '1']);
  const pnm = await convlab(['filter', at(name), at('streamed.pam'), ...flags, '--backend', 'wasm']);
  expect([whole.code, streamed.code, pnm.code, streamed.stderr]).toEqual([0, 0, 0, '']);
  const [expected, { rows, ...received }] = [whole, streamed].map(({ stdout }) => JSON.parse(stdout));
  expect(rows).toBe(true);
  expect({ ...received, output: { ...received.output, path: '' }, milliseconds: 0 }).toEqual({
    ...expected,
    output: { ...expected.output, path: '' },
    milliseconds: 0,
  });
  const { width, height, channels, data } = await readImage(at('whole.png'));
  for (const each of ['streamed.png', 'streamed.pam']) expect(await rowsOf(at(each))).toEqual({ width, height, channels, data });
});

test('resize gives row by row what it gives as a whole', async () => {
  const flags = ['--width', '17', '--method', 'mitchell', '--backend', 'wasm', '--json'];
  const whole = await convlab(['resize', at('4.png'), at('small.png'), ...flags]);
  const streamed = await convlab(['resize', at('4.png'), at('small.pam'), ...flags]);
  expect([whole.code, streamed.code, streamed.stderr]).toEqual([0, 0, '']);
  expect([whole, streamed].map(({ stdout }) => JSON.parse(stdout).rows)).toEqual([undefined, true]);
  const { width, height, channels, data } = await readImage(at('small.png'));
  expect(await rowsOf(at('small.pam'))).toEqual({ width, height, channels, data });
});

test('--compression packs a TIFF and sets the level of a PNG, both by rows', async () => {
  const run = async (to: string, ...flags: string[]) => (await convlab(['filter', at('flat.png'), at(to), '--kernel', 'box', ...flags])).code;
  await writeImage(at('flat.png'), createImage(40, 90, 3));
  expect(await run('plain.tif')).toBe(0);
  expect(await run('packed.tif', '--compression', 'deflate')).toBe(0);
  expect(await run('0.png', '--compression', '0')).toBe(0);
  const [plain, packed, stored] = await Promise.all(['plain.tif', 'packed.tif', '0.png'].map(async (name) => (await readFile(at(name))).length));
  expect(packed).toBeLessThan(plain / 10);
  expect(stored).toBeGreaterThan(40 * 90 * 3);
  expect(await rowsOf(at('packed.tif'))).toEqual(await rowsOf(at('plain.tif')));
});

test.each([
  [['3.png', 'x.jpg'], ['--compression', 'deflate', '--kernel', 'box'], '--compression requires a result in .png, .tiff'],
  [['3.png', 'x.tif'], ['--compression', 'zstd', '--kernel', 'box'], 'compression must be one of none, deflate, or an integer from 0 to 9'],
  [['3.png', 'x.png'], ['--compression', '10', '--kernel', 'box'], 'compression must be one of'],
  [['3.png', 'x.jpg'], ['--stream', '--kernel', 'box'], '--stream requires a result in .png, .tiff, .pgm, .ppm, .pam or .raw'],
  [['3.png', 'x.png'], ['--stream', '--kernel', 'canny'], '--stream requires filters that work by rows, not canny'],
  [['3.png', 'x.png'], ['--stream', '--kernel', 'box', '--padding-mode', 'wrap'], "paddingMode must not be 'wrap'"],
  [['3.png', 'x.png'], ['--stream', '--kernel', 'box', '--limits', 'pixels=3599'], '--limits has pixels=3599, but'],
  [['text.ppm', 'x.png'], ['--kernel', 'box'], 'is truncated'],
])('%j %j is refused: %s', async ([from, to], flags, message) => {
  await writeFile(at('text.ppm'), 'P6\n20 20\n255\nfew');
  const { code, stderr } = await convlab(['filter', at(from), at(to), ...flags]);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
});

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createImage, type Image } from '../../src/index.js';
import {
  decodeAnimation,
  decodeImage,
  encodeAnimation,
  encodeImage,
  filterFile,
  type ImageFormatName,
  readAnimation,
  readImage,
  writeImage,
} from '../../src/node.js';
import { convlab } from '../cli/convlab.js';

let folder: string;
let path: string;
let bytes: Uint8Array<ArrayBuffer>;
const picture = createImage(20, 10, 3);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-limits-'));
  path = join(folder, 'a.png');
  bytes = await encodeImage(picture, 'png');
  await writeImage(path, picture);
});
afterAll(() => rm(folder, { recursive: true }));

async function* streamOf(all: Uint8Array) {
  for (let at = 0; at < all.length; at += 10) yield all.subarray(at, at + 10);
}
/** Sends a byte, and nothing more for ever. */
async function* silent() {
  yield new Uint8Array(1);
  await new Promise(() => {});
}

/** Everything that reads an image, under limits. */
const READERS: Readonly<Record<string, (limits: object) => Promise<unknown>>> = {
  decodeImage: (limits) => decodeImage(bytes, { limits }),
  'decodeImage, of a Blob': (limits) => decodeImage(new Blob([bytes]), { limits }),
  'decodeImage, of a stream': (limits) => decodeImage(streamOf(bytes), { limits }),
  decodeAnimation: (limits) => decodeAnimation(bytes, { limits }),
  readImage: (limits) => readImage(path, { limits }),
  readAnimation: (limits) => readAnimation(path, { limits }),
  filterFile: (limits) => filterFile(path, join(folder, 'b.png'), 'box:3', { limits }),
  'convlab filter': async (limits) => {
    const typed = Object.entries(limits).map((pair) => pair.join('='));
    const { code, stderr } = await convlab(['filter', path, join(folder, 'b.png'), '--kernel', 'box', '--limits', typed.join(',')]);
    if (code !== 0) throw new Error(stderr);
  },
};

describe.each(Object.entries(READERS))('%s', (_, read) => {
  test('a limit that is reached is named, and one that is just met is not reached', async () => {
    const met = { pixels: 200, bytes: bytes.length, memory: 800, seconds: 100 };
    await read(met);
    await rm(join(folder, 'b.png'), { force: true });
    for (const name of ['pixels', 'bytes', 'memory'] as const)
      await expect(read({ ...met, [name]: met[name] - 1 })).rejects.toThrow(`more than limits.${name} (${met[name] - 1})`);
    expect(await readdir(folder)).toEqual(['a.png']);
  });
});

test.each<[ImageFormatName, Image, number]>([
  ['png', createImage(20, 10, 4, new Uint16Array(800)), 8],
  ['png', createImage(20, 10, 1), 2],
  ['tiff', createImage(20, 10, 4, new Float32Array(800)), 16],
  ['tiff', createImage(20, 10, 3, new Uint16Array(600)), 6],
  ['npy', createImage(20, 10, 1, new Float32Array(200)), 4],
  ['bmp', createImage(20, 10, 3), 4],
])('%s: memory is that of its samples, and of what transparency might add', async (format, image, each) => {
  const file = await encodeImage(image, format);
  await decodeImage(file, { limits: { memory: 200 * each } });
  await expect(decodeImage(file, { limits: { memory: 200 * each - 1 } })).rejects.toThrow(
    `the image claims 20 × 10 = 200 pixels of up to ${each} bytes, more than limits.memory`,
  );
});

test('pages and frames count together', async () => {
  const frames = (...images: Image[]) => ({ frames: images.map((image) => ({ image, delay: 0 })), repeats: 0 });
  const pages = await encodeAnimation(frames(createImage(4, 2, 1), createImage(4, 2, 4, new Float32Array(32))), { format: 'tiff' });
  // 8 bytes and 128
  await decodeAnimation(pages, { limits: { memory: 136 } });
  await expect(decodeAnimation(pages, { limits: { memory: 135 } })).rejects.toThrow('more than limits.pixels or limits.memory allow');
  const gif = await encodeAnimation(frames(createImage(4, 2, 3), createImage(4, 2, 3), createImage(4, 2, 3)), { format: 'gif' });
  await decodeAnimation(gif, { limits: { memory: 96 } });
  await expect(decodeAnimation(gif, { limits: { memory: 95 } })).rejects.toThrow('limits.memory');
});

describe('seconds', () => {
  test('end the reading of a stream that does not end', async () => {
    const read = decodeImage(silent(), { name: 'upload', limits: { seconds: 0.03 } });
    await expect(read).rejects.toThrow('decodeImage: upload takes longer than limits.seconds (0.03');
    const signal = AbortSignal.timeout(30);
    await expect(decodeImage(silent(), { signal })).rejects.toThrow(expect.objectContaining({ name: 'TimeoutError' }));
  });

  test('end a filter, and leave no file', async () => {
    const large = join(folder, 'large.png');
    await writeImage(large, createImage(900, 900, 3));
    const to = join(folder, 'c.png');
    await expect(filterFile(large, to, 'disk:20', { limits: { seconds: 0.001 } })).rejects.toThrow(
      `filterFile: ${large} takes longer than limits.seconds (0.001`,
    );
    expect(await readdir(folder)).not.toContain('c.png');
  });

  test('the signal of the caller ends a call as before', async () => {
    const reason = new Error('enough');
    await expect(decodeImage(bytes, { limits: { seconds: 9 }, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

test.each([
  ['a limit that there is not', { pixel: 9 }],
  ['a number', 9],
  ['no number', { pixels: '9' }],
  ['a list', [9]],
  ['null', null],
])('%s is refused', async (_, limits) => {
  await expect(decodeImage(bytes, { limits: limits as object })).rejects.toThrow(
    'decodeImage: limits must be { pixels, bytes, seconds, memory } with integers ≥ 1 (seconds ≥ 0.001)',
  );
});

test.each(['9', 'pixels', 'pixels=', 'pixels=x', 'pixels=9=9', 'pixels=9,pixels=9', 'pixel=9', '__proto__=9', 'pixels=9,'])(
  '--limits %s is refused',
  async (typed) => {
    const { code, stderr } = await convlab(['filter', path, join(folder, 'b.png'), '--kernel', 'box', '--limits', typed]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('pixels=n,bytes=n,seconds=n,memory=n')]);
  },
);

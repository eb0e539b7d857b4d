import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test, vi } from 'vitest';
import { whyBroken } from '../../src/image/formats/sharp.js';
import { createImage, type Image, OptionError, Random } from '../../src/index.js';
import { type Codec, decodeImage, encodeImage, readImage, writeImage } from '../../src/node.js';
import { convlab } from '../cli/convlab.js';
import { pngSuite } from './png-suite.js';
import { writePng } from './writers/png.js';

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const built = { codec: 'built-in' } as const;
const random = new Random(3);

function noise(channels: 1 | 2 | 3 | 4, wide: boolean): Image {
  const samples = { length: 23 * 17 * channels };
  return createImage(
    23,
    17,
    channels,
    wide ? Uint16Array.from(samples, () => random.integer(65536)) : Uint8ClampedArray.from(samples, () => random.integer(256)),
  );
}

function difference(a: Image, b: Image): { largest: number; mean: number } {
  expect([a.width, a.height, a.channels]).toEqual([b.width, b.height, b.channels]);
  const each = Array.from(a.data, (value, i) => Math.abs(value - b.data[i]));
  return { largest: Math.max(...each), mean: each.reduce((sum, v) => sum + v) / each.length };
}

test.each([...pngSuite()])('PNG, %s: the same samples with sharp and without', async (_, plans) => {
  for (const plan of plans) expect(await decodeImage(writePng(plan))).toEqual(await decodeImage(writePng(plan), built));
});

describe.each([1, 2, 3, 4] as const)('%i channels', (channels) => {
  test.each([false, true])('a PNG is read by either as it was written by either, 16 bits: %s', async (wide) => {
    const image = noise(channels, wide);
    for (const writer of ['auto', 'built-in'] satisfies Codec[]) {
      const bytes = await encodeImage(image, 'png', { codec: writer });
      for (const reader of ['auto', 'built-in'] satisfies Codec[]) expect(await decodeImage(bytes, { codec: reader }), `${writer}, ${reader}`).toEqual(image);
    }
  });

  test('a JPEG has RGB in full resolution by either, and looks the same', async () => {
    const smooth = createImage(
      23,
      17,
      channels,
      Uint8ClampedArray.from({ length: 391 * channels }, (_, i) => ((Math.floor(i / channels) % 23) * 9 + (i % channels) * 12) % 256),
    );
    const [ours, theirs] = [await encodeImage(smooth, 'jpeg', built), await encodeImage(smooth, 'jpeg')];
    const { channels: colors, chromaSubsampling, hasProfile } = await sharp(theirs).metadata();
    expect({ colors, chromaSubsampling, hasProfile }).toEqual({ colors: 3, chromaSubsampling: '4:4:4', hasProfile: false });
    const { largest, mean } = difference(await decodeImage(theirs, built), await decodeImage(ours, built));
    expect(largest).toBeLessThanOrEqual(4);
    expect(mean).toBeLessThan(1);
  });
});

test('a profile, gamma and the orientation change no sample of a PNG', async () => {
  const image = noise(3, false);
  const raw = { raw: { width: 23, height: 17, channels: 3 as const } };
  const bytes = await sharp(image.data, raw).withIccProfile('p3').withMetadata({ orientation: 6 }).png().toBuffer();
  expect((await sharp(bytes).metadata()).hasProfile).toBe(true);
  expect(await decodeImage(bytes)).toEqual(await decodeImage(bytes, built));
});

describe('JPEG', () => {
  test.each(['gray.jpg', 'gray-restarts.jpg'])('%s: within one level of the built-in decoder', async (name) => {
    expect(difference(await decodeImage(fixture(name)), await decodeImage(fixture(name), built)).largest).toBeLessThanOrEqual(1);
  });

  test('colors of half the resolution are interpolated by sharp, to the very samples of libjpeg, and repeated by the built-in decoder', async () => {
    const libjpeg = await decodeImage(fixture('color.png'));
    expect(difference(await decodeImage(fixture('baseline.jpg')), libjpeg).largest).toBeLessThanOrEqual(1);
    expect(difference(await decodeImage(fixture('baseline.jpg'), built), libjpeg).largest).toBeGreaterThan(1);
  });

  test('quality reaches sharp', async () => {
    const [low, high] = [await encodeImage(noise(3, false), 'jpeg', { quality: 10 }), await encodeImage(noise(3, false), 'jpeg', { quality: 95 })];
    expect(low.length * 2).toBeLessThan(high.length);
  });
});

test("with 'built-in', other bytes are written than by sharp, and the same ones each time", async () => {
  const image = noise(3, false);
  for (const format of ['png', 'jpeg'] as const) {
    const plain = await encodeImage(image, format, built);
    expect(await encodeImage(image, format, built)).toEqual(plain);
    expect(Buffer.compare(await encodeImage(image, format), plain), format).not.toBe(0);
  }
});

test('convlab filter --built-in writes the bytes of the built-in codec', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'convlab-sharp-'));
  try {
    const [from, to] = [join(folder, 'from.png'), join(folder, 'to.jpg')];
    const image = noise(3, false);
    await writeImage(from, image);
    for (const codec of ['auto', 'built-in'] satisfies Codec[]) {
      const flags = codec === 'auto' ? [] : ['--built-in'];
      expect((await convlab(['filter', from, to, '--kernel', 'identity', '--backend', 'reference', ...flags])).code).toBe(0);
      expect(Buffer.compare(readFileSync(to), await encodeImage(image, 'jpeg', { codec })), codec).toBe(0);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('codec must be one of its two values', async () => {
  const rule = 'codec must be one of auto, built-in, received';
  await expect(decodeImage(fixture('gray.png'), { codec: 'sharp' as never })).rejects.toThrow(rule);
  await expect(encodeImage(noise(1, false), 'png', { codec: 'sharp' as never })).rejects.toThrow(rule);
  await expect(readImage(new URL('fixtures/gray.png', import.meta.url).pathname, { codec: 1 as never })).rejects.toThrow(OptionError);
  await expect(writeImage('never.png', noise(1, false), { codec: 1 as never })).rejects.toThrow(OptionError);
});

test('sharp that is broken: everything is built in, and doctor has the reason', async () => {
  vi.resetModules();
  vi.doMock('sharp', () => {
    throw new Error('Could not load the "sharp" module using the linux-x64 runtime');
  });
  try {
    const { sharpReport } = await import('../../src/image/formats/sharp.js');
    const node = await import('../../src/node.js');
    const { version, reason } = await sharpReport();
    expect(version).toBeUndefined();
    expect(reason).toMatch(/\S/);
    const image = noise(3, false);
    for (const format of ['png', 'jpeg'] as const) {
      const bytes = await node.encodeImage(image, format);
      expect(bytes).toEqual(await encodeImage(image, format, built));
      expect(await node.decodeImage(bytes)).toEqual(await decodeImage(bytes, built));
    }
  } finally {
    vi.doUnmock('sharp');
    vi.resetModules();
  }
});

test('sharp that is not installed is no reason, one whose native part is missing is', () => {
  const program = "import('sharp').catch(({ code, message }) => console.log(JSON.stringify({ code, message })))";
  const { code, message } = JSON.parse(execFileSync(process.execPath, ['-e', program], { cwd: tmpdir(), encoding: 'utf8' }));
  expect(whyBroken(Object.assign(new Error(message), { code }))).toBeUndefined();
  expect(whyBroken(Object.assign(new Error("Cannot find package '@img/sharp-linux-x64'\nand more"), { code }))).toBe(
    "Cannot find package '@img/sharp-linux-x64'",
  );
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  box,
  canny,
  createBackend,
  createImage,
  crop,
  filter,
  flip,
  gradientMagnitude,
  grayscale,
  type Image,
  localMean,
  type Metadata,
  pipeline,
  resize,
  rotate90,
  threshold,
  unsharpMask,
} from '../../src/index.js';
import { type Codec, decodeImage, encodeImage, type ImageFormat, readImage } from '../../src/node.js';
import { convlab } from '../cli/convlab.js';
import { writeTiff } from './writers/tiff.js';

const backend = await createBackend('reference');
const photo = createImage(
  24,
  16,
  3,
  Uint8ClampedArray.from({ length: 1152 }, (_, i) => (i * 5 + (i % 3) * 40) % 256),
);
const raw = { raw: { width: 24, height: 16, channels: 3 as const } };
// what another program writes: Display P3, a camera's name, 300 pixels per inch
const made = sharp(photo.data, raw)
  .withMetadata({ density: 300 })
  .withIccProfile('p3')
  .withExifMerge({ IFD0: { Make: 'Acme', Copyright: 'A. Author' }, IFD2: { ISOSpeedRatings: '200' }, IFD3: { GPSLatitudeRef: 'N' } });
const icc = (await sharp(await made.clone().jpeg().toBuffer()).metadata()).icc as Buffer;

/** What sharp reads of a file. */
async function seen(bytes: Uint8Array) {
  const { icc: profile, exif, density, orientation = 1 } = await sharp(bytes).metadata();
  return { icc: profile?.equals(icc) ?? false, exif: exif?.includes('Acme') ?? false, density, orientation };
}

/** Names and values of some tags of an EXIF block, read by its own rules: the first directory, and those of settings and place. */
function exifReader(block: Buffer): Record<string, string> {
  const little = block[0] === 0x49;
  const short = (at: number) => (little ? block.readUInt16LE(at) : block.readUInt16BE(at));
  const long = (at: number) => (little ? block.readUInt32LE(at) : block.readUInt32BE(at));
  const found: Record<string, string> = {};
  const walk = (start: number, names: Record<number, string>) => {
    for (let at = start + 2; at < start + 2 + 12 * short(start); at += 12) {
      const [tag, type, count] = [short(at), short(at + 2), long(at + 4)];
      if (tag === 34665) walk(long(at + 8), { 34855: 'ISOSpeedRatings' });
      else if (tag === 34853) walk(long(at + 8), { 1: 'GPSLatitudeRef' });
      else if (names[tag] && type === 3) found[names[tag]] = String(short(at + 8));
      else if (names[tag]) {
        const from = count > 4 ? long(at + 8) : at + 8;
        found[names[tag]] = block.toString('latin1', from, from + count - 1);
      }
    }
  };
  walk(long(4), { 271: 'Make', 33432: 'Copyright' });
  return found;
}

describe.each(['auto', 'built-in'] satisfies Codec[])('codec %s', (codec) => {
  test.each(['png', 'jpeg'] as const)('profile, EXIF and resolution of a %s go through to every format that holds them', async (from) => {
    const image = await decodeImage(await made.clone()[from]().toBuffer(), { codec });
    expect(image.metadata).toMatchObject({ icc, density: 300 });
    expect(Buffer.from(image.metadata?.exif as Uint8Array).includes('Acme')).toBe(true);
    for (const to of ['png', 'jpeg'] as const) {
      const bytes = await encodeImage(image, to, { codec });
      expect(await seen(bytes), to).toEqual({ icc: true, exif: true, density: 300, orientation: 1 });
      expect((await decodeImage(bytes, { codec })).metadata, to).toEqual(image.metadata);
    }
    const tiff = await encodeImage(image, 'tiff');
    expect(await seen(tiff)).toMatchObject({ icc: true, density: 300, orientation: 1 });
    const again = await decodeImage(await encodeImage(await decodeImage(tiff), 'jpeg', { codec }), { codec });
    expect(again.metadata).toMatchObject({ icc, density: 300 });
    const said = exifReader(Buffer.from(again.metadata?.exif as Uint8Array));
    expect(said).toMatchObject({ Make: 'Acme', Copyright: 'A. Author', ISOSpeedRatings: '200', GPSLatitudeRef: 'N' });
    expect((await decodeImage(await encodeImage(image, 'bmp'))).metadata).toEqual({ density: 300 });
    expect((await decodeImage(await encodeImage(image, 'gif'))).metadata).toBeUndefined();
  });

  test.each(['png', 'jpeg'] as const)("'strip' leaves them out of a %s, read or written", async (format) => {
    const bytes = await made.clone()[format]().toBuffer();
    expect((await decodeImage(bytes, { codec, metadata: 'strip' })).metadata).toBeUndefined();
    const written = await encodeImage(await decodeImage(bytes, { codec }), format, { codec, metadata: 'strip' });
    expect((await decodeImage(written, { codec })).metadata).toBeUndefined();
  });

  test('nothing is made up where there is nothing', async () => {
    for (const format of ['png', 'jpeg', 'tiff', 'bmp', 'npy'] as const) {
      expect((await decodeImage(await encodeImage(photo, format, { codec }), { codec })).metadata, format).toBeUndefined();
    }
  });

  test('a profile of more than one segment', async () => {
    const large = Buffer.concat([icc, Buffer.alloc(150_000, 7)]);
    const { metadata } = await decodeImage(await encodeImage({ ...photo, metadata: { icc: large } }, 'jpeg', { codec }), { codec });
    expect(Buffer.compare(Buffer.from(metadata?.icc as Uint8Array), large)).toBe(0);
  });
});

test.each(['webp', 'avif'] as const)('%s keeps them too', async (format) => {
  const image = await decodeImage(await made.clone().png().toBuffer());
  const bytes = await encodeImage(image, format);
  expect(await seen(bytes)).toMatchObject({ icc: true, exif: true, orientation: 1 });
  const { metadata } = await decodeImage(bytes);
  expect(metadata).toMatchObject({ icc, density: 300 });
});

describe('EXIF', () => {
  const tall = sharp(photo.data, raw)
    .withExifMerge({ IFD0: { Make: 'Acme' } })
    .withMetadata({ orientation: 6 });
  test.each(['png', 'jpeg', 'webp'] as const)('the orientation of a %s is applied, and 1 from then on', async (format) => {
    const image = await decodeImage(await tall.clone()[format]().toBuffer());
    expect([image.width, image.height]).toEqual([16, 24]);
    const written = await encodeImage(image, 'jpeg');
    expect(await seen(written)).toMatchObject({ exif: true, orientation: 1 });
    expect((await decodeImage(written)).height).toBe(24);
  });

  test('the thumbnail, which shows the picture as it was, is blank', async () => {
    const thumbnail = Buffer.from('a small picture of a secret');
    const block = writeTiff({ order: 'MM', entries: [[274, 3, [6]]] });
    const second = writeTiff({
      order: 'MM',
      entries: [
        [513, 4, [block.length + 100]],
        [514, 4, [thumbnail.length]],
      ],
    });
    // the directory of the second file behind the first
    const exif = Buffer.concat([block, second.subarray(8), Buffer.alloc(100), Buffer.alloc(99)]);
    exif.writeUInt32BE(block.length, 8 + 2 + 12);
    thumbnail.copy(exif, block.length + 100);
    const { metadata } = await decodeImage(await encodeImage({ ...photo, metadata: { exif } }, 'png'));
    const kept = Buffer.from(metadata?.exif as Uint8Array);
    expect(exif.includes('secret')).toBe(true);
    expect([kept.includes('secret'), kept.readUInt16BE(8 + 2 + 8), kept.readUInt32BE(8 + 2 + 12)]).toEqual([false, 1, 0]);
  });

  test('5,000 entries that all point at the same bytes cost no more than one', async () => {
    const entries = 5000;
    const size = 60_000;
    const exif = Buffer.alloc(8 + 2 + 12 * entries + 4 > size ? 8 + 2 + 12 * entries + 4 : size);
    exif.write('MM\0*', 'latin1');
    exif.writeUInt32BE(8, 4);
    exif.writeUInt16BE(entries, 8);
    for (let i = 0; i < entries; i++) {
      const at = 10 + 12 * i;
      exif.writeUInt16BE(274, at);
      exif.writeUInt16BE(1, at + 2);
      exif.writeUInt32BE(size - 8, at + 4);
      exif.writeUInt32BE(8, at + 8);
    }
    const jpeg = await encodeImage({ ...photo, metadata: { exif } }, 'jpeg');
    // expanding each of them takes minutes, and the test times out
    expect((await decodeImage(jpeg)).width).toBe(24);
  }, 20_000);
});

describe('what a file does not hold is not written', () => {
  test.each<[string, Metadata, Image['channels'], ImageFormat]>([
    ['a profile of colors in a gray picture', { icc }, 1, 'png'],
    ['an EXIF block of more than a segment', { exif: Buffer.alloc(70_000) }, 3, 'jpeg'],
  ])('%s', async (_, metadata, channels, format) => {
    const image = { ...createImage(4, 4, channels), metadata };
    expect((await decodeImage(await encodeImage(image, format))).metadata).toBeUndefined();
  });
});

test.each<[string, (image: Image) => Image | Promise<Image>]>([
  ['filter', (image) => filter(image, box(3), { backend })],
  ['filter over planes', (image) => filter(image, box(3), { backend, output: 'float', region: { x: 1, y: 1, width: 4, height: 3 } })],
  ['filter on wasm', async (image) => filter(image, box(3), { backend: await createBackend('wasm', { threads: 1 }) })],
  ['a pipeline', (image) => pipeline([box(3), 'sharpen']).apply(image, { backend })],
  ['resize', (image) => resize(image, { width: 7, backend })],
  ['crop', (image) => crop(image, { x: 1, y: 1, width: 4, height: 3 })],
  ['flip', (image) => flip(image, 'horizontal')],
  ['rotate90', (image) => rotate90(image)],
  ['grayscale', (image) => grayscale(image)],
  ['threshold', (image) => threshold(image)],
  ['canny', (image) => canny(image, { backend })],
  ['gradientMagnitude', (image) => gradientMagnitude(image, { backend })],
  ['localMean', (image) => localMean(image, { backend })],
  ['unsharpMask', (image) => unsharpMask(image, { backend })],
])('%s: the result carries the metadata of its picture', async (_, make) => {
  const metadata: Metadata = { icc, exif: Buffer.from('exif'), density: 300 };
  expect((await make({ ...photo, metadata })).metadata).toEqual(metadata);
  expect((await make(photo)).metadata).toBeUndefined();
});

describe('the command line', () => {
  let folder: string;
  let from: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'convlab-metadata-'));
    from = join(folder, 'p3.jpg');
    await writeFile(from, await made.clone().jpeg({ quality: 95 }).toBuffer());
  });
  afterAll(() => rm(folder, { recursive: true }));
  const run = (to: string, ...flags: string[]) => convlab(['filter', from, join(folder, to), '--kernel', 'identity', '--backend', 'reference', ...flags]);

  test('a photograph in Display P3 keeps its colors', async () => {
    expect(await run('p3.png')).toMatchObject({ code: 0, stderr: '' });
    // both as sRGB, by sharp
    const [before, after] = await Promise.all([from, join(folder, 'p3.png')].map((path) => sharp(path).toColourspace('srgb').raw().toBuffer()));
    expect(Math.max(...before.map((value, i) => Math.abs(value - after[i])))).toBeLessThanOrEqual(1);
    const unmanaged = await sharp(from, { ignoreIcc: true }).raw().toBuffer();
    expect(Math.max(...before.map((value, i) => Math.abs(value - unmanaged[i])))).toBeGreaterThan(10);
  });

  test('--metadata strip', async () => {
    expect(await run('bare.jpg', '--metadata', 'strip')).toMatchObject({ code: 0, stderr: '' });
    expect((await readImage(join(folder, 'bare.jpg'))).metadata).toBeUndefined();
  });

  test('what the format does not hold is said in one line, and in --json', async () => {
    const to = join(folder, 'p3.bmp');
    expect(await run('p3.bmp')).toMatchObject({ code: 0, stderr: `${to}: the format cannot store color profile, EXIF\n` });
    const { stdout } = await run('p3.bmp', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ lost: ['color profile', 'EXIF'] });
    expect((await readFile(to)).readInt32LE(38)).toBe(11811); // 300 pixels per inch
  });
});

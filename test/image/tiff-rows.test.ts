import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Source } from '../../src/image/formats/format.js';
import { openTiff } from '../../src/image/streams/tiff-rows-in.js';
import { encodeTiff } from '../../src/image/streams/tiff-rows-out.js';
import { encodePackedTiff } from '../../src/image/streams/tiff-rows-packed.js';
import { DataError, type Image, Random, UnsupportedError } from '../../src/index.js';
import { encodeRows, openRows, readImage, writeAnimation, writeRows } from '../../src/node.js';

let folder: string;
const random = new Random(11);
const at = (name: string) => join(folder, name);
const TYPES = { uint8: Uint8ClampedArray, uint16: Uint16Array, float32: Float32Array } as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-tiff-rows-'));
});
afterAll(() => rm(folder, { recursive: true }));

function picture(width: number, height: number, channels: 1 | 2 | 3 | 4, samples: keyof typeof TYPES): Image {
  const data = new TYPES[samples](width * height * channels);
  for (let i = 0; i < data.length; i++) data[i] = samples === 'float32' ? random.uniform() : random.integer(samples === 'uint8' ? 256 : 65536);
  return { width, height, channels, data };
}

/** All rows of a file, as an image. */
async function byRows(path: string): Promise<Image> {
  const { format, rows } = await openRows(path);
  const { width, height, channels, samples } = format;
  const data = new TYPES[samples](width * height * channels);
  let filled = 0;
  for await (const band of (rows as () => AsyncIterable<Uint8Array>)()) {
    data.set(band, filled);
    filled += band.length;
  }
  expect(filled).toBe(data.length);
  return { width, height, channels, data };
}

async function* bandsOf({ width, channels, data }: Image, height: number) {
  for (let from = 0; from < data.length; from += height * width * channels) yield data.subarray(from, from + height * width * channels);
}

describe('what is written row by row', () => {
  test.each((['uint8', 'uint16', 'float32'] as const).flatMap((samples) => ([1, 2, 3, 4] as const).map((channels) => [samples, channels] as const)))(
    '%s, %i channels: read as a whole, row by row and by sharp',
    async (samples, channels) => {
      const image = picture(61, 47, channels, samples);
      const metadata = { density: 150 };
      await writeRows(at('x.tiff'), bandsOf(image, 9), { width: 61, height: 47, channels, samples }, { metadata });
      expect(await readImage(at('x.tiff'), { codec: 'built-in' })).toEqual({ ...image, metadata });
      expect(await byRows(at('x.tiff'))).toEqual(image);
      expect(await sharp(at('x.tiff')).metadata()).toMatchObject({ width: 61, height: 47, channels, density: 150 });
    },
  );

  test.each((['uint8', 'uint16', 'float32'] as const).flatMap((samples) => ([1, 2, 3, 4] as const).map((channels) => [samples, channels] as const)))(
    'deflate of %s, %i channels: read as a whole, row by row and by sharp',
    async (samples, channels) => {
      const image = picture(61, 47, channels, samples);
      const metadata = { density: 150 };
      const format = { width: 61, height: 47, channels, samples };
      await writeRows(at('packed.tiff'), bandsOf(image, 9), format, { metadata, compression: 'deflate' });
      expect(await readImage(at('packed.tiff'), { codec: 'built-in' })).toEqual({ ...image, metadata });
      expect(await byRows(at('packed.tiff'))).toEqual(image);
      expect(await sharp(at('packed.tiff')).metadata()).toMatchObject({ width: 61, height: 47, channels, density: 150 });
    },
  );

  test('deflate of several strips, from bands of other heights', async () => {
    const data = Uint8ClampedArray.from({ length: 3000 * 700 * 3 }, (_, i) => (i / 9000) % 256);
    const image: Image = { width: 3000, height: 700, channels: 3, data };
    const format = { width: 3000, height: 700, channels: 3, samples: 'uint8' } as const;
    for (const [i, compression] of ([1, 'deflate', 9] as const).entries())
      await writeRows(at(`${i}.tif`), bandsOf(image, [1, 90, 700][i]), format, { compression });
    const sizes = await Promise.all([0, 1, 2].map(async (i) => (await readFile(at(`${i}.tif`))).length));
    expect(sizes[0]).toBeGreaterThan(sizes[2]);
    expect(sizes[0]).toBeLessThan(data.length / 20);
    for (const i of [0, 1, 2]) {
      const { data: read, info } = await sharp(at(`${i}.tif`))
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([info.width, info.height, read.equals(Buffer.from(data.buffer))]).toEqual([3000, 700, true]);
      expect((await byRows(at(`${i}.tif`))).data).toEqual(data);
    }
  });

  test('a compressed BigTIFF, if it gets too long for a plain one', async () => {
    const image = picture(600, 2000, 3, 'uint16');
    const format = { width: 600, height: 2000, channels: 3, samples: 'uint16' } as const;
    const bytes = encodePackedTiff(bandsOf(image, 50), { format, compression: 1 }, 2 ** 24 + 1000);
    const parts: Uint8Array[] = [];
    let step = await bytes.next();
    for (; !step.done; step = await bytes.next()) parts.push(step.value);
    const file = Buffer.concat(parts);
    file.set(step.value);
    expect(file.toString('latin1', 0, 4)).toBe('II+\0');
    await writeFile(at('big.tif'), file);
    expect(await byRows(at('big.tif'))).toEqual(image);
    expect((await sharp(at('big.tif')).toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer()).equals(Buffer.from(image.data.buffer))).toBe(true);
  });

  test('compression is refused where it cannot be', async () => {
    const image = picture(3, 2, 1, 'uint8');
    const format = { width: 3, height: 2, channels: 1, samples: 'uint8' } as const;
    const write = (name: string, compression: never) => writeRows(at(name), bandsOf(image, 1), format, { compression });
    await expect(write('x.pgm', 'none' as never)).rejects.toThrow("compression requires the format 'png' or 'tiff'");
    await expect(write('x.png', 'zip' as never)).rejects.toThrow('compression must be one of none, deflate, or an integer from 0 to 9');
    expect(() => encodeRows(bandsOf(image, 1), format, { format: 'tiff', compression: 'deflate' })).toThrow(
      "compression must be 'none' for a TIFF that is not a file",
    );
  });

  test('several strips', async () => {
    const image = picture(3000, 400, 3, 'uint8');
    await writeRows(at('strips.tif'), bandsOf(image, 100), { width: 3000, height: 400, channels: 3, samples: 'uint8' });
    const { data, info } = await sharp(at('strips.tif')).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, data.equals(Buffer.from(image.data.buffer))]).toEqual([3000, 400, true]);
    expect((await byRows(at('strips.tif'))).data).toEqual(image.data);
  });

  test('a BigTIFF from 2 GiB on', async () => {
    const format = { width: 100_000, height: 20_000, channels: 3, samples: 'uint8' } as const;
    const row = new Uint8ClampedArray(300_000).fill(7);
    const parts = encodeTiff(
      (async function* () {
        yield row;
      })(),
      { format, compression: 0 },
    );
    const { value: head } = await parts.next();
    const header = Buffer.from(head as Uint8Array);
    expect(header.toString('latin1', 0, 4)).toBe('II+\0');
    expect(Buffer.from((await parts.next()).value as Uint8Array)).toEqual(Buffer.from(row));
    // pretends that the rest of its 6 GB exists and finds the last row at the correct offset
    const length = header.length + 6e9;
    const asked: number[] = [];
    const source: Source = {
      length,
      subarray(from, to) {
        asked.push(to);
        return to <= header.length ? header.subarray(from, to) : Buffer.alloc(to - from, 9);
      },
    };
    const opened = openTiff(source);
    expect(opened.format).toEqual(format);
    const first = await opened.rows().next();
    expect(first.value?.[0]).toBe(9);
    const offsets = header.readBigUInt64LE(8);
    expect(offsets).toBe(16n);
    expect(Math.max(...asked)).toBe(header.length + (first.value?.length ?? 0));
  });
});

describe('what others write', () => {
  const COMPRESSIONS = ['none', 'deflate', 'lzw'] as const;
  const KINDS = [
    ['strips', {}],
    ['tiles', { tile: true, tileWidth: 64, tileHeight: 48 }],
    ['BigTIFF in strips', { bigtiff: true }],
    ['BigTIFF in tiles', { bigtiff: true, tile: true, tileWidth: 32, tileHeight: 32 }],
  ] as const;
  test.each(KINDS.flatMap(([name, options]) => COMPRESSIONS.map((compression) => [name, compression, options] as const)))(
    'sharp: %s, %s',
    async (_, compression, options) => {
      for (const channels of [1, 3, 4] as const) {
        const image = picture(150, 101, channels, 'uint8');
        const raw = sharp(Buffer.from(image.data.buffer), { raw: { width: 150, height: 101, channels } });
        await (channels === 1 ? raw.toColorspace('b-w') : raw)
          .tiff({ compression, predictor: compression === 'none' ? 'none' : 'horizontal', ...options })
          .toFile(at('s.tiff'));
        expect(await byRows(at('s.tiff'))).toEqual(image);
      }
    },
  );

  test('16 bits in deflated tiles', async () => {
    const image = picture(150, 101, 3, 'uint16');
    const raw = sharp(image.data as Uint16Array, { raw: { width: 150, height: 101, channels: 3 } });
    await raw.toColorspace('rgb16').tiff({ compression: 'deflate', tile: true, tileWidth: 64, tileHeight: 64 }).toFile(at('s16.tiff'));
    expect(await byRows(at('s16.tiff'))).toEqual(image);
  });
});

test.each(['deflate', 'none'] as const)('a file that is truncated anywhere is a DataError: %s', async (compression) => {
  const image = picture(40, 30, 3, 'uint8');
  const bytes = await sharp(Buffer.from(image.data.buffer), { raw: { width: 40, height: 30, channels: 3 } })
    .tiff({ compression, tile: true, tileWidth: 16, tileHeight: 16 })
    .toBuffer();
  for (let i = 0; i < 40; i++) {
    await writeFile(at('cut.tiff'), bytes.subarray(0, 8 + random.integer(bytes.length - 9)));
    await expect(byRows(at('cut.tiff'))).rejects.toThrow(DataError);
  }
});

test('what is not read by rows is refused by name', async () => {
  const image = picture(16, 16, 3, 'uint8');
  const raw = () => sharp(Buffer.from(image.data.buffer), { raw: { width: 16, height: 16, channels: 3 } });
  await raw().tiff({ compression: 'jpeg' }).toFile(at('jpeg.tiff'));
  await expect(openRows(at('jpeg.tiff'))).rejects.toThrow(/is a TIFF of .* are supported/);
  await raw().withMetadata({ orientation: 6 }).tiff({ compression: 'none' }).toFile(at('turned.tiff'));
  await expect(openRows(at('turned.tiff'))).rejects.toThrow('is rotated by its orientation (6');
  await writeAnimation(at('pages.tiff'), { frames: [image, image].map((image) => ({ image, delay: 0 })), repeats: 0 });
  await expect(openRows(at('pages.tiff'))).rejects.toThrow(UnsupportedError);
  const bytes = await readFile(at('pages.tiff'));
  const stream = (async function* () {
    yield bytes;
  })();
  await expect(openRows(stream)).rejects.toThrow('can only be read from a file');
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createImage, type Format, type Image, Random, type Samples } from '../../src/index.js';
import { encodeRows, openRows, type RowPicture, readImage, writeImage, writeRows } from '../../src/node.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-rows-'));
});
afterAll(() => rm(folder, { recursive: true }));

const random = new Random(9);
const arrays = { uint8: Uint8ClampedArray, uint16: Uint16Array, float32: Float32Array } as const;
const white = { uint8: 255, uint16: 65535, float32: 1 } as const;

function picture(channels: Image['channels'], samples: Format['samples'], [width, height] = [37, 23]): Image {
  const data = new arrays[samples](width * height * channels);
  for (let i = 0; i < data.length; i++) data[i] = samples === 'float32' ? random.uniform() : random.integer(white[samples] + 1);
  return createImage(width, height, channels, data);
}

const formatOf = ({ width, height, channels }: Image, samples: Format['samples']): Format => ({ width, height, channels, samples });

function* bands({ width, channels, data }: Image, rows: number): Generator<Samples> {
  for (let at = 0; at < data.length; at += rows * width * channels) yield data.subarray(at, at + rows * width * channels);
}

async function samplesOf({ rows }: RowPicture): Promise<readonly number[]> {
  const all: number[] = [];
  for await (const band of typeof rows === 'function' ? rows() : rows) all.push(...band);
  return all;
}

const KINDS = ([1, 2, 3, 4] as const).flatMap((channels) => (['uint8', 'uint16'] as const).map((samples) => [channels, samples] as const));

describe('what is written by rows is read by rows, and as a whole', () => {
  test.each(KINDS)('PNG, %i channels of %s', async (channels, samples) => {
    const image = picture(channels, samples);
    const path = join(folder, `${channels}${samples}.png`);
    await writeRows(path, bands(image, 4), formatOf(image, samples), { metadata: { density: 300 } });
    const opened = await openRows(path);
    expect(opened.format).toEqual(formatOf(image, samples));
    expect(opened.metadata).toEqual({ density: 300 });
    for (let pass = 0; pass < 2; pass++) expect(await samplesOf(opened)).toEqual([...image.data]);
    for (const codec of ['auto', 'built-in'] as const) {
      const whole = await readImage(path, { codec });
      expect([whole.channels, ...whole.data]).toEqual([channels, ...image.data]);
    }
  });

  test.each(['png', 'tif', 'pam', 'raw'])('.%s of bands that lie in the same memory', async (ending) => {
    const image = picture(3, 'uint8');
    const held = new Uint8ClampedArray(4 * 37 * 3);
    async function* again() {
      for (const band of bands(image, 4)) {
        held.set(band);
        yield held.subarray(0, band.length);
        held.fill(0);
      }
    }
    const path = join(folder, `again.${ending}`);
    await writeRows(path, again, formatOf(image, 'uint8'));
    const { rows } = await openRows(path, { raw: ending === 'raw' ? formatOf(image, 'uint8') : undefined });
    const all: number[] = [];
    for await (const band of typeof rows === 'function' ? rows({ reuse: true }) : rows) all.push(...band);
    expect(all).toEqual([...image.data]);
  });

  test.each(KINDS)('PNM, %i channels of %s', async (channels, samples) => {
    const image = picture(channels, samples);
    const path = join(folder, `${channels}${samples}.pam`);
    await writeRows(path, bands(image, 5), formatOf(image, samples));
    expect((await readFile(path)).toString('latin1', 0, 2)).toBe(['P5', 'P7', 'P6', 'P7'][channels - 1]);
    expect(await samplesOf(await openRows(path))).toEqual([...image.data]);
  });

  test('samples alone, floats too, from a stream of bytes in odd parts', async () => {
    const image = picture(3, 'float32');
    const format = formatOf(image, 'float32');
    const parts = (async function* () {
      for await (const part of encodeRows(bands(image, 6), format, { format: 'raw' }))
        for (let at = 0; at < part.length; at += 7) yield part.subarray(at, at + 7);
    })();
    expect(await samplesOf(await openRows(parts, { raw: format }))).toEqual([...image.data]);
  });
});

test('a PNG has the same bytes however its rows are divided, and whenever they come', async () => {
  const image = picture(3, 'uint8', [700, 600]);
  async function* late(rows: Iterable<Samples>) {
    for (const band of rows) {
      await new Promise((done) => setTimeout(done, 3));
      yield band;
    }
  }
  const made: Buffer[] = [];
  for (const rows of [bands(image, 600), bands(image, 7), late(bands(image, 50))]) {
    const parts: Uint8Array[] = [];
    for await (const part of encodeRows(rows, formatOf(image, 'uint8'), { format: 'png' })) parts.push(part);
    made.push(Buffer.concat(parts));
  }
  expect(made[0].length).toBeGreaterThan(2 ** 19);
  for (const each of made.slice(1)) expect(each.equals(made[0])).toBe(true);
});

test.each(['gray.png', 'palette'])('PNGs that others wrote come as readImage gives them: %s', async (kind) => {
  const path = join(folder, 'other.png');
  const { default: sharp } = await import('sharp');
  const image = picture(kind === 'palette' ? 3 : 1, 'uint8', [61, 47]);
  const made = sharp(Buffer.from(image.data.buffer), { raw: { width: 61, height: 47, channels: image.channels as 1 } }).png(
    kind === 'palette' ? { palette: true, colors: 7 } : { adaptiveFiltering: true },
  );
  await writeFile(path, await made.toBuffer());
  expect(await samplesOf(await openRows(path))).toEqual([...(await readImage(path, { codec: 'built-in' })).data]);
});

describe('files that cannot be read by rows are refused by name', () => {
  const file = async (name: string, bytes: string | Uint8Array) => {
    await writeFile(join(folder, name), bytes);
    return join(folder, name);
  };

  test('interlaced, cut off, damaged, of other kinds', async () => {
    const { default: sharp } = await import('sharp');
    const raw = { raw: { width: 8, height: 8, channels: 1 as const } };
    const interlaced = await file('interlaced.png', await sharp(Buffer.alloc(64), raw).png({ progressive: true }).toBuffer());
    await expect(openRows(interlaced)).rejects.toThrow(/interlaced\.png is an interlaced PNG/);
    const image = picture(3, 'uint8');
    await writeImage(join(folder, 'whole.png'), image);
    const bytes = await readFile(join(folder, 'whole.png'));
    const cut = await openRows(await file('cut.png', bytes.subarray(0, bytes.length - 400)));
    await expect(samplesOf(cut)).rejects.toThrow(/cut\.png is truncated/);
    bytes[bytes.length - 100] ^= 1;
    await expect(openRows(await file('bad.png', bytes)).then(samplesOf)).rejects.toThrow(/bad\.png is damaged/);
    await expect(openRows(await file('text.pbm', 'P1\n2 2\n0 1 1 0\n'))).rejects.toThrow(/PNM of type P1; only P5, P6 and P7 can be read by rows/);
    await expect(openRows(await file('few.pgm', 'P5\n2 2\n31\nabcd'))).rejects.toThrow(/maximum value of 31; only 255 and 65535 are supported/);
    await expect(openRows(await file('short.pgm', 'P5 # a comment\n2 2 255\nabc')).then(samplesOf)).rejects.toThrow(/short\.pgm is truncated/);
    await expect(openRows(await file('no.jpg', 'JFIF and more'))).rejects.toThrow(/cannot be read by rows/);
    await expect(openRows(join(folder, 'none.png'))).rejects.toThrow(/none\.png does not exist/);
  });

  test('a file stays as it was if the rows end early, and no temporary file is left', async () => {
    const path = await file('kept.png', 'before');
    const rows = (function* () {
      yield new Uint8ClampedArray(30);
      throw new Error('no more');
    })();
    await expect(writeRows(path, rows, { width: 10, height: 9, channels: 3, samples: 'uint8' })).rejects.toThrow('no more');
    expect(await readFile(path, 'utf8')).toBe('before');
    await expect(writeRows(join(folder, 'x.jpg'), [], { width: 1, height: 1, channels: 1, samples: 'uint8' })).rejects.toThrow('format must be one of png');
  });
});

import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FilmFlags } from '../../src/cli/film/film-flags.js';
import { filterFilm } from '../../src/cli/film/filter-film.js';
import { parseY4m } from '../../src/cli/film/y4m.js';
import { matrixOf, rgbToYuv, yuvToRgb } from '../../src/cli/film/yuv.js';
import type { FilterFlags } from '../../src/cli/filter/filter-flags.js';
import { createImage, filter, type Image, Random } from '../../src/index.js';
import { convlab as program } from '../faults/process.js';
import { convlab } from './convlab.js';

let folder: string;
const random = new Random(5);
const joined = (...parts: readonly (Uint8Array | Uint8ClampedArray)[]) =>
  Buffer.concat(parts.map(({ buffer, byteOffset, length }) => Buffer.from(buffer, byteOffset, length)));
const bytes = (length: number, least = 0, most = 255) => Uint8ClampedArray.from({ length }, () => least + random.integer(most - least + 1));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-film-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A film from a file to a file. */
async function film(input: Uint8Array | Uint8ClampedArray, how: FilmFlags, flags: FilterFlags) {
  await writeFile(join(folder, 'in'), input);
  const [from, to] = [openSync(join(folder, 'in'), 'r'), openSync(join(folder, 'out'), 'w')];
  try {
    const report = await filterFilm({ backend: 'reference', ...flags }, how, new AbortController().signal, from, to);
    return { report, out: await readFile(join(folder, 'out')) };
  } finally {
    closeSync(from);
    closeSync(to);
  }
}
const frame = (width: number, height: number, channels: Image['channels'], data: Uint8ClampedArray) => createImage(width, height, channels, data);
const filtered = async (image: Image, kernel: string, options = {}) => new Uint8Array((await filter(image, kernel, options)).data.buffer);
const RAW = { width: 20, height: 13, channels: 3 } as const;

describe('--raw', () => {
  test.each([
    [RAW, { kernel: ['sharpen'] }, {}],
    [{ ...RAW, channels: 1 }, { kernel: ['sobel-x'], output: '16bit' }, { output: '16bit' }],
    [{ ...RAW, channels: 4 }, { kernel: ['sharpen'], stride: 2 }, { stride: 2 }],
  ] as const)('%j %j: each frame as filter gives it', async (raw, flags, options) => {
    const length = raw.width * raw.height * raw.channels;
    const frames = [1, 2, 3].map(() => bytes(length));
    for (const backend of ['reference', 'wasm'] as const) {
      const { report, out } = await film(joined(...frames), { raw }, { ...flags, backend } as unknown as FilterFlags);
      const expected = [];
      for (const data of frames) expected.push(await filtered(frame(raw.width, raw.height, raw.channels, data), flags.kernel[0], options));
      expect(out).toEqual(Buffer.concat(expected));
      expect(report).toMatchObject({ frames: 3, backend });
    }
  });

  test('filters of several kernels too', async () => {
    const data = bytes(20 * 13 * 3);
    const { out } = await film(data, { raw: RAW }, { kernel: ['unsharp-mask'] });
    expect(out.length).toBe(data.length);
    expect(out).not.toEqual(Buffer.from(data));
  });

  test('a film that ends within a frame is an error, after the frames before it', async () => {
    await expect(film(bytes(20 * 13 * 3 * 2 - 1), { raw: RAW }, { kernel: ['identity'] })).rejects.toThrow('stdin ends within a frame: after 779 of 780 bytes');
    expect((await readFile(join(folder, 'out'))).length).toBe(780);
  });
});

describe('--y4m', () => {
  const [width, height] = [22, 15];
  const chroma = { '420jpeg': [11, 8], '422': [11, 15], '444': [22, 15], mono: [0, 0] } as const;
  const y4m = (kind: keyof typeof chroma, frames: readonly Uint8ClampedArray[], more = '') =>
    joined(Buffer.from(`YUV4MPEG2 W${width} H${height} F30:1 Ip C${kind}${more}\n`), ...frames.flatMap((each) => [Buffer.from('FRAME Ip\n'), each]));
  const length = (kind: keyof typeof chroma) => width * height + 2 * chroma[kind][0] * chroma[kind][1];
  const split = (out: Buffer, size: number) => {
    const end = out.indexOf(0x0a) + 1;
    const frames = [];
    for (let at = end; at < out.length; at += 6 + size) {
      expect(out.toString('latin1', at, at + 6)).toBe('FRAME\n');
      frames.push(out.subarray(at + 6, at + 6 + size));
    }
    return { head: out.toString('latin1', 0, end), frames };
  };

  test.each(Object.keys(chroma) as (keyof typeof chroma)[])('C%s: colors that RGB holds come back within two levels', async (kind) => {
    const frames = [1, 2].map(() => bytes(length(kind), 110, 145));
    const { out } = await film(y4m(kind, frames), { y4m: true }, { kernel: ['identity'] });
    const result = split(out, length(kind));
    expect(result.head).toBe(`YUV4MPEG2 W22 H15 F30:1 Ip C${kind}\n`);
    expect(result.frames).toHaveLength(2);
    for (const [i, data] of result.frames.entries())
      for (const [at, value] of data.entries()) expect(Math.abs(value - frames[i][at])).toBeLessThanOrEqual(kind === 'mono' ? 0 : 2);
  });

  test('frames are filtered in RGB, as pictures are', async () => {
    const data = bytes(length('444'), 100, 150);
    const { out } = await film(y4m('444', [data]), { y4m: true }, { kernel: ['gaussian:1'] });
    const header = parseY4m(`YUV4MPEG2 W${width} H${height} C444`);
    const rgb = new Uint8ClampedArray(width * height * 3);
    yuvToRgb(new Uint8Array(data.buffer), rgb, header, matrixOf(header));
    const expected = new Uint8ClampedArray(length('444'));
    rgbToYuv(new Uint8ClampedArray(await filtered(frame(width, height, 3, rgb), 'gaussian:1')), expected, header, matrixOf(header));
    expect(split(out, length('444')).frames[0]).toEqual(Buffer.from(expected));
  });

  test('--channels luminance filters Y and leaves the colors as they are', async () => {
    const data = bytes(length('420jpeg'));
    const { out } = await film(y4m('420jpeg', [data]), { y4m: true }, { kernel: ['sharpen'], channels: 'luminance' });
    const luma = await filtered(frame(width, height, 1, data.slice(0, width * height)), 'sharpen');
    expect(split(out, data.length).frames[0]).toEqual(joined(luma, data.subarray(width * height)));
  });

  test('results of another size have it in their header', async () => {
    const { out } = await film(y4m('420jpeg', [bytes(length('420jpeg'), 100, 140)]), { y4m: true }, { kernel: ['box:2'], stride: 2 });
    const { head, frames } = split(out, 11 * 8 + 2 * 6 * 4);
    expect([head, frames.length, frames[0].length]).toEqual(['YUV4MPEG2 W11 H8 F30:1 Ip C420jpeg\n', 1, 136]);
  });

  test.each([
    [
      'BT.601',
      'W2 H576 C444',
      [
        [235, 128, 128],
        [16, 128, 128],
        [81, 90, 240],
        [145, 54, 34],
        [41, 240, 110],
      ],
    ],
    [
      'BT.709',
      'W2 H720 C444',
      [
        [235, 128, 128],
        [16, 128, 128],
        [63, 102, 240],
        [173, 42, 26],
        [32, 240, 118],
      ],
    ],
    [
      'BT.601, full range',
      'W2 H576 C444 XCOLORRANGE=FULL',
      [
        [255, 128, 128],
        [0, 128, 128],
        [76, 85, 255],
        [150, 44, 21],
        [29, 255, 107],
      ],
    ],
  ])('%s: white, black, red, green and blue as the standard has them', (_, head, values) => {
    const header = { ...parseY4m(`YUV4MPEG2 ${head}`), width: 5, height: 1 };
    const matrix = matrixOf(parseY4m(`YUV4MPEG2 ${head}`));
    const rgb = Uint8ClampedArray.of(255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255);
    const planes = new Uint8ClampedArray(15);
    rgbToYuv(rgb, planes, header, matrix);
    expect([0, 1, 2, 3, 4].map((i) => [planes[i], planes[5 + i], planes[10 + i]])).toEqual(values);
    const back = new Uint8ClampedArray(15);
    yuvToRgb(new Uint8Array(planes.buffer), back, header, matrix);
    for (const [i, value] of back.entries()) expect(Math.abs(value - rgb[i])).toBeLessThanOrEqual(2);
  });

  test.each([
    ['no film', 'RIFF....\n', {}, 'stdin must be a YUV4MPEG2 video'],
    ['10 bits', 'YUV4MPEG2 W4 H4 C420p10\n', {}, 'stdin is a video in C420p10'],
    ['interlaced', 'YUV4MPEG2 W4 H4 It C420\n', {}, 'stdin is interlaced'],
    ['no size', 'YUV4MPEG2 W0 H4 C420\n', {}, 'claims 0 × 4'],
    [
      'a size beyond all limits',
      'YUV4MPEG2 W100000000 H100000000 C420\n',
      {},
      'claims to have frames of 100000000 × 100000000 pixels, more than limits.pixels',
    ],
    ['a size beyond its limits', 'YUV4MPEG2 W4 H4 C420\n', { limits: { pixels: 15 } }, 'more than limits.pixels, 15'],
    ['results of 16 bits', 'YUV4MPEG2 W4 H4 Cmono\n', { output: '16bit' }, 'cannot store uint16 results'],
    ['luminance of another size', 'YUV4MPEG2 W4 H4 C420\n', { channels: 'luminance', stride: 2 }, '--channels luminance requires results with the size'],
    ['no frame', 'YUV4MPEG2 W4 H4 Cmono\nFRAM', {}, 'stdin ends within the head of a frame'],
    ['half a frame', 'YUV4MPEG2 W4 H4 Cmono\nFRAME\n1234', {}, 'stdin ends within a frame'],
  ])('%s is refused', async (_, text, flags, message) => {
    await expect(film(Buffer.from(text), { y4m: true }, { kernel: ['box'], ...flags } as FilterFlags)).rejects.toThrow(new RegExp(message));
  });
});

test('between two pipes', async () => {
  const frames = Array.from({ length: 40 }, () => bytes(64 * 48 * 3));
  const { child, ended } = program(['filter', '-', '-', '--raw', '64x48x3', '--kernel', 'sharpen', '--json', '--threads', '1'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  child.stdout?.on('data', (part: Buffer) => out.push(part));
  child.stdin?.end(joined(...frames));
  const { code, stderr } = await ended;
  expect({ code, report: JSON.parse(stderr) }).toMatchObject({ code: 0, report: { frames: 40, backend: expect.any(String) } });
  const expected = [];
  for (const data of frames) expected.push(await filtered(frame(64, 48, 3, data), 'sharpen'));
  expect(Buffer.concat(out).equals(Buffer.concat(expected))).toBe(true);
});

test.each([
  [['in.raw', 'out.raw', '--raw', '4x4x3'], '--raw requires - as input and output'],
  [['-', '-', '--raw', '4x4x3', '--y4m'], '--raw or --y4m must be set, but not both'],
  [['-', '-', '--raw', '4x4x5'], 'WIDTHxHEIGHTxCHANNELS'],
  [['-', '-', '--y4m', '--format', 'png'], '--y4m requires - as input and output'],
])('%j is refused', async (args, message) => {
  const { code, stderr } = await convlab(['filter', ...args, '--kernel', 'box']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
});

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, inject, test } from 'vitest';
import { box, createBackend, createImage, filter, type Image } from '../../src/index.js';
import { decodeImage, readImage, writeImage } from '../../src/node.js';
import { convlab as command } from './convlab.js';

const backend = await createBackend('reference');
const picture = (seed: number): Image =>
  createImage(
    9,
    7,
    3,
    Uint8ClampedArray.from({ length: 189 }, (_, i) => (i * seed * 13) % 256),
  );

let folder: string;
let out: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-'));
  out = join(folder, 'out');
  await mkdir(join(folder, 'photos', 'more'), { recursive: true });
  for (const [i, name] of ['a.png', 'b.PNG', 'more/c.png', 'more/d.bmp'].entries()) await writeImage(join(folder, 'photos', name), picture(i + 1));
  await writeFile(join(folder, 'photos', 'notes.txt'), 'no picture');
});

const convlab = (...args: string[]) => command(['filter', ...args, '--kernel', 'box', '--backend', 'reference']);

async function expectBlurred(...names: [name: string, seed: number][]) {
  for (const [name, seed] of names) expect(await readImage(join(out, name))).toEqual(await filter(picture(seed), box(), { backend }));
}

describe('--out', () => {
  test('a folder: every picture in it and below, under its name', async () => {
    const { code, stdout, stderr } = await convlab(join(folder, 'photos'), '--out', out);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expectBlurred(['a.png', 1], ['b.PNG', 2], ['more/c.png', 3], ['more/d.bmp', 4]);
    expect(stdout.match(/9 × 7, box \[3×3\] \(clamp\)/g)).toHaveLength(4);
    expect(existsSync(join(out, 'notes.txt'))).toBe(false);
  });

  test('a pattern, below its fixed part; several at once', async () => {
    expect((await convlab(join(folder, 'photos/*.png'), join(folder, 'photos/m*/*.bmp'), '--out', out)).code).toBe(0);
    await expectBlurred(['a.png', 1], ['more/d.bmp', 4]);
    expect(existsSync(join(out, 'b.PNG'))).toBe(false);
    expect(existsSync(join(out, 'more/c.png'))).toBe(false);
  });

  test('a file whose name looks like a pattern is that file', async () => {
    await writeImage(join(folder, 'a[1].png'), picture(5));
    expect((await convlab(join(folder, 'a[1].png'), '--out', out)).code).toBe(0);
    await expectBlurred(['a[1].png', 5]);
  });

  test('--format makes all results alike', async () => {
    expect((await convlab(join(folder, 'photos'), '--out', out, '--format', 'bmp')).code).toBe(0);
    await expectBlurred(['a.bmp', 1], ['more/d.bmp', 4]);
    expect((await readFile(join(out, 'a.bmp'))).toString('latin1', 0, 2)).toBe('BM');
  });

  test('--json prints one object per line', async () => {
    const { stdout } = await convlab(join(folder, 'photos'), '--out', out, '--json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.slice(0, -1).map(({ output }) => output.path)).toEqual(['a.png', 'b.PNG', 'more/c.png', 'more/d.bmp'].map((name) => join(out, name)));
    expect(lines.at(-1)).toEqual({ summary: { pictures: 4, filtered: 4, kept: 0, retried: 0, failed: 0, left: 0, milliseconds: expect.any(Number) } });
  });

  test('--dry-run says what it would do, and does nothing', async () => {
    const { code, stdout } = await convlab(join(folder, 'photos/*.png'), '--out', out, '--dry-run');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${join(folder, 'photos/a.png')} → ${join(out, 'a.png')}: box\n` });
    expect(existsSync(out)).toBe(false);
  });

  test('--dry-run finds what is wrong with the flags, and prints JSON where it is asked to', async () => {
    expect(await convlab(join(folder, 'photos'), '--out', out, '--dry-run', '--kernel', 'sharpn')).toMatchObject({ code: 2, stdout: '' });
    const { stdout } = await convlab(join(folder, 'photos/*.png'), '--out', out, '--dry-run', '--json');
    expect(JSON.parse(stdout)).toEqual({ from: join(folder, 'photos/a.png'), to: join(out, 'a.png'), kernels: ['box'] });
  });
});

describe('what fails is left out and reported', () => {
  test('the others are done, the exit code is 1, and the list says why', async () => {
    await writeFile(join(folder, 'photos', 'b2.png'), 'this is no picture');
    const { code, stdout, stderr } = await convlab(join(folder, 'photos'), join(folder, 'missing.png'), '--out', out);
    expect(code).toBe(1);
    expect(stdout.match(/box/g)).toHaveLength(4);
    expect(stderr).toContain('error: filter: 2 of 6 images failed:\n');
    expect(stderr).toContain(`  ${join(folder, 'photos', 'b2.png')}: readImage: ${join(folder, 'photos', 'b2.png')} is not an image`);
    expect(stderr).toContain(`  ${join(folder, 'missing.png')}: readImage: ${join(folder, 'missing.png')} does not exist`);
    await expectBlurred(['more/d.bmp', 4]);
  });

  test('an option that is wrong for every picture is wrong usage', async () => {
    const { code, stderr } = await convlab(join(folder, 'photos'), '--out', out, '--anchor', '9');
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'error: filter: anchor must be a cell of the kernel, 0 to 2, received 9\n' });
  });
});

describe('refused before any work', () => {
  test.each([
    ['several pictures without a folder', () => ['a.png', 'b.png', 'c.png'], 2, '--out must be a folder if there are several images'],
    ['a folder without a folder', () => [join(folder, 'photos'), out], 2, 'photos stands for several images'],
    ['a pattern without a folder', () => [join(folder, 'photos/*.png'), 'out.png'], 2, '*.png stands for several images'],
    ['two results of one name', () => [join(folder, 'photos/a.png'), join(folder, 'photos/a.png'), '--out', out], 2, 'twice'],
    ['a pattern that matches nothing', () => [join(folder, '*.gif'), '--out', out], 1, '*.gif contains no images'],
    ['no threads', () => [join(folder, 'photos'), '--out', out, '--jobs', '0'], 2, 'filter: jobs must be an integer ≥ 1, received 0'],
    ['a result without a format', () => ['missing.png', 'out.heic'], 2, 'writeImage: path must end in .png'],
    ['standard output without a format', () => ['a.png', '-'], 2, '--format must be set if the result goes to standard output'],
    ['standard input among files', () => ['-', '--out', out], 2, '--out requires files; - is one image'],
  ])('%s', async (_, args, code, message) => {
    const result = await convlab(...args());
    expect(result).toEqual({ code, stdout: '', stderr: expect.stringContaining(message) });
    expect(existsSync(out)).toBe(false);
  });
});

describe('the program itself', () => {
  const program = (args: string[], input?: Buffer) =>
    new Promise<{ code: number; stdout: Buffer; stderr: string }>((resolve) => {
      const child = execFile(process.execPath, [inject('program'), 'filter', ...args, '--kernel', 'box'], { encoding: 'buffer' }, (error, stdout, stderr) =>
        resolve({ code: error ? (error.code as unknown as number) : 0, stdout, stderr: stderr.toString() }),
      );
      child.stdin?.end(input);
    });

  test('standard input to standard output', async () => {
    const { code, stdout, stderr } = await program(['-', '-', '--format', 'bmp'], await readFile(join(folder, 'photos/a.png')));
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('-: 9 × 7, box') });
    expect(await decodeImage(stdout)).toEqual(await filter(picture(1), box(), { backend }));
  });

  test('--jobs: threads do the same, and report what failed', async () => {
    await writeFile(join(folder, 'photos', 'b2.png'), 'this is no picture');
    const { code, stdout, stderr } = await program([join(folder, 'photos'), '--out', out, '--jobs', '2', '--backend', 'reference']);
    expect(stderr).toContain('1 of 5 images failed:');
    expect(code).toBe(1);
    expect(stdout.toString().trim().split('\n')).toHaveLength(4);
    await expectBlurred(['a.png', 1], ['b.PNG', 2], ['more/c.png', 3], ['more/d.bmp', 4]);
  });

  test('--jobs: what is wrong with the flags ends all of them', async () => {
    const wrong = await program([join(folder, 'photos'), '--out', out, '--jobs', '2', '--kernel', 'sharpn']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean sharpen?') });
    const anchor = await program([join(folder, 'photos'), '--out', out, '--jobs', '2', '--anchor', '9']);
    expect(anchor).toMatchObject({ code: 2, stderr: 'error: filter: anchor must be a cell of the kernel, 0 to 2, received 9\n' });
  });
});

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createImage, formatKernel, type Image, pipeline, Random, sharpen } from '../../src/index.js';
import { decodeImage, readImage, writeImage } from '../../src/node.js';
import { convlab, words } from './convlab.js';

// Every example of docs/command-line.md is run, in the order of the page, where these files lie.
const page = await readFile('docs/command-line.md', 'utf8');
const examples = [...page.matchAll(/^convlab .*$/gm)].map(([line]) => line).filter((line) => !/^convlab train (?!--data digits)/.test(line));
const processes = examples.filter((line) => / < | --jobs /.test(line));
const here = process.cwd();

const random = new Random(3);
const noise = (width: number, height: number, channels: number): Image =>
  createImage(
    width,
    height,
    channels,
    Uint8ClampedArray.from({ length: width * height * channels }, () => random.integer(256)),
  );

beforeAll(async () => {
  process.chdir(await mkdtemp(join(tmpdir(), 'convlab-')));
  const photo = noise(24, 18, 3);
  await writeImage('photo.jpg', photo);
  const { data } = await readImage('photo.jpg');
  await writeImage(
    'eye.png',
    createImage(
      6,
      5,
      3,
      Uint8ClampedArray.from({ length: 90 }, (_, i) => data[((4 + Math.floor(i / 18)) * 24 + 7) * 3 + (i % 18)]),
    ),
  );
  await writeImage('logo.png', noise(12, 12, 4));
  await writeImage('mask.png', noise(24, 18, 1));
  for (const name of ['digit', 'a', 'b']) await writeImage(`${name}.png`, noise(28, 28, 1));
  for (const folder of ['photos', 'scans', ...['train', 'test'].flatMap((part) => ['0', '1'].map((digit) => `digits/${part}/${digit}`))]) {
    await mkdir(folder, { recursive: true });
    for (let i = 0; i < 6; i++)
      await writeImage(`${folder}/${folder[0]}${i}.${folder === 'photos' ? 'jpg' : 'png'}`, noise(28, 28, folder === 'photos' ? 3 : 1));
  }
  await writeFile('kernel.json', formatKernel({ kernel: sharpen(), bias: 3 }, 'json'));
  await writeFile('kernel.svg', formatKernel(sharpen(), 'svg'));
  await writeFile('look.json', JSON.stringify(pipeline(['box', 'sharpen'], { linear: true })));
});

afterAll(() => process.chdir(here));

describe('every example of the page does what it says', () => {
  test.each(examples.filter((line) => !processes.includes(line)))('%s', async (line) => {
    const { code, stdout, stderr } = await convlab(words(line).slice(1));
    expect({ code, error: /error/.test(stderr) && stderr }).toEqual({ code: 0, error: false });
    expect(stdout).not.toBe('');
    const [, command, , to] = words(line);
    if (command === 'filter' && !line.includes('--out ')) await readImage(to);
    if (line.startsWith('convlab match')) expect(stdout).toMatch(/[67]\.\d+ +[34]\.\d+|"x":[67]\.\d+,"y":[34]\.\d+/);
  });

  // commands that use pipes or start processes run as processes here too
  test.each(processes)('%s', async (line) => {
    const [args, from] = line.replace(/ >.*/, '').split(' < ');
    const stdout = await new Promise<Buffer>((done, failed) => {
      const child = execFile(process.execPath, [inject('program'), ...words(args).slice(1)], { encoding: 'buffer' }, (error, out) =>
        error ? failed(error) : done(out),
      );
      if (from) readFile(from).then((bytes) => child.stdin?.end(bytes));
    });
    if (from) expect(await decodeImage(stdout)).toMatchObject({ width: 24, height: 18, channels: 3 });
    else expect(stdout.toString().trim().split('\n')).toHaveLength(12);
  });
});

test('every command and every flag has its place on the page', async () => {
  const commands = [...(await convlab(['--help'])).stdout.matchAll(/^ {2}([a-z]+) (?:\[options\]|<)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help');
  expect(commands).toContain('filter');
  for (const command of commands) {
    expect(page).toMatch(new RegExp(`^## convlab .*\\b${command}\\b`, 'm'));
    for (const [, flag] of (await convlab([command, '--help'])).stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)) {
      if (flag !== '--help') expect([command, page.includes(flag) && flag]).toEqual([command, flag]);
    }
  }
});

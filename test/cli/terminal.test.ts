import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../src/cli/program.js';
import { progress } from '../../src/cli/progress.js';
import { showsColors } from '../../src/cli/terminal.js';
import { createImage } from '../../src/index.js';
import { writeImage } from '../../src/node.js';
import { convlab } from './convlab.js';

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { TERM: 'dumb' }, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [false, { FORCE_COLOR: '1' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
])('a terminal: %s, environment: %o → colors: %s', (isTTY, environment, colors) => {
  expect(showsColors({ isTTY }, environment)).toBe(colors);
});

test('help and errors are colored where colors are shown, and say the same without them', async () => {
  const printed = async (args: string[], colors?: { out: boolean; err: boolean }) => {
    const texts: string[] = [];
    const print = (text: string) => void texts.push(text);
    await run(args, { out: print, err: print, colors });
    return texts.join('');
  };
  for (const args of [['--help'], ['filter', '--help'], ['filter', '--colour'], ['flip', 'a.png', 'b.png', '--axis', 'horizontal']]) {
    const plain = await printed(args);
    const colored = await printed(args, { out: true, err: true });
    expect(plain).not.toContain('\x1b');
    expect(colored).toContain('\x1b[');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the control character is what is looked for
    expect(colored.replaceAll(/\x1b\[\d+m/g, '')).toBe(plain);
    expect(await printed(args, { out: false, err: false })).toBe(plain);
  }
});

test('--quiet leaves out reports and progress, not errors and not what was asked for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'convlab-'));
  const [picture, broken, result] = ['dot.png', 'broken.png', 'out.png'].map((name) => join(folder, name));
  await writeImage(picture, createImage(3, 3, 1));
  writeFileSync(broken, 'no picture');
  for (const command of [
    ['filter', '--kernel', 'box'],
    ['flip', '--axis', 'vertical'],
  ]) {
    expect((await convlab([...command, picture, result])).stdout).toContain('out.png: 3 × 3');
    expect(await convlab([...command, picture, result, '--quiet'])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await convlab(['-q', ...command, picture, result, '--json'])).stdout).toContain('"width":3');
    const many = await convlab(['--quiet', ...command, picture, broken, '--out', join(folder, 'all')]);
    expect(many).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('1 of 2 images failed') });
  }
});

test('the lines of a quiet training are not printed', () => {
  const lines: string[] = [];
  const terminal = { out: () => {}, err: (line: string) => void lines.push(line) };
  for (const quiet of [false, true]) {
    const bar = progress({ ...terminal, quiet }, 2, 'batches');
    bar.log(`quiet: ${quiet}`);
    bar.stop();
  }
  expect(lines.join('')).not.toContain('quiet: true');
});

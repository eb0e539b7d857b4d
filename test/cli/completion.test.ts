import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { catalogue } from '../../src/index.js';
import { convlab } from './convlab.js';

async function script(shell: string): Promise<string> {
  const { code, stdout, stderr } = await convlab(['completion', shell]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

const installed = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;

/** The completions of bash for the last word of each command line, in a folder with one image and one folder. */
async function offered(lines: readonly (readonly string[])[]): Promise<string[][]> {
  const folder = mkdtempSync(join(tmpdir(), 'convlab-'));
  writeFileSync(join(folder, 'my photo.jpg'), '');
  mkdirSync(join(folder, 'scans'));
  const word = (text: string) => `'${text}'`;
  const asks = lines.map(
    (line) => `COMP_WORDS=(convlab ${line.map(word).join(' ')}) COMP_CWORD=${line.length}; _convlab; printf '%s\\n' "\${COMPREPLY[@]}" ---`,
  );
  const program = [await script('bash'), 'complete -p convlab >&2', ...asks].join('\n');
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', program], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('complete -F _convlab convlab\n');
  return stdout
    .split('---\n')
    .slice(0, -1)
    .map((part) => part.split('\n').filter((each) => each !== ''));
}

test.skipIf(!installed('bash'))('bash completes commands, flags, words and names of files (skipped where there is no bash)', async () => {
  const cases: Record<string, [line: string[], offers: unknown]> = {
    commands: [[''], expect.arrayContaining(['filter', 'train', 'completion', 'help'])],
    'a command that is begun': [['gray'], ['grayscale']],
    'behind a flag of every command': [['--debug', 'ex'], ['explain']],
    flags: [
      ['filter', '--pad'],
      ['--padding', '--padding-mode', '--padding-value'],
    ],
    'flags of every command': [
      ['filter', '--qu'],
      ['--quality', '--quiet'],
    ],
    'no flags of other commands': [['kernels', '--back'], []],
    words: [
      ['filter', '--padding-mode', 're'],
      ['replicate', 'reflect'],
    ],
    'words behind =': [
      ['filter', '--padding-mode', '=', 're'],
      ['replicate', 'reflect'],
    ],
    'all words behind =': [
      ['train', '--net', '='],
      ['lecture', 'best'],
    ],
    kernels: [['filter', '--kernel', 'sobel'], Object.keys(catalogue).filter((name) => name.startsWith('sobel'))],
    'files for a kernel': [['filter', '-k', 'my'], ['my photo.jpg']],
    operands: [
      ['filter', ''],
      ['my photo.jpg', 'scans'],
    ],
    folders: [['filter', '--out', ''], ['scans']],
    'nothing for a number': [['filter', '--jobs', ''], []],
    shells: [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    'commands to be helped with': [['help', 'tr'], ['train']],
    'no operands where there are none': [['doctor', ''], []],
  };
  const answers = await offered(Object.values(cases).map(([line]) => line));
  const sorted = (value: unknown) => (Array.isArray(value) ? [...value].sort() : value);
  for (const [i, [name, [, offers]]] of Object.entries(cases).entries()) expect([name, sorted(answers[i])]).toEqual([name, sorted(offers)]);
});

test.each(['zsh', 'fish'])('%s has a branch for every command and a word for every choice', async (shell) => {
  const text = await script(shell);
  for (const word of ['filter', 'completion', 'padding-mode', 'replicate', 'one-cycle', 'motion-blur'])
    expect([word, text.includes(word)]).toEqual([word, true]);
});

for (const shell of ['zsh', 'fish']) {
  test.skipIf(!installed(shell))(`${shell} reads its script (skipped where there is no ${shell})`, async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'convlab-')), 'script');
    writeFileSync(file, await script(shell));
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
}

test('another shell is refused', async () => {
  expect(await convlab(['completion', 'tcsh'])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('bash, zsh, fish') });
});

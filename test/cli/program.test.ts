import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inHand, workThrough } from '../../src/cli/filter/work-through.js';
import { OPTIONAL_PACKAGES } from '../../src/kernels/backends/gpu/optional-package.js';
import { convlab } from './convlab.js';

const { version, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

test('--version loads no command', async () => {
  for (const flag of ['--version', '-V']) expect(await convlab([flag])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  expect(await convlab(['--debug', '--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
});

test('every command that the list names is found by its name', async () => {
  const { stdout } = await convlab(['--help']);
  const [, list] = stdout.split('Commands:');
  const names = [...list.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name]) => name).filter((name) => name !== 'help');
  expect(names.length).toBeGreaterThan(15);
  for (const name of names) {
    const help = await convlab([name, '--help']);
    expect({ name, code: help.code, usage: help.stdout.startsWith(`Usage: convlab ${name} `) }).toEqual({ name, code: 0, usage: true });
  }
});

test('a command that does not exist is answered with one that is meant', async () => {
  const { code, stderr } = await convlab(['filtre', 'a.png', 'b.png']);
  expect(code).toBe(2);
  expect(stderr).toContain('Did you mean filter?');
});

test('pictures that overtake others are reported in order, and a failure holds nobody up', async () => {
  const jobs = [30, 1, 10, 1, 1].map((wait, i) => ({ from: String(wait), to: `out${i}.png` }));
  const reports: string[] = [];
  let [busy, most] = [0, 0];
  const worker = async ({ from, to }: { from: string; to: string }) => {
    most = Math.max(most, ++busy);
    await new Promise((done) => setTimeout(done, Number(from)));
    busy--;
    if (to === 'out2.png') throw new Error('damaged');
    return to;
  };
  const terminal = { out: () => {}, err: () => {} };
  const work = {
    operation: 'filter',
    workers: inHand(undefined, worker),
    terminal,
    signal: new AbortController().signal,
    report: (to: string) => reports.push(to),
  };
  await expect(workThrough(jobs, work)).rejects.toThrow('1 of 5 images failed:\n  10: damaged');
  expect(reports).toEqual(['out0.png', 'out1.png', 'out3.png', 'out4.png']);
  expect(most).toBe(2);
  expect(inHand(1, worker)).toHaveLength(1);
});

test('the packages that doctor names are the peers of package.json', () => {
  expect(peerDependencies).toMatchObject(OPTIONAL_PACKAGES);
});

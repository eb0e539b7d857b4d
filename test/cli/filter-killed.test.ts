import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convlab, type Running } from '../faults/process.js';
import { convlab as inThisProcess } from './convlab.js';
import { childrenOf, filesOf, manyPictures } from './killed.js';

let folder: string;
let expected: Map<string, string>;
const COUNT = 10;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-killed-'));
  await manyPictures(join(folder, 'photos'), COUNT, 96);
  await inThisProcess(['filter', join(folder, 'photos'), '--out', join(folder, 'expected'), ...WORK]);
  expected = await filesOf(join(folder, 'expected'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Some hundred milliseconds each, so that a kill falls into it. */
const WORK = ['--kernel', 'disk:7', '--algorithm', 'direct', '--backend', 'reference', '--built-in', '--json'];
const start = (out: string, ...flags: string[]): Running =>
  convlab(['filter', join(folder, 'photos'), '--out', join(folder, out), ...WORK, '--resume', ...flags]);
const summaryOf = (stdout: string) => JSON.parse(stdout.trim().split('\n').at(-1) as string).summary;

test('a run that is killed again and again ends where one that is not does, and leaves nothing lying about', async () => {
  for (let i = 0; i < 2; i++) {
    const running = start('killed');
    await running.printed('"plan"');
    running.child.kill('SIGKILL');
    expect((await running.ended).signal).toBe('SIGKILL');
  }
  const { code, stdout } = await start('killed').ended;
  expect({ code, files: await filesOf(join(folder, 'killed')) }).toEqual({ code: 0, files: expected });
  expect(summaryOf(stdout).kept).toBeGreaterThan(0);
});

test.skipIf(process.platform !== 'linux')('pictures of a process that is killed under --jobs are tried once more', async () => {
  const running = start('child', '--jobs', '2');
  const killed: number[] = [];
  await running.printed('"plan"');
  // what a process leaves that dies while it writes any of them
  for (const name of expected.keys()) await writeFile(join(folder, 'child', `.${name}.0123456789abcdef.convlab-tmp`), '');
  while (killed.length === 0) {
    for (const pid of childrenOf(running.child.pid)) {
      process.kill(pid, 'SIGKILL');
      killed.push(pid);
    }
    await new Promise((done) => setTimeout(done, 5));
  }
  const { code, stdout, stderr } = await running.ended;
  const { filtered, retried, failed } = summaryOf(stdout);
  const lying = (await readdir(join(folder, 'child'))).filter((name) => name.endsWith('.convlab-tmp'));
  expect(lying).toHaveLength(COUNT - retried);
  for (const name of lying) await rm(join(folder, 'child', name));
  expect({ code, stderr, files: await filesOf(join(folder, 'child')) }).toEqual({ code: 0, stderr: '', files: expected });
  expect({ filtered, failed }).toEqual({ filtered: COUNT, failed: 0 });
  expect(retried).toBeGreaterThan(0);
});

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { shardOf } from '../../src/cli/many/shard.js';
import { isInShard } from '../../src/cli/many/share.js';
import { createImage } from '../../src/index.js';
import { writeImage } from '../../src/node.js';
import { convlab as command } from './convlab.js';

const NAMES = Array.from({ length: 12 }, (_, i) => `${i % 3 === 0 ? 'more/' : ''}p${i}.png`);
let folder: string;
let out: string;
const at = (name: string) => join(folder, 'photos', name);
const put = (name: string, seed: number) =>
  writeImage(
    at(name),
    createImage(
      9,
      7,
      3,
      Uint8ClampedArray.from({ length: 189 }, (_, i) => (i * seed * 13) % 256),
    ),
  );

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-shards-'));
  out = join(folder, 'out');
  await mkdir(at('more'), { recursive: true });
  for (const [i, name] of NAMES.entries()) await put(name, i + 1);
});
afterEach(() => {
  vi.unstubAllEnvs();
  return rm(folder, { recursive: true });
});

const convlab = (...args: string[]) => command(['filter', join(folder, 'photos'), '--out', out, '--json', ...args]);
const linesOf = (text: string): Record<string, never>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
/** Runs the command and returns its summary. */
async function run(...args: string[]) {
  const { code, stdout, stderr } = await convlab('--kernel', 'box', ...args);
  const { pictures, filtered, kept, failed, left, shard } = (linesOf(stdout).at(-1) as unknown as { summary: Record<string, number> }).summary;
  return { code, stderr, pictures, filtered, kept, failed, left, shard };
}
const results = async () => (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.png')).sort();

describe('--shard', () => {
  test('every picture is in one part, and stays there when others come', async () => {
    const shards = Array.from({ length: 5 }, (_, i) => ({ index: i + 1, count: 5 }));
    const sizes = shards.map((shard) => Array.from({ length: 2000 }, (_, i) => `a/${i}.png`).filter((name) => isInShard(name, shard)).length);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(2000);
    expect(Math.min(...sizes)).toBeGreaterThan(320);
    // a hash of the name: it is the same on every machine and in every version
    expect(NAMES.map((name) => shards.findIndex((shard) => isInShard(name, shard)) + 1)).toEqual([1, 3, 5, 2, 1, 4, 1, 2, 5, 3, 4, 2]);
  });

  test('the parts together are the whole, and --dry-run lists a part', async () => {
    const { stdout } = await convlab('--kernel', 'box', '--shard', '2/3', '--dry-run');
    const second = linesOf(stdout).map(({ to }) => to);
    expect((await run('--shard', '2/3')).code).toBe(0);
    expect((await results()).map((name) => join(out, name))).toEqual(second.sort());
    expect(second.length).toBeLessThan(12);
    for (const part of ['1/3', '3/3']) expect(await run('--shard', part)).toMatchObject({ code: 0, failed: 0, left: 0, shard: part });
    expect(await results()).toEqual([...NAMES].sort());
  });

  test.each([
    [{}, undefined],
    [{ SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_MIN: '5', SLURM_ARRAY_TASK_COUNT: '4' }, '3/4'],
    [{ SLURM_ARRAY_TASK_ID: '9', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_STEP: '4', SLURM_ARRAY_TASK_COUNT: '3' }, '3/3'],
    [{ JOB_COMPLETION_INDEX: '0', CONVLAB_SHARDS: '16' }, '1/16'],
    [{ AWS_BATCH_JOB_ARRAY_INDEX: '15', AWS_BATCH_JOB_ARRAY_SIZE: '16' }, '16/16'],
    [{ SLURM_ARRAY_TASK_ID: '2', SLURM_ARRAY_TASK_MIN: '0', SLURM_ARRAY_TASK_COUNT: '4', CONVLAB_SHARDS: '4' }, '3/4'],
  ])('%j is the part %s', (environment, part) => {
    const shard = shardOf(environment);
    expect(shard && `${shard.index}/${shard.count}`).toBe(part);
  });

  test.each([
    [{ JOB_COMPLETION_INDEX: '3' }, 'must be set, such as 3/16 or 1/1 for all, or set CONVLAB_SHARDS: JOB_COMPLETION_INDEX gives the part'],
    // a single task that is started again
    [{ SLURM_ARRAY_TASK_ID: '2', SLURM_ARRAY_TASK_MIN: '2', SLURM_ARRAY_TASK_COUNT: '1', CONVLAB_SHARDS: '4' }, 'this array has 1 of the 4 tasks'],
    [{ SLURM_ARRAY_TASK_ID: '9', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '3' }, 'SLURM_ARRAY_TASK_ID=9 is not one of 3 consecutive tasks'],
  ])('%j is refused', (environment, message) => {
    expect(() => shardOf(environment)).toThrow(message);
  });

  test('a scheduler is listened to, and the flag goes before it', async () => {
    vi.stubEnv('JOB_COMPLETION_INDEX', '1');
    vi.stubEnv('CONVLAB_SHARDS', '3');
    expect(await run()).toMatchObject({ shard: '2/3' });
    expect(await run('--shard', '1/1')).toMatchObject({ shard: '1/1', filtered: 12 });
  });

  test.each(['0/3', '4/3', '3', '1/0'])('%s is refused', async (part) => {
    expect(await convlab('--kernel', 'box', '--shard', part)).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('--resume', () => {
  test('does what is missing or changed, and nothing else', async () => {
    expect(await run('--resume')).toMatchObject({ code: 0, filtered: 12, kept: 0, failed: 0 });
    expect(await run('--resume')).toMatchObject({ code: 0, filtered: 0, kept: 12 });
    await put('p1.png', 99);
    await rm(join(out, 'p2.png'));
    await writeFile(join(out, 'p4.png'), 'cut off');
    await put('new.png', 4);
    expect(await run('--resume')).toMatchObject({ filtered: 4, kept: 9 });
    expect((await readFile(join(out, 'p4.png'))).length).toBeGreaterThan(50);
    // threads change no bit; the format, the option and the backend do
    expect(await run('--resume', '--threads', '1')).toMatchObject({ filtered: 0, kept: 13 });
    expect(await run('--resume', '--stride', '2')).toMatchObject({ filtered: 13, kept: 0 });
    expect(await run('--resume', '--stride', '2', '--backend', 'reference')).toMatchObject({ filtered: 13, kept: 0 });
    expect(await run('--resume', '--stride', '2', '--backend', 'reference', '--format', 'bmp')).toMatchObject({ filtered: 13, kept: 0 });
  });

  test('shards and other numbers of them know of each other', async () => {
    for (const part of ['1/3', '2/3', '3/3']) await run('--resume', '--shard', part);
    expect(await run('--resume')).toMatchObject({ filtered: 0, kept: 12 });
    expect((await run('--resume', '--shard', '1/2')).filtered).toBe(0);
  });

  test('what a kernel file holds counts, not its name', async () => {
    const kernel = join(folder, 'kernel.txt');
    await writeFile(kernel, '0 0 0\n0 1 0\n0 0 0');
    const flags = ['--resume', '--kernel', kernel];
    expect(await convlab(...flags)).toMatchObject({ code: 0 });
    expect(linesOf((await convlab(...flags)).stdout).at(-1)).toMatchObject({ summary: { kept: 12 } });
    await writeFile(kernel, '0 0 0\n0 2 0\n0 0 0');
    expect(linesOf((await convlab(...flags)).stdout).at(-1)).toMatchObject({ summary: { kept: 0, filtered: 12 } });
  });

  test('a journal that was cut off anywhere costs no result, and temporary files of what was begun go', async () => {
    await run('--resume');
    const [name] = await readdir(join(out, '.convlab'));
    const journal = join(out, '.convlab', name);
    const bytes = await readFile(journal);
    const ends = [...bytes.toString().matchAll(/"done"/g)].map(({ index }) => index);
    await writeFile(journal, bytes.subarray(0, ends[5] + 10));
    const left = join(out, '.p7.png.0123456789abcdef.convlab-tmp');
    await writeFile(left, 'of a process that was killed');
    await writeFile(join(out, '.p7.png.mine'), 'of the user');
    await writeFile(journal, `\n${'{"to":"p7.png"}\n'}{"to":"p8.`, { flag: 'a' });
    const again = await run('--resume');
    expect([again.kept, again.filtered]).toEqual([5, 7]);
    expect(existsSync(left)).toBe(false);
    expect(existsSync(join(out, '.p7.png.mine'))).toBe(true);
    expect(await run('--resume')).toMatchObject({ kept: 12 });
    expect((await readFile(journal, 'utf8')).trim().split('\n')).toHaveLength(12);
  });

  test('a picture that fails is reported in a line and tried again', async () => {
    await writeFile(at('p3.bmp'), 'no picture');
    const { stdout, code } = await convlab('--kernel', 'box', '--resume');
    expect(code).toBe(1);
    expect(linesOf(stdout)).toContainEqual(expect.objectContaining({ input: { path: at('p3.bmp') }, error: expect.objectContaining({ name: 'DataError' }) }));
    await put('p3.bmp', 3);
    expect(await run('--resume')).toMatchObject({ code: 0, filtered: 1, kept: 12 });
  });

  test('results in the place of their pictures are refused', async () => {
    const { code, stderr } = await command(['filter', join(folder, 'photos'), '--out', join(folder, 'photos'), '--kernel', 'box', '--resume']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--out would overwrite') });
  });

  test.each([[['--resume']], [['--shard', '1/2']]])('%j requires --out', async (flags) => {
    expect(await command(['filter', at('p1.png'), join(folder, 'x.png'), '--kernel', 'box', ...flags])).toMatchObject({ code: 2 });
  });
});

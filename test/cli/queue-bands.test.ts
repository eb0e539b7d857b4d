import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createImage, Random } from '../../src/index.js';
import { readImage, writeImage } from '../../src/node.js';
import { createProcessor, type PictureJob, pictureJobs } from '../../src/queue.js';
import { convlab } from './convlab.js';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const random = new Random(5);
const processor = createProcessor({ threads: 1 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-bands-'));
  const noise = (channels: number) => Uint8ClampedArray.from({ length: 16 * 1400 * channels }, () => random.integer(256));
  await writeImage(at('rgb.png'), createImage(16, 1400, 3, noise(3)));
  await writeImage(at('rgba.png'), createImage(16, 1400, 4, noise(4)));
});
afterAll(async () => {
  await processor.close();
  await rm(folder, { recursive: true });
});

const run = ({ name, data }: PictureJob) => processor({ name, data, updateProgress: async () => {} });
/** The parts in any order, then what joins them. */
async function work(job: PictureJob): Promise<void> {
  for (const part of [...(job.children ?? [])].sort(() => random.integer(3) - 1)) await run(part);
  await run(job);
}
const jobOf = async (from: string, out: string, options: object, bands = 6) =>
  (await pictureJobs([at(from)], { out: at(out), kernel: ['gaussian:2'], stream: true, bands, ...options }))[0];

test.each([
  ['a Gaussian', {}, []],
  ['another number of parts', { bands: 3 }, []],
  ['signed', { kernel: ['sobel-x'], output: 'signed' }, ['--output', 'signed']],
  ['smaller', { stride: [2, 3] }, ['--stride', '2,3']],
  ['reflected', { paddingMode: 'reflect' }, ['--padding-mode', 'reflect']],
  ['16 bits', { output: '16bit' }, ['--output', '16bit']],
  ['a region', { region: { x: 3, y: 250, width: 10, height: 900 } }, ['--region', '3,250,10,900']],
  ['two kernels', { kernel: ['gaussian:1', 'sharpen'] }, []],
  ['the definition', { backend: 'reference' }, ['--backend', 'reference']],
])('bands that are filtered apart and joined are the whole picture: %s', async (name, options, flags) => {
  const { kernel = ['gaussian:2'] } = options as { kernel?: string[] };
  const kernels = kernel.flatMap((each) => ['--kernel', each]);
  const whole = ['filter', at('rgb.png'), at(name, 'whole.png'), '--stream', '--backend', 'wasm', ...kernels, ...flags];
  await mkdir(at(name));
  expect(await convlab(whole)).toMatchObject({ code: 0, stderr: '' });
  const job = await jobOf('rgb.png', name, options);
  expect(job.children?.length).toBeGreaterThan(1);
  await work(job);
  // the samples: rows are packed into as many chunks as the packer gives in time
  expect((await readImage(at(name, 'rgb.png'))).data).toEqual((await readImage(at(name, 'whole.png'))).data);
  expect(await readdir(at(name, '.convlab'))).toEqual([]);
});

test('a join that was killed after it wrote the result, at whichever moment, is done again', async () => {
  const job = await jobOf('rgb.png', 'again', {});
  await work(job);
  const result = await readFile(at('again', 'rgb.png'));
  // its parts are gone
  await run(job);
  // some of them are left
  const parts = at('again', '.convlab', job.opts.jobId);
  await mkdir(parts);
  await writeFile(join(parts, 'joined'), '');
  await writeFile(join(parts, '0.raw'), '');
  await run(job);
  expect({ same: (await readFile(at('again', 'rgb.png'))).equals(result), left: existsSync(parts) }).toEqual({ same: true, left: false });
});

test('a part that is cut off or missing is no result', async () => {
  const job = await jobOf('rgb.png', 'missing', {});
  const [first, ...others] = job.children ?? [];
  for (const part of others) await run(part);
  await expect(run(job)).rejects.toThrow(/0\.raw does not exist/);
  await run(first);
  await writeFile(at('missing', '.convlab', job.opts.jobId, '0.raw'), 'cut off');
  await expect(run(job)).rejects.toThrow(/0\.raw must have 11520 bytes \(240 rows\), but has 7/);
  expect(existsSync(at('missing', 'rgb.png'))).toBe(false);
});

test.each([
  ['what is spread over black to white', 'rgb.png', { output: 'normalize' }],
  ['transparency', 'rgba.png', {}],
  ['an operation', 'rgb.png', { kernel: ['canny'], stream: undefined }],
])('%s is one job', async (_, from, options) => {
  const job = await jobOf(from, 'one', options);
  expect([job.name, job.children]).toEqual(['filter', undefined]);
});

test('ids follow from the picture, the filter and the result', async () => {
  const ids = async (options: object, out = 'ids') => (await jobOf('rgb.png', out, options)).opts.jobId;
  const id = await ids({});
  expect(await ids({})).toBe(id);
  for (const other of [await ids({ stride: 2 }), await ids({}, 'elsewhere'), await ids({ backend: 'reference' })]) expect(other).not.toBe(id);
  expect(await ids({ threads: 1 })).toBe(id);
});

test('what is wrong with options fails a job for good', async () => {
  const job = { ...(await jobOf('rgb.png', 'wrong', {}, 1)), name: 'other' };
  await expect(run(job)).rejects.toMatchObject({ name: 'UnrecoverableError', message: expect.stringContaining("must be named 'filter', 'band' or 'join'") });
  await expect(run({ ...job, name: 'filter', data: { job: { from: '-', to: 'x' } } })).rejects.toThrow('must name an image and its result');
  await expect(pictureJobs([at('rgb.png')], { out: at('x'), kernel: ['box'], strid: 2 })).rejects.toThrow('did you mean stride?');
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { putStream, S3Object } from '../../src/cli/s3/s3-objects.js';
import { convlab } from '../cli/convlab.js';
import { manyPictures } from '../cli/killed.js';

// The requests of test/cli/s3, sent to a third-party server instead of a bucket in memory. Only the bucket in memory
// checks version 4 signatures.

let folder: string;
let server: { run(): Promise<{ port: number }>; close(): Promise<void> };
const at = (key: string) => `s3://photos/${key}`;
const filter = (...args: string[]) => convlab(['filter', ...args, '--kernel', 'box', '--built-in']);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-s3rver-'));
  const S3rver = createRequire(resolve('test/servers/here.js'))('s3rver');
  server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory: join(folder, 'buckets'), configureBuckets: [{ name: 'photos' }] });
  const { port } = await server.run();
  const environment = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER', AWS_REGION: 'us-east-1', AWS_SESSION_TOKEN: '' };
  for (const [name, value] of Object.entries({ ...environment, AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` })) vi.stubEnv(name, value);
  await manyPictures(join(folder, 'photos'), 12, 24);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server?.close();
  await rm(folder, { recursive: true });
});

test('pictures go to a bucket, from one key to another and back, with the bytes of files', async () => {
  expect(await filter(join(folder, 'photos'), '--out', at('in/a b+c'))).toMatchObject({ code: 0 });
  const run = () => filter(at('in/'), '--out', at('out'), '--resume', '--json');
  expect((await run()).stdout).toContain('"filtered":12,"kept":0');
  expect((await run()).stdout).toContain('"filtered":0,"kept":12');
  expect(await filter(at('out/**/*.png'), '--out', join(folder, 'back'))).toMatchObject({ code: 0 });
  let from = join(folder, 'photos');
  for (const step of ['one', 'two', 'three']) {
    expect(await filter(from, '--out', join(folder, step))).toMatchObject({ code: 0 });
    from = join(folder, step);
  }
  for (const name of ['0000.png', '0011.png']) expect(await readFile(join(folder, 'back', 'a b+c', name))).toEqual(await readFile(join(folder, 'three', name)));
});

test('what is long goes in parts', async () => {
  const large = Buffer.alloc(40 * 2 ** 20, 'large');
  await putStream(
    'filter',
    at('large.bin'),
    (async function* () {
      yield large;
    })(),
  );
  expect(Buffer.compare(await (await S3Object.open('filter', at('large.bin'))).read(), large)).toBe(0);
});

test('a key that it does not know is refused', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'other');
  const { code, stderr } = await filter(at('in/a b+c/0000.png'), at('x.png'));
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/403 InvalidAccessKeyId/) });
});

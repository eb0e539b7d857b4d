import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { putStream, S3Object } from '../../../src/cli/s3/s3-objects.js';
import { createImage, Random } from '../../../src/index.js';
import { encodeImage } from '../../../src/node.js';
import { convlab } from '../convlab.js';
import { BUCKET, KEYS, type S3Server, signatureOf, startS3 } from './s3-server.js';

let server: S3Server;
let folder: string;
const NAMES = ['a.png', 'b/c d+e.png', "b/ü'(1)*.png", 'b/d.png', 'b/e.PNG', 'b/f.png', 'g.png'];
let picture: Uint8Array;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-s3-'));
  const random = new Random(1);
  picture = await encodeImage(
    createImage(
      24,
      18,
      3,
      Uint8ClampedArray.from({ length: 1296 }, () => random.integer(256)),
    ),
    'png',
  );
  await writeFile(join(folder, 'a.png'), picture);
  expect(await convlab(['filter', join(folder, 'a.png'), join(folder, 'box.png'), '--kernel', 'box', '--built-in'])).toMatchObject({ code: 0 });
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  server = await startS3();
  for (const [name, value] of Object.entries({ ...KEYS, AWS_ENDPOINT_URL_S3: server.endpoint, AWS_SESSION_TOKEN: '' })) vi.stubEnv(name, value);
  for (const name of NAMES) put(`in/${name}`, picture);
  put('in/notes.txt', Buffer.from('no picture'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const put = (key: string, bytes: Uint8Array) =>
  server.objects.set(key, { bytes: Buffer.from(bytes), headers: {}, etag: `"${key}${bytes.length}${bytes[99]}"` });
const at = (key: string) => `s3://${BUCKET}/${key}`;
const box = () => readFile(join(folder, 'box.png'));
const made = (prefix: string) => [...server.objects.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
const filter = (...args: string[]) => convlab(['filter', ...args, '--kernel', 'box', '--built-in']);
/** The summary of a run on the folder. */
async function summary(...args: string[]) {
  const { code, stdout } = await filter(at('in'), '--out', at('out'), '--json', ...args);
  const { filtered, kept } = JSON.parse(stdout.trim().split('\n').at(-1) as string).summary;
  return { code, filtered, kept };
}

test("the server's signatures are those of Amazon's example (Signature Calculations: GET Object)", () => {
  const headers = {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'x-amz-date': '20130524T000000Z',
  };
  const request = { method: 'GET', url: '/test.txt', headers, signed: Object.keys(headers).join(';'), day: '20130524', region: 'us-east-1' };
  expect(signatureOf(request, 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY')).toBe('f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41');
});

describe('objects instead of files', () => {
  test('one picture to another, in two requests', async () => {
    expect(await filter(at('in/a.png'), at('out/x & y.png'))).toMatchObject({ code: 0, stderr: '' });
    expect(server.objects.get('out/x & y.png')?.bytes).toEqual(await box());
    expect(server.objects.get('out/x & y.png')?.headers).toEqual({ 'content-type': 'image/png' });
    expect(server.log.map((line) => line.split(' ')[0])).toEqual(['GET', 'PUT']);
    expect(await filter(at("in/b/ü'(1)*.png"), at("ü'(1)*.png"))).toMatchObject({ code: 0, stderr: '' });
    expect(server.objects.get("ü'(1)*.png")?.bytes).toEqual(await box());
  });

  test.each([
    ['a prefix', 'in', NAMES],
    ['a folder', 'in/', NAMES],
    ['a pattern', 'in/b/*.png', ['c d+e.png', "ü'(1)*.png", 'd.png', 'f.png']],
    ['a pattern over folders', 'in/**/{a,d}.png', ['a.png', 'b/d.png']],
  ])('%s, over all pages of its listing', async (_, path, names) => {
    expect(await filter(at(path), '--out', at('out'))).toMatchObject({ code: 0 });
    expect(made('out/').sort()).toEqual([...names].sort());
    for (const name of names) expect(server.objects.get(`out/${name}`)?.bytes).toEqual(await box());
  });

  test('from a bucket into a folder, from files into a bucket, and by processes', async () => {
    expect(await filter(at('in/b/*.png'), '--out', join(folder, 'there'))).toMatchObject({ code: 0 });
    expect((await readdir(join(folder, 'there'))).sort()).toEqual(['c d+e.png', 'd.png', 'f.png', "ü'(1)*.png"]);
    expect(await filter(join(folder, 'there'), '--out', at('back/'))).toMatchObject({ code: 0 });
    expect(made('back/').length).toBe(4);
  });

  test('other commands too', async () => {
    expect(await convlab(['flip', at('in/a.png'), at('flipped.png'), '--axis', 'horizontal'])).toMatchObject({ code: 0 });
    expect(server.objects.get('flipped.png')?.bytes.length).toBeGreaterThan(100);
  });

  test('row by row, PNM and PNG', async () => {
    await filter(join(folder, 'a.png'), join(folder, 'box.ppm'));
    expect(await filter(at('in/a.png'), at('box.ppm'))).toMatchObject({ code: 0 });
    expect(server.objects.get('box.ppm')?.bytes).toEqual(await readFile(join(folder, 'box.ppm')));
    put('noise.ppm', server.objects.get('box.ppm')?.bytes as Buffer);
    expect(await filter(at('noise.ppm'), at('twice.png'), '--output', 'normalize')).toMatchObject({ code: 0 });
    expect(await filter(join(folder, 'box.ppm'), join(folder, 'twice.png'), '--output', 'normalize')).toMatchObject({ code: 0 });
    expect(server.objects.get('twice.png')?.bytes).toEqual(await readFile(join(folder, 'twice.png')));
  });

  test('results among the pictures are no pictures', async () => {
    for (let i = 0; i < 2; i++) expect((await filter(at('in/'), '--out', at('in/done'))).code).toBe(0);
    expect(made('in/done/').sort()).toEqual([...NAMES].sort());
    expect(await filter(at('in/'), '--out', at('in'))).toMatchObject({ code: 2, stderr: expect.stringContaining('would overwrite s3://photos/in/a.png') });
  });
});

describe('--resume and --shard', () => {
  test('what is missing or changed is done, and each result keeps its hash', async () => {
    expect(await summary('--resume')).toEqual({ code: 0, filtered: 7, kept: 0 });
    expect(await summary('--resume')).toEqual({ code: 0, filtered: 0, kept: 7 });
    server.objects.delete('out/a.png');
    put('in/g.png', await box());
    put('out/b/d.png', Buffer.from('of somebody else'));
    expect(await summary('--resume')).toEqual({ code: 0, filtered: 3, kept: 4 });
    expect(await summary('--resume', '--stride', '2')).toEqual({ code: 0, filtered: 7, kept: 0 });
    expect(made('out/').length).toBe(7);
  });

  test('shards of it are those of a folder', async () => {
    const parts = await Promise.all(['1/3', '2/3', '3/3'].map((part) => summary('--resume', '--shard', part)));
    expect(parts.reduce((sum, { filtered }) => sum + filtered, 0)).toBe(7);
    expect(await summary('--resume')).toEqual({ code: 0, filtered: 0, kept: 7 });
  });
});

describe('what goes wrong', () => {
  test('an overloaded server and broken connections are asked again', async () => {
    server.failures.push(503, 0, 429, 500);
    expect(await filter(at('in/a.png'), at('out.png'))).toMatchObject({ code: 0 });
    expect(server.objects.get('out.png')?.bytes).toEqual(await box());
    expect(server.log.length).toBe(6);
  });

  test.each([
    ['no object', {}, 'in/none.png', /s3:\/\/photos\/in\/none\.png cannot be read: 404 NoSuchKey \(as the test wants it\); the object does not exist/],
    ['no key', { AWS_ACCESS_KEY_ID: 'OTHER' }, 'in/a.png', /403 InvalidAccessKeyId .*check AWS_ACCESS_KEY_ID/],
    ['a wrong key', { AWS_SECRET_ACCESS_KEY: 'other' }, 'in/a.png', /403 SignatureDoesNotMatch .*check AWS_SECRET_ACCESS_KEY/],
    ['another region', { AWS_REGION: 'us-west-2' }, 'in/a.png', /check AWS_REGION/],
    [
      'no server',
      { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '2' },
      'in/a.png',
      /http:\/\/127\.0\.0\.1:9 was tried 2 times .*check AWS_ENDPOINT_URL_S3/,
    ],
    ['no credentials', { AWS_ACCESS_KEY_ID: '' }, 'in/a.png', /S3 requires AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/],
    ['no picture', {}, 'nothing/', /the folder s3:\/\/photos\/nothing\/ contains no images/],
    ['a way up', {}, 'in/../a.png', /must not contain the path segments \. or \.\./],
  ])('%s is said, with what to check', async (_, environment, path, message) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const { code, stderr } = await filter(at(path), '--out', at('out'));
    expect(stderr).toMatch(message);
    expect(code).not.toBe(0);
    expect(made('out')).toEqual([]);
  });

  test('a server that stays overloaded is given up, and said to be', async () => {
    vi.stubEnv('AWS_MAX_ATTEMPTS', '3');
    server.failures.push(503, 503, 503);
    expect((await filter(at('in/a.png'), at('out.png'))).stderr).toMatch(/503 SlowDown .*the server responded like this 3 times; try again later/);
  });

  test('the role of a container is asked for keys', async () => {
    const { createServer } = await import('node:http');
    const keys = { AccessKeyId: KEYS.AWS_ACCESS_KEY_ID, SecretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY, Token: 'session', Expiration: '2999-01-01T00:00:00Z' };
    const asked: unknown[] = [];
    const role = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.end(JSON.stringify(keys));
    }).listen(0, '127.0.0.1');
    await new Promise((done) => role.on('listening', done));
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `http://127.0.0.1:${(role.address() as { port: number }).port}/keys`);
    vi.stubEnv('AWS_CONTAINER_AUTHORIZATION_TOKEN', 'let me in');
    expect(await filter(at('in/a.png'), at('out.png'))).toMatchObject({ code: 0 });
    expect(asked).toEqual(['let me in']);
    role.closeAllConnections();
    role.close();
  });
});

describe('large objects', () => {
  const large = Buffer.alloc(40 * 2 ** 20, 'large');
  async function* parts(until = large.length) {
    for (let at = 0; at < until; at += 2 ** 22) yield large.subarray(at, Math.min(until, at + 2 ** 22));
    if (until < large.length) throw new Error('broken off');
  }

  test('are written in parts, and read in pieces', async () => {
    await putStream('filter', at('large.bin'), parts(), { hash: 'abc' });
    expect(server.log.filter((line) => line.startsWith('PUT')).length).toBe(3);
    expect(server.objects.get('large.bin')?.headers['x-amz-meta-convlab-hash']).toBe('abc');
    const object = await S3Object.open('filter', at('large.bin'));
    server.failures.push(0, 503);
    expect(Buffer.compare(await object.read(), large)).toBe(0);
    put('large.bin', large);
    await expect(object.read()).rejects.toThrow('s3://photos/large.bin was replaced while it was read');
  });

  test('of which one part fails are given up', async () => {
    await expect(putStream('filter', at('large.bin'), parts(36 * 2 ** 20))).rejects.toThrow('broken off');
    expect({ uploads: server.uploads.size, there: server.objects.has('large.bin') }).toEqual({ uploads: 0, there: false });
  });
});

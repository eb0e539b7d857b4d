import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type DigitOptions, type DigitSet, loadDigits } from '../../src/data/files/digit-set.js';
import { type ConvlabError, DataError, normalize, tensor, toTensor, UnsupportedError } from '../../src/index.js';
import { idx } from './idx-bytes.js';

// A data set of MNIST's form with three images of 2 × 2, and one to test with.
const pictures = idx(8, [3, 2, 2], Uint8Array.of(0, 51, 102, 153, 204, 255, 0, 0, 0, 0, 0, 255));
const labels = idx(8, [3], Uint8Array.of(2, 0, 1));
const testPictures = idx(8, [1, 2, 2], Uint8Array.of(255, 0, 0, 0));
const testLabels = idx(8, [1], Uint8Array.of(1));

const described = (name: string, shape: number[], bytes: Uint8Array) => ({ name, shape, sha256: createHash('sha256').update(bytes).digest('hex') });
const tiny = (more: Partial<DigitSet> = {}): DigitSet => ({
  operation: 'tiny',
  folder: 'tiny-set',
  torchvision: 'Tiny/raw',
  installed: () => [],
  mirrors: [],
  train: { images: described('train-images', [3, 2, 2], pictures), labels: described('train-labels', [3], labels) },
  test: { images: described('test-images', [1, 2, 2], testPictures), labels: described('test-labels', [1], testLabels) },
  ...more,
});

let folder: string;
let cache: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-digits-'));
  cache = join(folder, 'cache');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function put(files: Record<string, Uint8Array>): Promise<string> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  return folder;
}

const load = (options: DigitOptions = {}, set: DigitSet = tiny()) => loadDigits(set, { cache, ...options });
const expected = {
  x: tensor([0, 0.2, 0.4, 0.6, 0.8, 1, 0, 0, 0, 0, 0, 1], [3, 1, 2, 2]),
  y: Int32Array.of(2, 0, 1),
};
const all = { 'train-images': pictures, 'train-labels': labels };

test.each<[string, Record<string, Uint8Array>]>([
  ['as they are', all],
  ['packed', { 'train-images.gz': gzipSync(pictures), 'train-labels.gz': gzipSync(labels) }],
  ['where torchvision leaves them', { 'Tiny/raw/train-images': pictures, 'Tiny/raw/train-labels': labels }],
])('from a root, %s', async (_, files) => {
  const dataset = await load({ root: await put(files) });
  expect(dataset.length).toBe(3);
  expect(dataset.batch([0, 1, 2])).toEqual(expected);
});

test('the test set', async () => {
  const dataset = await load({ root: await put({ 'test-images': testPictures, 'test-labels': testLabels }), train: false });
  expect(dataset.at(0)).toEqual({ x: tensor([1, 0, 0, 0], [1, 2, 2]), y: 1 });
});

test('from the cache, by default in XDG_CACHE_HOME', async () => {
  await put({ 'xdg/convlab/tiny-set/train-images': pictures, 'xdg/convlab/tiny-set/train-labels': labels });
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'xdg'));
  expect((await loadDigits(tiny(), {})).batch([0, 1, 2])).toEqual(expected);
  expect((await load({ cache: join(folder, 'xdg/convlab') })).length).toBe(3);
});

test('from a package, and from each place as much as it has, root first', async () => {
  const other = idx(8, [3], Uint8Array.of(1, 1, 1));
  await put({ 'package/train-images': pictures, 'package/train-labels': labels, 'root/train-labels': other });
  const set = tiny({ installed: () => [join(folder, 'package')] });
  expect((await load({}, set)).batch([0, 1, 2])).toEqual(expected);
  const mine = { ...set, train: { ...set.train, labels: described('train-labels', [3], other) } };
  expect((await load({ root: join(folder, 'root') }, mine)).batch([0, 1, 2]).y).toEqual(Int32Array.of(1, 1, 1));
});

test('a transform is applied once to every picture', async () => {
  const seen: unknown[] = [];
  const dataset = await load({
    root: await put(all),
    transform: (picture) => {
      seen.push(picture);
      return normalize(0.5, 0.5)(toTensor(picture));
    },
  });
  expect(dataset.batch([2, 1]).x).toEqual(tensor([-1, -1, -1, 1, 0.6, 1, -1, -1].map(Math.fround), [2, 1, 2, 2]));
  expect(dataset.at(0).x).toEqual(normalize(0.5, 0.5)(tensor([0, 0.2, 0.4, 0.6], [1, 2, 2])));
  expect(seen.length).toBe(3);
  expect(seen[1]).toEqual({ width: 2, height: 2, channels: 1, data: Uint8ClampedArray.of(204, 255, 0, 0) });
});

test.each<[string, DigitOptions, string]>([
  ['a transform to no tensor', { transform: () => 1 as never }, 'tiny: transform must return a tensor, received 1'],
  [
    'a transform to many shapes',
    { transform: ({ data }) => tensor([...data].filter((value) => value > 0)) },
    'tiny: transform must return equal shapes, received [3] and, for image 1, [2]',
  ],
  ['an unknown option', { split: 'train' } as never, 'tiny: split is not an option; the options are train, transform, root, download'],
  ['a set by name', { train: 'test' as never }, 'tiny: train must be true or false, received "test"'],
  ['a transform by name', { transform: 'toTensor' as never }, 'tiny: transform must be a function, received "toTensor"'],
  ['one mirror', { mirrors: 'https://example.org' as never }, 'tiny: mirrors must be a list of addresses'],
  ['a download by name', { download: 'no' as never }, 'tiny: download must be true or false'],
])('%s is refused', async (_, options, message) => {
  await expect(load({ root: await put(all), ...options })).rejects.toThrow(message);
});

const changed = Buffer.from(pictures);
changed[20] ^= 1;
const broken: [string, Uint8Array, string][] = [
  ['cut off', pictures.subarray(0, -1), 'is truncated: a header of 16 bytes and the values [3, 2, 2] require 28 bytes, received 27'],
  ['too long', Buffer.concat([pictures, Buffer.of(0)]), 'has data after its values'],
  ['empty', Buffer.of(), 'is not an IDX file'],
  ['something else', Buffer.from('<html>not found</html>'), 'is not an IDX file'],
  ['changed by one bit', changed, 'is damaged or a different file: the SHA-256 of train-images must be'],
  ['the labels', labels, 'must contain [3, 2, 2] values (train-images), received [3]'],
  ['the test set', testPictures, 'must contain [3, 2, 2] values (train-images), received [1, 2, 2]'],
  ['packed and cut off', gzipSync(pictures).subarray(0, -5), 'cannot be decompressed: unexpected end of file'],
  ['packed and far too long', gzipSync(idx(8, [4e6], new Uint8Array(4e6))), 'claims to decompress to 4000008 bytes, but can have at most 28'],
];

test.each(broken)('a file in the root that is %s is refused and named, and nothing else is tried', async (_, bytes, message) => {
  const root = await put({ ...all, 'train-images': bytes, 'package/train-images': pictures });
  const loading = load({ root }, tiny({ installed: () => [join(folder, 'package')] }));
  await expect(loading).rejects.toThrow(DataError);
  await expect(loading).rejects.toThrow(`${join(root, 'train-images')} ${message}`);
});

test('a file that cannot be read is named', async () => {
  const root = await put({ 'train-images/inside': pictures, 'train-labels': labels });
  await expect(load({ root })).rejects.toThrow(`${join(root, 'train-images')} cannot be read: EISDIR`);
});

test('without download, the places that were looked into are named', async () => {
  const loading = load({ root: folder, download: false });
  await expect(loading).rejects.toThrow(UnsupportedError);
  const places = [folder, join(folder, 'Tiny/raw'), join(cache, 'tiny-set')].join(', ');
  await expect(loading).rejects.toThrow(`in ${places}, and downloading is not allowed`);
});

let server: Server;
let address: string;
/** an address without a server */
let nobody: string;
async function listen(server: Server): Promise<string> {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

let served: Record<string, Uint8Array | number | 'hang'> = {};
let requests: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request.url as string);
    const answer = served[request.url as string] ?? 404;
    if (answer === 'hang') return;
    if (typeof answer === 'number') response.writeHead(answer).end();
    else response.end(answer);
  });
  const closed = createServer();
  nobody = await listen(closed);
  await new Promise((done) => closed.close(done));
  address = await listen(server);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = [];
  served = { '/good/train-images.gz': gzipSync(pictures), '/good/train-labels.gz': gzipSync(labels) };
});

test('what is found nowhere is fetched, kept unpacked, and not fetched again', async () => {
  const mirrors = [`${address}/good/`];
  expect((await load({ mirrors })).batch([0, 1, 2])).toEqual(expected);
  expect(requests.sort()).toEqual(['/good/train-images.gz', '/good/train-labels.gz']);
  expect((await readdir(join(cache, 'tiny-set'))).sort()).toEqual(['train-images', 'train-labels']);
  expect(await readFile(join(cache, 'tiny-set/train-images'))).toEqual(pictures);
  expect((await load({ mirrors: [], download: false })).batch([0, 1, 2])).toEqual(expected);
  expect(requests.length).toBe(2);
});

test("the set's own mirrors are the default, tried in order until one has the file", async () => {
  const set = tiny({ mirrors: [`${address}/first`, nobody, `${address}/good`] });
  expect((await load({}, set)).batch([0, 1, 2])).toEqual(expected);
  expect(requests.sort()).toEqual(['/first/train-images.gz', '/first/train-labels.gz', '/good/train-images.gz', '/good/train-labels.gz']);
});

test('a mirror with a broken file is passed over, and the file is not kept', async () => {
  served['/bad/train-images.gz'] = gzipSync(changed);
  served['/bad/train-labels.gz'] = gzipSync(labels);
  const loading = load({ mirrors: [`${address}/bad`, `${address}/gone`] });
  await expect(loading).rejects.toThrow(DataError);
  await expect(loading).rejects.toThrow(
    /tiny: train-images was not found and could not be downloaded: \S+\/bad\/train-images.gz is damaged or a different file: .*; \S+\/gone\/train-images.gz: HTTP status 404/,
  );
  await vi.waitFor(async () => expect(await readdir(join(cache, 'tiny-set'))).toEqual(['train-labels']));
  expect((await load({ mirrors: [`${address}/bad`, `${address}/good`] })).batch([0, 1, 2])).toEqual(expected);
});

test.each(broken)('a file from a mirror that is %s is refused and not kept', async (_, bytes, message) => {
  served['/bad/train-images.gz'] = bytes;
  const error = await load({ mirrors: [`${address}/bad`], root: await put({ 'train-labels': labels }) }).catch((error) => error);
  expect(error).toBeInstanceOf(DataError);
  expect(error.message).toContain(`${address}/bad/train-images.gz ${message}`);
  await expect(readdir(cache)).rejects.toThrow('ENOENT');
});

test('a mirror that does not stop sending is stopped', async () => {
  served['/bad/train-images.gz'] = new Uint8Array(1e6);
  const loading = load({ mirrors: [`${address}/bad`], root: await put({ 'train-labels': labels }) });
  await expect(loading).rejects.toThrow('/bad/train-images.gz sent more than 65564 bytes');
});

test('when no mirror answers, the reasons are given', async () => {
  const loading = load({ mirrors: [nobody, `${address}/gone`] });
  await expect(loading).rejects.toThrow(UnsupportedError);
  await expect(loading).rejects.toThrow(/http:\S+\/train-\w+\.gz: .*ECONNREFUSED.*; .*HTTP status 404/);
  await expect(load({ mirrors: [] })).rejects.toThrow('could not be downloaded: there are no mirrors');
});

test('fetching is canceled by a signal', async () => {
  served['/slow/train-images.gz'] = 'hang';
  served['/slow/train-labels.gz'] = 'hang';
  const controller = new AbortController();
  const loading = load({ mirrors: [`${address}/slow`, `${address}/good`], signal: controller.signal });
  const settled = expect(loading).rejects.toThrow('enough');
  await vi.waitFor(() => expect(requests.length).toBe(2));
  controller.abort(new Error('enough'));
  await settled;
  expect(requests.length).toBe(2);
});

test('a cache that cannot be written is no silent loss', async () => {
  await put({ cache: Buffer.from('a file where the folder should be') });
  const error = await load({ mirrors: [`${address}/good`] }).catch((error) => error);
  expect(error).toBeInstanceOf(UnsupportedError);
  expect((error as ConvlabError).message).toMatch(/tiny: cannot write .*train-\w+: .*; set the option cache to another folder/);
});

import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as zarr from 'zarrita';
import { FolderStore } from '../../src/data/files/zarr/folder-store.js';
import { Random } from '../../src/index.js';
import { filterVolume } from '../../src/node.js';
import { convlab } from '../faults/process.js';

let folder: string;
let expected: Map<string, Buffer>;
const at = (name: string) => join(folder, name);
/** of several blocks */
const SHAPE = [70, 560, 500];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convlab-volume-killed-'));
  const random = new Random(5);
  const data = Float32Array.from({ length: 70 * 560 * 500 }, () => random.uniform());
  const store = new FolderStore('test', at('in.zarr'));
  const array = await zarr.create(store, { shape: SHAPE, chunkShape: [35, 280, 250], dtype: 'float32', codecs: [], fillValue: 0 });
  await zarr.set(array, null, { data, shape: SHAPE, stride: [560 * 500, 500, 1] });
  await filterVolume(at('in.zarr'), at('expected.zarr'), 'gaussian3d:1.5');
  expected = await contentsOf('expected.zarr');
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

async function filesIn(name: string): Promise<string[]> {
  const entries = await readdir(at(name), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name: file }) => join(parentPath, file));
}
async function contentsOf(name: string): Promise<Map<string, Buffer>> {
  const files = (await filesIn(name)).sort();
  return new Map(await Promise.all(files.map(async (path) => [path.slice(at(name).length), await readFile(path)] as const)));
}

/** Kills a run while it writes a chunk, after some others. @returns the temporary files that it leaves */
async function killedAfter(to: string, chunks: number): Promise<readonly string[]> {
  const { child, ended } = convlab(['filter', at('in.zarr'), at(to), '--kernel', 'gaussian3d:1.5', '--resume', '--backend', 'wasm']);
  const isTemporary = (path: string) => path.endsWith('.convlab-tmp') && path.includes(join('c', ''));
  for (;;) {
    const files = await filesIn(`.${to}.convlab-part`);
    const whole = files.filter((path) => /[/\\]c[/\\]\d+[/\\]\d+[/\\]\d+$/.test(path)).length;
    if (whole >= chunks && files.some(isTemporary)) child.kill('SIGKILL');
    if (child.exitCode !== null || child.signalCode !== null) break;
    await new Promise((done) => setTimeout(done, 1));
  }
  expect((await ended).signal).toBe('SIGKILL');
  return (await filesIn(`.${to}.convlab-part`)).filter(isTemporary);
}

test('a volume whose run is killed while it writes is right after the next run, and no temporary file is left', async () => {
  const left: string[] = [];
  for (const chunks of [0, 30, 60]) left.push(...(await killedAfter('out.zarr', chunks)));
  expect(left).not.toEqual([]);
  expect(existsSync(at('out.zarr'))).toBe(false);
  const { code, stdout } = await convlab(['filter', at('in.zarr'), at('out.zarr'), '--kernel', 'gaussian3d:1.5', '--resume', '--backend', 'wasm', '--json'])
    .ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout).blocks.kept).toBeGreaterThan(0);
  const received = await contentsOf('out.zarr');
  expect([...received.keys()]).toEqual([...expected.keys()]);
  for (const [name, content] of expected) expect(received.get(name)?.equals(content), name).toBe(true);
  expect((await readdir(folder)).sort()).toEqual(['expected.zarr', 'in.zarr', 'out.zarr']);
});

import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as zarr from 'zarrita';
import { FolderStore } from '../../src/data/files/zarr/folder-store.js';
import { filterTensor, gaussian3d, Random } from '../../src/index.js';
import { CONVLAB, checkBuilt, measured, scaleFolder, tell } from './program.js';

// Peak memory and CPU time of a volume of floats larger than memory under a 3-D Gaussian, from Zarr to Zarr. `volume [side] [chunk]`

/** Up to here the whole volume is filtered as well, and compared. */
const COMPARED = 400;

export async function measureVolume([side = '1024', chunk = '64']: readonly string[]): Promise<void> {
  checkBuilt();
  const n = Number(side);
  const folder = scaleFolder();
  try {
    const [from, to] = ['volume.zarr', 'soft.zarr'].map((name) => join(folder, name));
    await write(from, n, Number(chunk));
    console.log(`${n} × ${n} × ${n} floats, chunks of ${chunk}³`);
    tell('gaussian3d:2', measured(folder, [CONVLAB, 'filter', from, to, '--kernel', 'gaussian3d:2']));
    if (n > COMPARED) return;
    const { data } = await filterTensor({ shape: [n, n, n], data: await read(from) }, gaussian3d(2));
    const digests = [data, await read(to)].map((each) => createHash('md5').update(each).digest('hex'));
    if (digests[0] !== digests[1]) throw new Error(digests.join(' is not '));
    console.log(`md5 ${digests[0]}, as that of the whole volume`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Slabs of noise, as deep as the chunks. */
async function write(path: string, n: number, chunk: number): Promise<void> {
  const array = await zarr.create(new FolderStore('scale', path), {
    shape: [n, n, n],
    chunkShape: [chunk, chunk, chunk],
    dtype: 'float32',
    codecs: [],
    fillValue: 0,
  });
  const random = new Random(1);
  const noise = Float32Array.from({ length: 2 ** 20 + 1 }, () => random.uniform(-1, 1));
  for (let z = 0; z < n; z += chunk) {
    const depth = Math.min(chunk, n - z);
    const data = new Float32Array(depth * n * n);
    for (let at = 0; at < data.length; at += noise.length) data.set(noise.subarray(0, Math.min(noise.length, data.length - at)), at);
    await zarr.set(array, [zarr.slice(z, z + depth), null, null], { data, shape: [depth, n, n], stride: [n * n, n, 1] });
  }
}

async function read(path: string): Promise<Float32Array> {
  const array = await zarr.open(new FolderStore('scale', path), { kind: 'array' });
  return (await zarr.get(array as zarr.Array<'float32', FolderStore>)).data as Float32Array;
}

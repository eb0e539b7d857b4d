import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { filter, Random } from '../../src/index.js';
import { openRows, readImage, writeRows } from '../../src/node.js';
import { CONVLAB, checkBuilt, measured, SHARP, scaleFolder, tell } from './program.js';

// Peak memory and CPU time of an image larger than memory, by convlab and by sharp, from and to the same formats. `large [megapixels] [tif|png] [depth] [kernel]`;
// `large 400 tif 16 gaussian:2` is the one that docs/scale.md names for 16 bits.

const WIDTH = 32_768;
/** Up to here the whole image is filtered as well, and compared. */
const COMPARED = 110;
// By default, sharp cuts a Gaussian off where it falls below 0.2 of its maximum, which leaves fewer weights; convlab's ends at 4 σ.
const FILTERS = {
  'gaussian:2': '.blur({ sigma: 2, minAmplitude: 0.001 })',
  sharpen: '.convolve({ width: 3, height: 3, kernel: [0, -1, 0, -1, 5, -1, 0, -1, 0] })',
} as const;

/** Rows like those of a photograph: shades that go on from row to row, and noise that does not. */
export async function* rows(height: number, samples: 'uint8' | 'uint16') {
  const random = new Random(1);
  const [tall, length] = [64, WIDTH * 3];
  const [Data, white] = samples === 'uint8' ? [Uint8Array, 255] : [Uint16Array, 65535];
  const shades = new Data(length + 3 * 4096).map((_, i) => white * (0.4 + 0.3 * Math.sin(i / 2700) * Math.cos(i / 970)));
  // much longer than what deflate looks back
  const noise = new Data(2 ** 22).map(() => white * 0.03 * random.uniform());
  for (let y = 0; y < height; y += tall) {
    const band = new Data(Math.min(tall, height - y) * length);
    for (let row = 0, to = 0; to < band.length; row++) {
      const [shade, grain] = [3 * ((y + row) % 4096), random.integer(noise.length - length)];
      for (let i = 0; i < length; i++) band[to++] = shades[shade + i] + noise[grain + i];
    }
    yield band;
  }
}

export async function measureLarge([megapixels = '1049', ending = 'tif', depth = '8', only]: readonly string[]): Promise<void> {
  checkBuilt();
  const height = Math.round((Number(megapixels) * 1e6) / WIDTH);
  const folder = scaleFolder();
  try {
    const source = join(folder, `large.${ending}`);
    const samples = depth === '16' ? 'uint16' : 'uint8';
    await writeRows(source, rows(height, samples), { width: WIDTH, height, channels: 3, samples });
    console.log(`${WIDTH} × ${height} RGB${depth}, ${ending}`);
    for (const [kernel, bySharp] of Object.entries(FILTERS)) {
      if (only !== undefined && kernel !== only) continue;
      const [ours, theirs] = ['ours', 'theirs'].map((name) => join(folder, `${name}.${ending}`));
      const out = ending === 'png' ? '.png()' : ".tiff({ compression: 'none', bigtiff: true })";
      const program = `require(${SHARP})('${source}', { limitInputPixels: false, sequentialRead: true })${bySharp}${samples === 'uint16' ? ".toColourspace('rgb16')" : ''}${out}.toFile('${theirs}').catch((error) => { console.error(error); process.exit(1); })`;
      const here = measured(folder, [CONVLAB, 'filter', source, ours, '--kernel', kernel, '--stream', '--limits', 'pixels=2000000000']);
      tell(`${kernel}, convlab`, here);
      const there = measured(folder, ['-e', program]);
      tell(`${kernel}, sharp`, there);
      console.log(`${kernel}: ${(here.seconds / there.seconds).toFixed(2)} × sharp's CPU`);
      if (Number(megapixels) <= COMPARED) await compare(source, ours, kernel);
      for (const path of [ours, theirs]) rmSync(path);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @throws Error unless the samples are those of the whole image */
async function compare(source: string, path: string, kernel: string): Promise<void> {
  const { data } = await filter(await readImage(source), kernel);
  const [whole, banded] = [createHash('md5'), createHash('md5')];
  whole.update(data);
  const { rows } = await openRows(path);
  for await (const band of typeof rows === 'function' ? (rows({ reuse: true }) as AsyncIterable<Uint8Array>) : []) banded.update(band);
  const digests = [whole, banded].map((hash) => hash.digest('hex'));
  if (digests[0] !== digests[1]) throw new Error(`${kernel}: ${digests.join(' is not ')}`);
  console.log(`${kernel}: md5 ${digests[0]}, as that of the whole picture`);
}

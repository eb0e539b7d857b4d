// npm run demo [-- picture]: six kernels, one convolution. Writes a contact sheet of a picture, or of the scene in scene.ts.
import { mkdir } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { box, createBackend, EMBOSS, type FilterOptions, filter, type Image, LAPLACIAN_8, MOTION_DIAGONAL, SOBEL_X, sharpen, type Tensor } from 'convlab';
import { readImage, writeImage } from 'convlab/node';
import { contactSheet, fitTile, type Tile } from './contact-sheet.js';
import { renderScene } from './scene.js';

const KERNELS: readonly [name: string, note: string, kernel: Tensor, options?: FilterOptions][] = [
  ['sharpen', 'a pixel, plus what sets it apart from its neighbors', sharpen()],
  ['box blur', 'the mean of 7 x 7 pixels', box(7)],
  ['motion blur', 'the mean of 9 pixels along the diagonal', MOTION_DIAGONAL],
  ['Sobel', 'vertical edges: right minus left; mid-gray is no edge', SOBEL_X, { output: 'signed', scale: 0.5 }],
  ['Laplacian', 'edges in every direction, absolute values', LAPLACIAN_8, { output: 'abs' }],
  ['emboss', 'a relief lit from the upper left', EMBOSS, { output: 'signed' }],
];

const RUNS = 5; // the first ones also warm up the engine

const [path] = process.argv.slice(2);
const picture: Image = path ? fitTile(await readImage(path)) : await renderScene();
const size = `${picture.width} x ${picture.height}`;
const backend = await createBackend('auto');

const tiles: Tile[] = [{ image: picture, name: 'original', note: path ? `${basename(path)}, at ${size}` : 'painted by examples/scene.ts' }];
const times: string[] = [];
let total = 0;
for (const [name, note, kernel, options] of KERNELS) {
  const runs: number[] = [];
  let image = picture;
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    image = await filter(picture, kernel, { ...options, backend });
    runs.push(performance.now() - start);
  }
  total += Math.min(...runs);
  times.push(`${name}, ${kernel.shape.join(' x ')}\t${Math.min(...runs).toFixed(1)} ms`);
  tiles.push({ image, name, note, kernel });
}

const lines = ['A filter is a convolution with a kernel chosen by hand.', `${size} pixels, best of ${RUNS} runs:`, ...times, `on ${backend.device}`];
await mkdir('out', { recursive: true });
await writeImage('out/demo.png', await contactSheet('convlab', lines, tiles));
console.log(`${KERNELS.length} kernels over ${size} pixels on ${backend.device}: ${total.toFixed(1)} ms, best of ${RUNS} runs`);
console.log(resolve('out/demo.png'));
backend.dispose();

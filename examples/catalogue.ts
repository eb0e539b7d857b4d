// npm run catalogue: applies every filter of the catalogue to a part of the scene in scene.ts, on one sheet.
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { catalogue, createBackend, createImage, filter, type Image, type Output } from 'convlab';
import { writeImage } from 'convlab/node';
import { contactSheet, SMALL_TILE, type Tile } from './contact-sheet.js';
import { renderScene } from './scene.js';

interface Shown {
  readonly parameters?: readonly number[];
  readonly output?: Output;
  readonly scale?: number;
}

/** Other parameters, another output or a factor for the weights, where the result of the defaults would be barely visible or all white. */
const SHOWN: Readonly<Record<string, Shown>> = {
  box: { parameters: [7] },
  gaussian: { parameters: [2] },
  binomial: { parameters: [9] },
  'motion-blur': { parameters: [15, 30] },
  'unsharp-mask': { parameters: [2, 1.5] },
  'prewitt-x': { scale: 1 / 2 },
  'prewitt-y': { scale: 1 / 2 },
  'sobel-x': { scale: 1 / 2 },
  'sobel-y': { scale: 1 / 2 },
  'scharr-x': { scale: 1 / 8 },
  'scharr-y': { scale: 1 / 8 },
  kirsch: { parameters: [1], scale: 1 / 8 },
  robinson: { parameters: [1], scale: 1 / 2 },
  'laplacian-of-gaussian': { parameters: [1.4], scale: 3 },
  'difference-of-gaussians': { parameters: [1, 3] },
  gabor: { parameters: [5, 45], scale: 2 },
  'local-mean': { parameters: [9] },
  'local-variance': { output: 'normalize' },
};

const picture = crop(await renderScene(), 196, 165, SMALL_TILE.width, SMALL_TILE.height);
const backend = await createBackend('auto');
const tiles: Tile[] = [{ image: picture, name: 'the picture', note: 'a part of examples/scene.ts' }];
for (const [name, entry] of Object.entries(catalogue)) {
  const { parameters = entry.parameters.map((parameter) => parameter.default), output = entry.output, scale = 1 } = SHOWN[name] ?? {};
  const call = parameters.length === 0 ? name : `${name}:${parameters.join(',')}`;
  if ('make' in entry) {
    const kernel = entry.make(...parameters);
    const factor = scale === 1 ? '' : `, x ${scale > 1 ? scale : `1/${1 / scale}`}`;
    const image = await filter(picture, kernel, { output, scale, backend });
    tiles.push({ image, name: call, note: `${kernel.shape.join(' x ')}, ${output}${factor}`, kernel });
  } else {
    tiles.push({ image: await entry.apply(picture, parameters, { output, backend }), name: call, note: `an operation, ${output}` });
  }
}

const filters = tiles.length - 1;
const lines = ['title: value of --kernel;', 'below: kernel size, --output'];
await mkdir('out', { recursive: true });
await writeImage('out/catalogue.png', await contactSheet('the catalogue', lines, tiles, SMALL_TILE));
console.log(`${filters} filters of the catalogue over ${picture.width} x ${picture.height} pixels on ${backend.device}`);
console.log(resolve('out/catalogue.png'));
backend.dispose();

function crop({ width: from, data }: Image, left: number, top: number, width: number, height: number): Image {
  const rows = Array.from({ length: height }, (_, y) => data.subarray(((top + y) * from + left) * 3, ((top + y) * from + left + width) * 3));
  return createImage(width, height, 3, Uint8ClampedArray.from(rows.flatMap((row) => [...row])));
}

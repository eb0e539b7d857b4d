// npm run docs:images [-- NAME …]: draws the images of the guides into docs/pictures, through convlab's own convolutions.
import { mkdir, writeFile } from 'node:fs/promises';
import { drawing, render } from '../../examples/lecture/svg.js';
import { createImage } from '../../src/index.js';
import { writeImage } from '../../src/node.js';
import { dilation, onePixel, padding, stride } from './arithmetic.js';
import { learned, volume } from './beyond.js';
import { borders, chosen, edges, modes } from './filters.js';
import { speed } from './speed.js';
import { runningSum, separable } from './ways.js';

const PICTURES = { onePixel, stride, padding, dilation, chosen, edges, separable, runningSum, volume, learned, modes, borders, speed };

const names = process.argv.slice(2);
await mkdir('docs/pictures', { recursive: true });
for (const [key, draw] of Object.entries(PICTURES)) {
  if (names.length > 0 && !names.includes(key)) continue;
  const { name, width, height, parts, jpeg, zoom = jpeg ? 1.25 : 1.5 } = await draw();
  const rendered = render(drawing(width, height, parts), zoom);
  const path = `docs/pictures/${name}.${jpeg ? 'jpg' : 'png'}`;
  if (jpeg) await writeImage(path, createImage(rendered.width, rendered.height, 4, Uint8ClampedArray.from(rendered.pixels)), { quality: 72 });
  else await writeFile(path, rendered.asPng());
  console.log(path);
}

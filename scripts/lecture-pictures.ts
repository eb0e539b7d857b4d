// Draws the images that docs/lecture.md shows, from what npm run lecture -- all left in out/lecture, smaller, into docs/lecture.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { render } from '../examples/lecture/svg.js';
import { createImage } from '../src/index.js';
import { writeImage } from '../src/node.js';

const page = await readFile('docs/lecture.md', 'utf8');
await mkdir('docs/lecture', { recursive: true });
for (const [, name, extension] of page.matchAll(/\(lecture\/(\S+)\.(png|jpg|gif)\)/g)) {
  const to = `docs/lecture/${name}.${extension}`;
  if (extension === 'gif') await copyFile(`out/lecture/${name}.gif`, to);
  else {
    const drawn = render(await readFile(`out/lecture/${name}.svg`, 'utf8'), 1);
    if (extension === 'png') await writeFile(to, drawn.asPng());
    else await writeImage(to, createImage(drawn.width, drawn.height, 4, Uint8ClampedArray.from(drawn.pixels)), { quality: 62 });
  }
  console.log(to);
}

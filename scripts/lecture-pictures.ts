// Brings the pictures that docs/lecture.md shows from out/lecture, where npm run lecture -- all puts them, into docs/lecture.
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { readImage, writeImage } from '../src/node.js';

const page = await readFile('docs/lecture.md', 'utf8');
await mkdir('docs/lecture', { recursive: true });
for (const [, name, extension] of page.matchAll(/\(lecture\/(\S+)\.(png|jpg|gif)\)/g)) {
  const to = `docs/lecture/${name}.${extension}`;
  if (extension === 'jpg') await writeImage(to, await readImage(`out/lecture/${name}.png`), { quality: 78 });
  else await copyFile(`out/lecture/${name}.${extension}`, to);
  console.log(to);
}

// npm run docs:cookbook: runs every recipe of examples/cookbook, and writes docs/cookbook and its images.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { writeImage } from '../src/node.js';
import { cookbook } from './cookbook.js';

const FOLDER = 'out/cookbook';

await rm(FOLDER, { recursive: true, force: true });
for (const folder of [FOLDER, 'docs/cookbook', 'docs/pictures/cookbook']) await mkdir(folder, { recursive: true });
const { pages, pictures, ran } = await cookbook(FOLDER);
for (const [path, text] of pages) await writeFile(path, text);
for (const [path, image] of pictures) await writeImage(path, image, { quality: 60, codec: 'built-in' });
console.log(`${ran.size} recipes on ${pages.size} pages with ${pictures.size} pictures`);

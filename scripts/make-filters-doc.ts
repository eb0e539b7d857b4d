// npm run catalogue && npx tsx scripts/make-filters-doc.ts: the tables of docs/filters.md, and the contact sheet beside it.
import { readFile, writeFile } from 'node:fs/promises';
import { readImage, writeImage } from 'convlab/node';
import { filterTables } from './filters-doc.js';

const text = await readFile('docs/filters.md', 'utf8');
const [before, after] = [text.slice(0, text.indexOf('## Blur')), text.slice(text.indexOf('## For volumes'))];
await writeFile('docs/filters.md', `${before}${filterTables()}\n${after}`);
await writeImage('docs/filters.jpg', await readImage('out/catalogue.png'), { quality: 40 });

// Sharpen every photo in a folder
// Also: batch processing, bulk, many images, directory, glob, loop over files
// `filterFile` processes four files at a time, however many calls you start. On the command line: `convlab filter
// photos --out sharp --kernel sharpen`.
import { mkdir, readdir } from 'node:fs/promises';
import { filterFile } from 'convlab/node';

await mkdir('sharp', { recursive: true });
const names = (await readdir('photos')).filter((name) => /\.(jpe?g|png)$/i.test(name));
await Promise.all(names.map((name) => filterFile(`photos/${name}`, `sharp/${name}`, 'sharpen')));
console.log(names.length, 'photos');

// Whether the search of the built site finds what people look for: every recipe of the cookbook by its title and by each of its other words,
// and public names by what they are called elsewhere.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import lunr from 'lunr';
import { guides, recipesOn } from './plugin.mjs';
import { queryOf } from './search.mjs';

/** How many results the page shows. */
const SHOWN = 10;

/** What people type, and a result that must be among the first. */
const EXPECTED = [
  ['gaussian blur', 'gaussian', 1],
  ['gaussian', 'gaussian', 1],
  ['resize', 'resize', 1],
  ['grayscale', 'grayscale', 1],
  ['sobel', 'Sobel edges as a grayscale PNG', 5],
  ['edge detection', 'Outlines with Canny', 5],
  ['blur', 'Blur a photo', 5],
  ['express', 'Filter an upload in Express', 3],
  ['cnn', 'Train a CNN on MNIST', 5],
  ['canny', 'canny', 1],
  ['box blur', 'box', 1],
  ['read image', 'readImage', 1],
  ['video', 'Filter a video with ffmpeg', 5],
];

/** The index that the site's pages load. @param folder the built site */
export function readIndex(folder) {
  const [, data] = /"(.+)"/s.exec(readFileSync(join(folder, 'assets/search.js'), 'utf8'));
  const { rows, index } = JSON.parse(inflateSync(Buffer.from(data, 'base64')).toString());
  return { rows, index: lunr.Index.load(index) };
}

/** Names of the results, the best first, by the formula of the site's pages. */
export function search({ rows, index }, text) {
  const scored = index.search(queryOf(text)).map(({ ref, score }) => {
    const { name } = rows[Number(ref)];
    const begins = name.toLowerCase().startsWith(text.toLowerCase());
    return { name, score: begins ? (score * 10) / (1 + Math.abs(name.length - text.length)) : score };
  });
  return scored.sort((a, b) => b.score - a.score).map(({ name }) => name);
}

/** What is not found where it should be, a line each. */
export function checkSearch(index, recipes, expected = EXPECTED) {
  const wanted = recipes.flatMap(({ title, also }) => [title, ...also.split(', ')].map((text) => [text, title, SHOWN]));
  return [...wanted, ...expected].flatMap(([text, name, within]) => {
    const at = search(index, text).indexOf(name);
    return at >= 0 && at < within ? [] : [`"${text}" should find ${name} among the first ${within}, which is ${at < 0 ? 'not found' : `number ${at + 1}`}`];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const recipes = guides().flatMap(({ path }) => recipesOn(readFileSync(path, 'utf8')));
  const missed = checkSearch(readIndex(process.argv[2]), recipes);
  for (const line of missed) console.error(line);
  console.log(`${recipes.length} recipes are searched for by their titles and other words: ${missed.length} are not found.`);
  if (missed.length > 0 || recipes.length === 0) process.exitCode = 1;
}

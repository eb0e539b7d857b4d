import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { recipes } from '../../examples/cookbook/recipes.js';
import { checkSearch, readIndex, search } from '../../site/check-search.mjs';
import { guides, recipesOn } from '../../site/plugin.mjs';
import { improveSearch, queryOf } from '../../site/search.mjs';

const lunr = createRequire(import.meta.url)('lunr');

/** An index as TypeDoc writes it, of names and other words. */
function builtSite(entries: readonly (readonly [name: string, words: string])[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'convlab-search-'));
  mkdirSync(join(folder, 'assets'));
  const builder = new lunr.Builder();
  builder.pipeline.add(lunr.trimmer);
  builder.field('name', { boost: 10 });
  builder.field('words', { boost: 24 });
  for (const [id, [name, words]] of entries.entries()) builder.add({ id: String(id), name, words });
  const index = builder.build();
  const data = deflateSync(JSON.stringify({ rows: entries.map(([name]) => ({ name })), index })).toString('base64');
  writeFileSync(join(folder, 'assets/search.js'), `window.searchData = "${data}";`);
  return folder;
}

test('whole words come before beginnings, and short words find nothing by themselves', () => {
  expect(queryOf('Is a photo blurry?')).toBe('photo^6 photo*^3 *photo* blurry^6 blurry*^3 *blurry*');
  expect(queryOf('3D')).toBe('3d^6 3d*^3 *3d*');
  expect(queryOf('what is it')).toBe('what^6 what*^3 *what* is^6 is*^3 *is* it^6 it*^3 *it*');
});

test('every recipe is found in an index of recipes, and one that is not there is named', () => {
  const all = recipes();
  const folder = builtSite([...all.map(({ title, also }) => [title, also] as const), ['gaussian', 'gaussian blur']]);
  const index = readIndex(folder);
  expect(checkSearch(index, all, [['gaussian blur', 'gaussian', 3]])).toEqual([]);
  expect(search(index, 'blurry')[0]).toBe('Is a photo blurry?');
  expect(checkSearch(index, [{ title: 'Fly to the moon', also: 'rocket, ship' }], [])).toHaveLength(3);
  rmSync(folder, { recursive: true });
});

test('the pages of the cookbook hold every recipe with its other words', () => {
  const found = guides().flatMap(({ path }) => recipesOn(readFileSync(path, 'utf8')));
  const expected = recipes().map(({ title, also }) => ({ title, also }));
  expect(found.sort((a, b) => (a.title < b.title ? -1 : 1))).toEqual(expected.sort((a, b) => (a.title < b.title ? -1 : 1)));
});

test("TypeDoc's script has the formula that is replaced", () => {
  const folder = builtSite([]);
  const script = join(folder, 'assets/main.js');
  const own = join(createRequire(import.meta.url).resolve('typedoc'), '../../static/main.js');
  writeFileSync(script, readFileSync(own));
  improveSearch(folder);
  expect(readFileSync(script, 'utf8')).toContain('telling');
  expect(() => improveSearch(folder)).toThrow('adapt site/search.mjs');
  rmSync(folder, { recursive: true });
});

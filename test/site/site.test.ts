import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkLinks } from '../../site/check-links.mjs';
import { guides } from '../../site/plugin.mjs';
import { GUIDES } from '../docs/pages.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convlab-site-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const page = (name: string, body: string) => writeFileSync(join(folder, name), `<!doctype html><title>t</title>${body}`);

test('links that lead somewhere are counted', () => {
  mkdirSync(join(folder, 'deep'));
  page('index.html', '<h1 id="top">t</h1><a href="deep/page.html#a%20b">1</a><a href="#top">2</a><a href="https://elsewhere.org/x">3</a><img src="deep/">');
  page('deep/page.html', '<a class="x" href="../index.html?lang=zh#top" id="a b">1</a><a href="data:,">2</a>');
  page('deep/index.html', '<!-- <a href="commented.html"> --><script>const html = \'<a href="made.html">\';</script>');
  expect(checkLinks(folder)).toEqual({ pages: 3, inside: 4, outside: 1, dead: [] });
});

test('links that lead nowhere are named, with the page and the reason', () => {
  page(
    'index.html',
    '<a href="gone.html">1</a><a href=\'#gone\'>2</a><img src="gone.png"><script src="/top.js"></script><a href="../x.html">3</a><a href="a.md">4</a>',
  );
  page('a.md', '');
  expect(checkLinks(folder).dead).toEqual([
    'index.html: gone.html: there is no such file',
    'index.html: #gone: the page has no such anchor',
    'index.html: ../x.html: leads out of the site',
    'index.html: a.md: a text that did not become a page',
    'index.html: gone.png: there is no such file',
    'index.html: /top.js: the site would work at the top of a host only',
  ]);
});

test('guides come in the order of the index, under its headings, and those that it does not name after them', () => {
  for (const name of ['a.md', 'b.md', 'c.md', 'd.md']) page(name, '');
  writeFileSync(join(folder, 'index.md'), '# Guides\n\n## First\n\n- [c](c.md): [none](none.md)\n\n## Then\n\n- [a](a.md#part), [d](d.md)\n');
  expect(guides(folder).map(({ path, section }) => [path.slice(folder.length + 1), section])).toEqual([
    ['c.md', 'First'],
    ['a.md', 'Then'],
    ['d.md', 'Then'],
    ['b.md', 'More'],
  ]);
});

test('no guide is left out of the index', () => {
  const known = guides('docs');
  expect(known.map(({ path }) => path).sort()).toEqual(GUIDES.filter((path) => path !== 'docs/index.md').sort());
  expect(known.filter(({ section }) => section === 'More')).toEqual([]);
});

import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FILTERS, ownCode, ownKernel } from '../../site/home/filters.js';
import { homePage } from '../../site/home/page.mjs';
import { TEXTS } from '../../site/home/texts.mjs';
import * as library from '../../src/index.js';

const links = (html: string) => [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href);

/** Names of all texts, with the lengths of lists. */
function shape(texts: unknown): unknown {
  if (typeof texts === 'string') return 'text';
  if (Array.isArray(texts)) return texts.map(shape);
  return Object.fromEntries(Object.entries(texts as object).map(([name, text]) => [name, shape(text)]));
}

test('both languages say everything, and lead to each other', () => {
  expect(shape(TEXTS.zh)).toEqual(shape(TEXTS.en));
  const [en, zh] = [homePage(TEXTS.en), homePage(TEXTS.zh)];
  expect(links(en)).toContain('zh.html');
  expect(links(zh)).toContain('index.html');
  expect(links(zh)).toHaveLength(links(en).length);
  expect(`${en}${zh}`).not.toMatch(/undefined|\[object|\{row\}/);
  // full-width punctuation between Chinese words
  expect(JSON.stringify(TEXTS.zh)).not.toMatch(/[一-鿿][,:;!?]|[,:;!?][一-鿿]/);
});

test('guides that the page leads to exist', () => {
  for (const href of [...links(homePage(TEXTS.en)), ...links(homePage(TEXTS.zh))]) {
    const [, guide] = /^guides\/([\w.-]+)\.html/.exec(href) ?? [];
    if (guide && guide !== 'api') expect([href, existsSync(`docs/${guide}.md`) || existsSync(`${guide}.md`)]).toEqual([href, true]);
  }
});

test.each(Object.entries(FILTERS))('%s: the code that is shown gives the kernel that is used', async (_, { kernel, options, code, parameter }) => {
  const photo = library.createImage(40, 30, 3);
  photo.data.forEach((_, i) => {
    photo.data[i] = (i * 37) % 256;
  });
  for (const value of parameter ? [parameter.min, parameter.value, parameter.max] : [0]) {
    const names = Object.keys(library);
    const call = new Function(...names, 'photo', `return filter(photo, ${code(value)})`);
    const expected = await call(...Object.values(library), photo);
    expect((await library.filter(photo, kernel(value), options)).data).toEqual(expected.data);
  }
});

test('a kernel of nine fields is shown as it is', () => {
  const weights = [0, -1, 0, -1, 5.25, -1, 0, -1, 0];
  expect([...ownKernel(weights).data]).toEqual(weights);
  expect(JSON.parse(ownCode(weights))).toEqual([
    [0, -1, 0],
    [-1, 5.25, -1],
    [0, -1, 0],
  ]);
});

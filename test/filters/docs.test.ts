import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { FILTER_OPTIONS } from '../../src/filters/filter.js';
import * as convlab from '../../src/index.js';

const text = await readFile('docs/filter-options.md', 'utf8');
const photo = convlab.createImage(
  16,
  12,
  4,
  Uint8ClampedArray.from({ length: 768 }, (_, i) => (i * 37) % 256),
);
const mask = convlab.createImage(
  16,
  12,
  1,
  Uint8ClampedArray.from({ length: 192 }, (_, i) => i),
);

test.each(Object.keys(FILTER_OPTIONS))('%s has a heading and an example', (option) => {
  const section = text.split(/^#+ /m).find((part) => part.startsWith(`${option}\n`));
  expect(section).toMatch(/```ts\n/);
  expect(section?.split('```')[1]).toContain(option);
});

const peers = await readFile('docs/peers.md', 'utf8');
test.each(Object.keys(FILTER_OPTIONS))('%s has its row among the peers', (option) => {
  expect(peers).toMatch(new RegExp(`^\\| \`${option}\\b`, 'm'));
});

// sharp, jimp, image-js, OpenCV, libvips, scipy.ndimage
test.each(peers.split('\n').filter((line) => line.startsWith('|')))('six peers answer: %s', (line) => {
  expect(line.split(/(?<!\\)\|/)).toHaveLength(9);
});

test.each(convlab.OUTPUTS.map((output) => [output]))('output %s is explained', (output) => {
  expect(text).toContain(`| \`'${output}'\``);
});

const examples = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
test.each(examples)('it runs: %s', async (code) => {
  const results = [...code.matchAll(/const (\w+)/g)].map(([, name]) => name);
  const given = Object.entries(convlab).filter(([name]) => !results.includes(name));
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  const run = new AsyncFunction('photo', 'mask', ...given.map(([name]) => name), `${code}; return [${results}]`);
  for (const result of await run(photo, mask, ...given.map(([, value]) => value))) {
    if (result.data) expect(result.data).not.toEqual(photo.data);
    else expect(result).toBeTypeOf('object');
  }
});

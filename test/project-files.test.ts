import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { citationWith, manifestWith, repositoryFields } from '../scripts/repository.mjs';
import { DEFAULT_LIMITS } from '../src/image/limits.js';

const read = (path: string) => readFileSync(path, 'utf8');
const manifest = JSON.parse(read('package.json'));

test('CITATION.cff has what the format asks for, the version of the package and its license', () => {
  const citation = parse(read('CITATION.cff'));
  expect(citation).toMatchObject({ 'cff-version': '1.2.0', message: expect.any(String), title: expect.any(String), authors: [expect.anything()] });
  expect([citation.version, citation.license]).toEqual([manifest.version, manifest.license]);
  const { repository, homepage } = manifest;
  expect([citation['repository-code'], citation.url]).toEqual([repository?.url.replace(/^git\+|\.git$/g, ''), homepage]);
});

test('a fork writes its address in one place', () => {
  const fields = repositoryFields('https://github.com/Someone/convlab.git');
  const written = manifestWith(read('package.json'), fields);
  expect(JSON.parse(written)).toEqual({
    ...manifest,
    repository: { type: 'git', url: 'git+https://github.com/Someone/convlab.git' },
    bugs: { url: 'https://github.com/Someone/convlab/issues' },
    homepage: 'https://someone.github.io/convlab/',
  });
  expect(manifestWith(written, fields)).toBe(written);
  const citation = citationWith(read('CITATION.cff'), fields);
  expect(parse(citation)).toEqual({
    ...parse(read('CITATION.cff')),
    'repository-code': 'https://github.com/Someone/convlab',
    url: 'https://someone.github.io/convlab/',
  });
  expect(citationWith(citation, fields)).toBe(citation);
  for (const address of [undefined, 'convlab', 'https://example.com/a/b', 'https://github.com/a'])
    expect(() => repositoryFields(address)).toThrow('must be like');
});

test('SECURITY.md names the limits of the code', () => {
  const page = read('SECURITY.md');
  expect(page).toContain(`2²⁸ (${DEFAULT_LIMITS.pixels.toLocaleString('en-US')})`);
  const constant = (path: string, name: string) => new RegExp(`const ${name} = ([^;]+);`).exec(read(`src/${path}`))?.[1];
  const limits = [
    ['image/formats/jpeg/jpeg.ts', 'MAX_PIXELS', '100e6', '| 100 million |'],
    ['image/formats/jpeg/jpeg-segments.ts', 'MAX_SCANS', '100', '| scans, components and frame headers of a JPEG | 100, 4 and 1 |'],
    ['image/formats/png/png-chunks.ts', 'MAX_PROFILE', '2 ** 24', '| 16 MiB |'],
    ['image/formats/unpack.ts', 'MAX_DEFLATE_RATIO', '1032', '1,032 times'],
    ['cnn/exchange/json.ts', 'MAX_DEPTH', '100', '| nesting of JSON and of modules | 100 |'],
    ['cnn/exchange/architecture.ts', 'MAX_MODULES', '10_000', '| 10,000 |'],
    ['cnn/exchange/architecture.ts', 'MAX_PARAMETERS', '2 ** 28', '| 2²⁸ (1 GiB as float32) |'],
  ];
  for (const [path, name, value, words] of limits) expect([name, constant(path, name), page.includes(words)]).toEqual([name, value, true]);
});

import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filterTables } from '../../../scripts/filters-doc.js';
import { run } from '../../../src/cli/program.js';
import * as convlab from '../../../src/index.js';
import { readImage } from '../../../src/node.js';

const { catalogue, createBackend, filter } = convlab;
const PHOTO = 'test/filters/catalogue/fixtures/photo.png';

test('docs/filters.md lists the catalogue as it is; scripts/make-filters-doc.ts writes it', async () => {
  expect(await readFile('docs/filters.md', 'utf8')).toContain(`\n${filterTables()}\n`);
  expect((await stat('docs/filters.jpg')).size).toBeLessThanOrEqual(400_000);
});

describe.each(Object.entries(catalogue))('%s', async (name, entry) => {
  const backend = await createBackend('wasm');
  const image = await readImage(PHOTO);
  const names = entry.parameters.map((parameter) => parameter.name);
  const values = entry.parameters.map((parameter) => parameter.default);

  test(`is written in code as ${entry.code}`, async () => {
    const evaluate = new Function(...Object.keys(convlab), 'image', ...names, `return ${entry.code}`);
    const result = await evaluate(...Object.values(convlab), image, ...values);
    expect(result).toEqual('make' in entry ? entry.make() : await entry.apply(image));
  });

  test('is what the command line makes of the picture', async () => {
    const out = join(await mkdtemp(join(tmpdir(), 'convlab-')), 'out.png');
    const call = values.length === 0 ? name : `${name}:${values.join(',')}`;
    const printed: string[] = [];
    const code = await run(['filter', PHOTO, out, '--kernel', call, '--backend', 'wasm'], { out: () => {}, err: (text) => printed.push(text) });
    expect(printed).toEqual([]);
    expect(code).toBe(0);
    const expected = 'make' in entry ? await filter(image, entry.make(), { output: entry.output, backend }) : await entry.apply(image, [], { backend });
    expect((await readImage(out)).data).toEqual(expected.data);
  });
});

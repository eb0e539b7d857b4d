import { readdirSync, readFileSync, statSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { Guarded } from './guarded.js';
import { GUIDED_TARGETS, type GuidedName, TEXT_TARGETS } from './guided/guided-targets.js';

// Inputs that `npm run fuzz:guided` has found, each of which reached code that none before it had. Those with a name of their own have failed once.
const CORPUS = new URL('corpus/', import.meta.url);
/** Bytes of all files in the repository. */
const MOST = 300_000;

const guarded = new Guarded();
afterAll(() => guarded.stop());

const filesOf = (name: string) => readdirSync(new URL(`${name}/`, CORPUS)).map((file) => new URL(`${name}/${file}`, CORPUS));

test('every guided target has a corpus, and all of them are small', () => {
  expect(readdirSync(CORPUS).toSorted()).toEqual(Object.keys(GUIDED_TARGETS).toSorted());
  expect(
    Object.keys(GUIDED_TARGETS)
      .flatMap(filesOf)
      .reduce((sum, file) => sum + statSync(file).size, 0),
  ).toBeLessThan(MOST);
});

test.each(Object.keys(GUIDED_TARGETS) as GuidedName[])('%s: the kept inputs end well or in an error of the library', async (name) => {
  const { parser } = GUIDED_TARGETS[name];
  for (const file of filesOf(name)) {
    const bytes = readFileSync(file);
    const input = TEXT_TARGETS.includes(parser) ? bytes.toString('utf8') : bytes;
    await guarded.check({ target: parser, input }).catch((error) => expect.fail(`${file.pathname}: ${error.message}`));
  }
});

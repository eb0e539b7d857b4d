import { readdir, readFile } from 'node:fs/promises';
import fc from 'fast-check';
import leven from 'leven';
import { describe, expect, test } from 'vitest';
import { OptionError } from '../src/errors.js';
import { checkOptions, type OptionRow, type Rows } from '../src/options.js';

// Every table of options that the library has: a table that is added is found by its name.
const tables: (readonly [name: string, rows: Rows])[] = [];
for (const path of (await readdir('src', { recursive: true })).sort()) {
  if (!path.endsWith('.ts')) continue;
  const names = [...(await readFile(`src/${path}`, 'utf8')).matchAll(/^export const (\w+_OPTIONS?) =/gm)].map(([, name]) => name);
  if (names.length === 0) continue;
  const module = await import(/* @vite-ignore */ `../src/${path}`);
  tables.push(...names.map((name) => [name, module[name]] as const));
}

const required = (rows: Rows) => Object.fromEntries(Object.entries(rows).flatMap(([name, row]) => (row.required ? [[name, sample(row)]] : [])));

/** A value that obeys a row. */
function sample({ default: initial, holds, words }: OptionRow): unknown {
  const known = [initial, words?.[0], 1, 0, 2, 'text', true, [1], [1, 2], {}, null, () => {}];
  return known.find((value) => value !== undefined && holds(value));
}

const ANY = fc.oneof(fc.anything(), fc.constantFrom(0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '', 'none', null, true, [], [0], {}));

test('the tables are found', () => {
  expect(tables.map(([name]) => name)).toEqual(expect.arrayContaining(['CONV_OPTIONS', 'STEP_OPTIONS', 'FILTER_OPTIONS', 'MATCH_OPTIONS', 'SGD_OPTIONS']));
  expect(tables.length).toBeGreaterThan(25);
});

describe.each(tables)('%s', (_, rows) => {
  const others = (name: string) => Object.fromEntries(Object.entries(required(rows)).filter(([each]) => each !== name));

  test('every default obeys its rule, and so does every word', () => {
    for (const [name, row] of Object.entries(rows)) {
      for (const value of [row.default, ...(row.words ?? [])]) if (value !== undefined) expect([name, value, row.holds(value)]).toEqual([name, value, true]);
    }
  });

  test.each(Object.entries(rows))('%s: what breaks the rule is refused with operation, option, rule and value', (name, row) => {
    fc.assert(
      fc.property(ANY, (value) => {
        if (value === undefined) return;
        if (row.holds(value)) return checkOptions('op', { ...others(name), [name]: value }, rows);
        const error = refusal(() => checkOptions('op', { ...others(name), [name]: value }, rows));
        expect(error).toMatchObject({ operation: 'op', option: name });
        expect(error.message).toContain(`op: ${name} must be ${row.says}, received `);
      }),
      { numRuns: 40 },
    );
  });

  test.each(Object.keys(rows).filter((name) => name.length > 2))('%s: one wrong letter is answered with the name', (name) => {
    for (const wrong of misspellings(name)) {
      if (Object.hasOwn(rows, wrong)) continue;
      const { message } = refusal(() => checkOptions('op', { ...required(rows), [wrong]: 1 }, rows));
      const [, meant] = /^op: \S+ is not an option; did you mean (\w+)\? The options are /.exec(message) ?? [];
      // another name may be as near
      expect([wrong, meant, leven(wrong, meant ?? '') <= leven(wrong, name)]).toEqual([wrong, meant, true]);
    }
  });
});

/** A letter left out, added, changed, or two of them in the wrong order. */
function misspellings(name: string): string[] {
  const at = Array.from(name, (_, i) => i);
  return [
    ...at.map((i) => name.slice(0, i) + name.slice(i + 1)),
    ...at.map((i) => `${name.slice(0, i)}q${name.slice(i)}`),
    ...at.map((i) => `${name.slice(0, i)}q${name.slice(i + 1)}`),
    ...(name.length > 3 ? at.slice(1).map((i) => name.slice(0, i - 1) + name[i] + name[i - 1] + name.slice(i + 1)) : []),
  ].filter((wrong) => wrong !== name);
}

function refusal(call: () => void): OptionError {
  try {
    call();
  } catch (error) {
    if (error instanceof OptionError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

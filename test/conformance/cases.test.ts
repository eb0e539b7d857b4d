import { expect, test } from 'vitest';
import { CONV_CASES, POOL_CASES } from './cases.js';

test('the table holds at least 200 cases, each named by what sets it apart', () => {
  const names = [...CONV_CASES, ...POOL_CASES].map(({ name }) => name);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  expect(names.length).toBeGreaterThanOrEqual(200);
});

test('no two cases are the same geometry', () => {
  for (const cases of [CONV_CASES, POOL_CASES]) {
    const seen = new Map<string, string[]>();
    for (const { name, geometry } of cases) seen.set(geometry.key, [...(seen.get(geometry.key) ?? []), name]);
    expect([...seen.values()].filter((names) => names.length > 1)).toEqual([]);
  }
});

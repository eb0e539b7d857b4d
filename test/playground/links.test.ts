import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from 'convlab';
import { expect, test } from 'vitest';

/** Names of the state, as `view name`, out of every `urlSignal('view', 'name', …)` of the sources. */
function stateNames(): Set<string> {
  const files = readdirSync('playground/src', { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  const found = files.flatMap((name) => [...readFileSync(join('playground/src', name), 'utf8').matchAll(/urlSignal(?:<[^(]*>)?\(\s*'(\w+)',\s*'(\w+)'/g)]);
  return new Set(found.map(([, view, name]) => `${view} ${name}`));
}

test('every link of docs/playground.md names state that the playground has, and kernels that the catalogue has', () => {
  const links = [...readFileSync('docs/playground.md', 'utf8').matchAll(/`#(\w+)\?([^`]+)`/g)];
  expect(links.length).toBeGreaterThan(10);
  const names = stateNames();
  for (const [link, view, query] of links) {
    for (const [name, value] of new URLSearchParams(query)) {
      expect(names, link).toContain(`${view} ${name}`);
      if (view === 'filter' && name === 'kernel') expect(Object.keys(catalogue), link).toContain(value);
    }
  }
});

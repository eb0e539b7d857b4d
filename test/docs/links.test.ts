import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { GUIDES } from './pages.js';

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md', ...GUIDES];

/** The anchors of a page's headings, as GitHub makes them. */
function anchors(page: string): string[] {
  const headings = [
    ...readFileSync(page, 'utf8')
      .replaceAll(/^```.*?^```$/gms, '')
      .matchAll(/^#+ (.*)$/gm),
  ];
  return headings.map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Links of a page to files of this repository, without those in code. */
function links(page: string): [path: string, anchor: string | undefined][] {
  const text = readFileSync(page, 'utf8')
    .replaceAll(/^```.*?^```$/gms, '')
    .replaceAll(/`[^`\n]*`/g, 'code');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target).filter((target) => !/^[a-z]+:/.test(target));
  return targets.map((target) => {
    const [path, anchor] = target.split('#');
    return [path === '' ? page : join(dirname(page), path), anchor];
  });
}

test.each(pages)('every link of %s leads somewhere', (page) => {
  const dead = links(page).filter(([path, anchor]) => !existsSync(path) || (anchor !== undefined && path.endsWith('.md') && !anchors(path).includes(anchor)));
  expect(dead).toEqual([]);
});

test('docs/index.md leads to every guide', () => {
  const reached = links('docs/index.md').map(([path]) => path);
  expect(pages.filter((page) => page.startsWith('docs/') && page !== 'docs/index.md' && !reached.includes(page))).toEqual([]);
});

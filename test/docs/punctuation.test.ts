import { readFileSync } from 'node:fs';
import { glob } from 'tinyglobby';
import { expect, test } from 'vitest';

const HAN = '\\p{Script=Han}';
/** A half-width mark after a Chinese word (or a full-width closing mark), or before one; emphasis and a code span may lie between. */
const HALF_WIDTH = new RegExp(`.{0,12}(?:[${HAN}）”》][*_]*[,;:?!(]|[${HAN}][*_]*\\)|[,;:?!(][*_]*[${HAN}“《（]|[${HAN}][*_]*\\.(?=\\s|$)).{0,12}`, 'gmu');

/** Half-width punctuation of the Chinese sentences of a text, with what is around it. */
function halfWidth(text: string): string[] {
  return [...text.matchAll(HALF_WIDTH)].map(([around]) => around.trim());
}

/** A Markdown page without inline code and the targets of its links. */
function prose(page: string): string {
  return page.replaceAll(/`[^`\n]*`/g, '`').replaceAll(/\]\([^)\s]*\)/g, ']');
}

test('half-width marks beside Chinese words are found, and nothing else is', () => {
  const wrong = [
    '模糊,锐化',
    '模糊:0.5',
    '**勘误**:加框',
    '平移 1 像素,4 像素',
    '56%,没有',
    '(第 7 课)',
    '何时停止?',
    '`x`:模块',
    '课）;',
    '第一课.',
    '模糊（一种）(二)',
  ];
  for (const text of wrong) expect([text, halfWidth(prose(text)).length > 0]).toEqual([text, true]);
  const right = [
    '模糊，锐化：0.5',
    '614,656 个权重',
    '`f(模糊, 锐化)`',
    '[中文](讲义.md)，',
    "['行', '列']",
    '(a) 两座塔',
    'p(s) = q(s − a)；只',
    'see [中文](x.md). Then',
  ];
  for (const text of right) expect([text, halfWidth(prose(text))]).toEqual([text, []]);
});

test('Chinese sentences of the pages and of the playground have full-width punctuation', async () => {
  const ignore = ['**/node_modules/**', '{dist,out,coverage,docs/api}/**'];
  const files = await glob(['*.md', '{docs,playground,examples,bench,test,.github}/**/*.md', 'playground/{src/**/*.{ts,tsx},index.html}'], {
    ignore,
    dot: true,
  });
  expect(files).toEqual(expect.arrayContaining(['docs/lecture.zh.md', 'playground/src/filter/strings.ts']));
  const found = files.flatMap((path) => {
    const text = readFileSync(path, 'utf8');
    return halfWidth(path.endsWith('.md') ? prose(text) : text).map((around) => `${path}: ${around}`);
  });
  expect(found).toEqual([]);
});

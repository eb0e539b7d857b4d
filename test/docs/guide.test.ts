import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { apart, missing, promised, readGuide } from './guide.js';

const fence = (language: string, content: string) => `\`\`\`${language}\n${content}\n\`\`\`\n\n`;

async function page(...fences: string[]) {
  const path = join(await mkdtemp(join(tmpdir(), 'convlab-')), 'page.md');
  await writeFile(path, fences.join('Words between.\n\n'));
  return path;
}

test('pieces make programs, in the order in which they end, and commands come where they stand', async () => {
  const guide = readGuide(
    await page(
      fence('ts', 'const a = 1;'),
      fence('sh', 'convlab kernels   # lists them\nnpm install convlab'),
      fence('ts', 'console.log(a); // → 1'),
      fence('js', "// other.cjs\nconst b = require('convlab');"),
      fence('sh', 'node other.cjs'),
      fence('text', 'printed'),
      fence('ts', '// page.ts, in the browser\ndocument.title;'),
      fence('html', '<!-- page.html -->\n<p>'),
    ),
  );
  expect(guide.programs.map(({ name, pieces, reason }) => [name, pieces.length, reason])).toEqual([
    ['guide.ts', 2, undefined],
    ['other.cjs', 1, undefined],
    ['page.ts', 1, 'in the browser'],
  ]);
  expect(guide.steps).toMatchObject([{ command: 'convlab kernels' }, { program: { name: 'guide.ts' } }, { command: 'node other.cjs', shows: 'printed\n' }]);
  expect(guide.files).toEqual([['page.html', '<!-- page.html -->\n<p>\n']]);
});

test('a command of which nobody knows how it is tested is refused, and so is a change that changes nothing', async () => {
  const path = await page(fence('sh', 'rm -r everything'));
  expect(() => readGuide(path)).toThrow('how is this command tested: rm -r everything');
  const other = await page(fence('ts', 'const epochs = 3;'));
  expect(() => readGuide(other, [['epochs = 4', 'epochs = 1']])).toThrow('holds no epochs = 4');
});

test('what is promised and not printed is found, and so is the wrong order', () => {
  expect(promised('console.log(a); // → 1\nconsole.log(b, c);   // → [2, 3]\nconsole.log(d); // a remark\n')).toEqual(['1', '[2, 3]']);
  expect(missing(['1', '[2, 3]'], '0\n1\n[2, 3]\n')).toEqual([]);
  expect(missing(['[2, 3]', '1'], '1\n[2, 3]\n')).toEqual(['1']);
  expect(missing(['took … ms'], 'took 3.5 ms\n')).toEqual([]);
  expect(missing(['1.5'], '115\n')).toEqual(['1.5']);
});

test('pieces that stand for themselves may use one name twice, and import what they use', () => {
  const program = apart(['const x = box(3);\n', "import { box } from 'convlab';\nconst x = box(5);\n"], 'const y = 1;\n', { convlab: ['box', 'filter'] });
  expect(program).toBe("import { box } from 'convlab';\nconst y = 1;\n{\nconst x = box(3);\n}\n{\nconst x = box(5);\n}\n");
});

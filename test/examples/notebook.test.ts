import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { execute, type Notebook } from '../../scripts/notebook.js';

const notebook: Notebook = JSON.parse(readFileSync('examples/ten-pictures.ipynb', 'utf8'));

test('the notebook is one of Jupyter, for the kernel of Deno', () => {
  expect(notebook).toMatchObject({ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec: { name: 'deno', language: 'typescript' } } });
  for (const { source, id } of notebook.cells) {
    expect(id).toMatch(/^[\w-]{1,64}$/);
    // a line each, all but the last with its end
    for (const [i, line] of source.entries()) expect(line.endsWith('\n')).toBe(i < source.length - 1);
  }
  expect(new Set(notebook.cells.map(({ id }) => id)).size).toBe(notebook.cells.length);
});

test('its cells run, and show what is stored', () => {
  const pictures = execute(notebook).cells.flatMap(({ outputs = [] }) => outputs as { data: Record<string, string> }[]);
  expect(pictures).toHaveLength(10);
  const numbers = (svg: string) => [...svg.matchAll(/>(-?[\d.]+)</g)].map(([, number]) => number);
  // the sums of the first image, and Sobel's kernel, which the last one learns
  expect(numbers(pictures[0].data['image/svg+xml']).slice(-9)).toEqual(['7', '3', '10', '0', '17', '11', '-2', '21', '16']);
  const learned = numbers(pictures[9].data['image/svg+xml']).slice(-9);
  for (const [i, weight] of [-1, 0, 1, -2, 0, 2, -1, 0, 1].entries()) expect(Number(learned[i])).toBeCloseTo(weight, 0);
  const stored = notebook.cells.flatMap(({ outputs = [] }) => outputs as { data: Record<string, string> }[]);
  for (const [i, { data }] of stored.entries()) expect(numbers(data['image/svg+xml'])).toHaveLength(numbers(pictures[i].data['image/svg+xml']).length);
  expect(stored).toHaveLength(10);
});

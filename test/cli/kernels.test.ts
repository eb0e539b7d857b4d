import { expect, test } from 'vitest';
import { catalogue, SOBEL_X } from '../../src/index.js';
import { convlab } from './convlab.js';

async function kernels(...flags: string[]): Promise<string> {
  const { code, stdout, stderr } = await convlab(['kernels', ...flags]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

test('the table lists every kernel with its size, its output and what it does', async () => {
  const [head, ...lines] = (await kernels()).trimEnd().split('\n');
  expect(head).toMatch(/^KERNEL +SIZE +OUTPUT +WHAT IT DOES$/);
  expect(lines.map((line) => line.split(/[ :]/)[0])).toEqual(Object.keys(catalogue));
  expect(lines.find((line) => line.startsWith('box'))).toMatch(/^box:3 +3×3 +clamp +blur/);
});

test('--json has the weights too', async () => {
  const list = JSON.parse(await kernels('--json'));
  expect(list.map(({ name }: { name: string }) => name)).toEqual(Object.keys(catalogue));
  expect(list.find(({ name }: { name: string }) => name === 'sobel-x')).toEqual({
    name: 'sobel-x',
    parameters: [],
    output: 'abs',
    summary: catalogue['sobel-x'].summary,
    shape: [3, 3],
    weights: [...SOBEL_X.data],
  });
});

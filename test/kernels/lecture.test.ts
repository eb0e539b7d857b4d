import { expect, test } from 'vitest';
import { conv, tensor } from '../../src/index.js';

const grid = (rows: string) => tensor([[rows.split(' ').map((row) => [...row].map(Number))]]);

test('slide "kernel and feature map": 5×5 under a 3×3 kernel', async () => {
  const out = await conv(grid('01000 11100 01000 00001 11111'), grid('010 101 010'));
  expect(out.shape).toEqual([1, 1, 3, 3]);
  expect([...out.data]).toEqual([4, 1, 1, 1, 2, 0, 2, 1, 2]);
});

import { describe, expect, test } from 'vitest';
import { conv, tensor } from '../../src/index.js';
import { BACKENDS } from './backends.js';

const grid = (rows: string) => tensor([[rows.split(' ').map((row) => [...row].map(Number))]]);

describe.each(BACKENDS)('the worked examples of the lecture on $name', ({ backend }) => {
  test('slide "kernel and feature map": 5×5 under a 3×3 kernel', async () => {
    const out = await conv(grid('01000 11100 01000 00001 11111'), grid('010 101 010'), { backend });
    expect(out).toEqual(grid('411 120 212'));
  });

  test('slide "padding": 5×5 stays 5×5 with a border of zeros', async () => {
    const out = await conv(grid('11100 01110 00111 00110 01100'), grid('101 010 101'), { padding: 1, backend });
    // The slide prints 1 at the lower left: an erratum. There the kernel's center lies on 0, its upper right corner on 0,
    // its other corners on the border; nothing adds up to 1.
    expect(out).toEqual(grid('22311 14341 12433 12341 02211'));
  });

  test('slide "n×n becomes (n−w+1)×(n−w+1)"', async () => {
    for (const n of [5, 6, 9]) {
      for (const w of [1, 2, 3, 5]) {
        const x = { shape: [1, 1, n, n], data: new Float32Array(n * n) };
        const kernel = { shape: [1, 1, w, w], data: new Float32Array(w * w) };
        expect((await conv(x, kernel, { backend })).shape).toEqual([1, 1, n - w + 1, n - w + 1]);
      }
    }
  });
});

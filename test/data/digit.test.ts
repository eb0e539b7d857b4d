import { describe, expect, test } from 'vitest';
import { createImage, digitFromImage } from '../../src/index.js';

/** A 40×60 image with a 10×30 bar whose upper left corner is at (x, y). */
function bar(x: number, y: number, { ink = 0, paper = 255, channels = 1 as 1 | 4 } = {}) {
  const image = createImage(40, 60, channels);
  for (let p = 0; p < 40 * 60; p++) {
    const [px, py] = [p % 40, Math.floor(p / 40)];
    const value = px >= x && px < x + 10 && py >= y && py < y + 30 ? ink : paper;
    for (let c = 0; c < channels; c++) image.data[p * channels + c] = c === 3 ? 255 : value;
  }
  return image;
}

describe('digitFromImage', () => {
  test('fills a box of 20 and centers the mass, wherever the digit was', () => {
    const digit = digitFromImage(bar(3, 5));
    expect(digit.shape).toEqual([1, 28, 28]);
    const rows = Array.from({ length: 28 }, (_, y) => [...digit.data.subarray(y * 28, y * 28 + 28)]);
    const inked = rows.flatMap((row, y) => row.flatMap((value, x) => (value > 0.5 ? [[x, y]] : [])));
    expect([Math.min(...inked.map(([, y]) => y)), Math.max(...inked.map(([, y]) => y))]).toEqual([4, 23]);
    expect([Math.min(...inked.map(([x]) => x)), Math.max(...inked.map(([x]) => x))]).toEqual([11, 17]);
    expect(digitFromImage(bar(25, 28)).data).toEqual(digit.data);
  });

  test('light on dark, dark on light, color with alpha: the same digit', () => {
    const digit = digitFromImage(bar(3, 5));
    expect(digitFromImage(bar(3, 5, { ink: 255, paper: 0 })).data).toEqual(digit.data);
    expect(digitFromImage(bar(3, 5, { channels: 4 })).data).toEqual(digit.data);
    expect(digitFromImage(bar(3, 5, { ink: 200, paper: 100 })).data).toEqual(digit.data);
  });

  test('an empty picture is refused', () => {
    expect(() => digitFromImage(bar(3, 5, { ink: 255 }))).toThrow('digitFromImage: the 40 × 60 image must contain a digit');
  });
});

import type { Tensor } from 'convlab';
import { AREA, bundledDigits, type Digits } from '../../digits/data.js';
import { digitsUrl } from '../../digits/weights.js';

/** A digit of a set as an input of a network, `[1, 1, 28, 28]`, 0 background to 1 ink. */
export function digitAt({ images }: Digits, index: number): Tensor {
  return { shape: [1, 1, 28, 28], data: Float32Array.from(images.data.subarray(index * AREA, (index + 1) * AREA), (byte) => byte / 255) };
}

/** A test digit that comes with the page. */
export async function testDigit(index: number): Promise<Tensor> {
  return digitAt(await bundledDigits(digitsUrl('test')), index);
}

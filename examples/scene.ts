// A picture to try filters on, painted in code so that it is the same everywhere and free of copyright: a landscape with text.

import { createImage, type Image } from 'convlab';
import { Jimp, loadFont } from 'jimp';
import { SANS_8_BLACK, SANS_16_BLACK } from 'jimp/fonts';
import { CARD, landscape, SCENE } from './landscape.js';

export { SCENE };

/** Renders the scene: 440 × 330, RGB, 8 bits. */
export async function renderScene(): Promise<Image> {
  const { width, height } = SCENE;
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0, i = 0; y < height; y++) for (let x = 0; x < width; x++, i += 4) rgba.set(landscape(x, y), i);
  const canvas = Jimp.fromBitmap({ width, height, data: Buffer.from(rgba) });
  const [large, small] = [await loadFont(SANS_16_BLACK), await loadFont(SANS_8_BLACK)];
  canvas.print({ font: large, x: CARD.x + 7, y: CARD.y + 4, text: 'convlab' });
  canvas.print({ font: small, x: CARD.x + 7, y: CARD.y + 24, text: 'slide, multiply, add' });

  const data = Uint8ClampedArray.from(canvas.bitmap.data.filter((_: number, i: number) => i % 4 < 3));
  return createImage(width, height, 3, data);
}

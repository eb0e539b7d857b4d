// The picture to which the lessons apply filters, a part of the scene, and helper functions for pictures.
import { createImage, type Image } from 'convlab';
import { renderScene } from '../scene.js';

/** A part of the scene with edges of every kind: the lighthouse, the mountains, the color chart and the zone plate. */
export async function lighthouse(): Promise<Image> {
  return crop(await renderScene(), 40, 130, 220, 190);
}

export function crop({ width: from, channels, data }: Image, left: number, top: number, width: number, height: number): Image {
  const out = new Uint8ClampedArray(width * height * channels);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * from + left) * channels;
    out.set(data.subarray(start, start + width * channels), y * width * channels);
  }
  return createImage(width, height, channels, out);
}

/** The mean difference of neighboring pixels, on a scale of 0 to 255: small for a blurred picture. */
export function roughness({ width, height, channels, data }: Image): number {
  let sum = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 1; x < width; x++) {
      for (let c = 0; c < channels; c++) sum += Math.abs(data[(y * width + x) * channels + c] - data[(y * width + x - 1) * channels + c]);
    }
  }
  return sum / (height * (width - 1) * channels);
}

export function meanOf({ data }: Image): number {
  return [...data].reduce((sum, value) => sum + value, 0) / data.length;
}

import { createImage, type Image } from '../../image/image.js';
import { arrayOf, formatOf } from '../../image/samples.js';

/** Which pixel of a picture lies where in another: pixel (x, y) of the result is pixel start + x · across + y · down, counted row by row. */
export interface Arrangement {
  readonly width: number;
  readonly height: number;
  readonly start: number;
  readonly across: number;
  readonly down: number;
}

/** Side of the squares that are copied at a time, so that columns of the source stay in the cache. */
const SIDE = 64;

/** The pixels of a picture in another arrangement, always a copy. */
export function rearrange(image: Image, { width, height, start, across, down }: Arrangement): Image {
  const { channels, data } = image;
  const out = createImage(width, height, channels, new (arrayOf(formatOf(image).samples))(width * height * channels));
  if (across === 1) {
    for (let y = 0; y < height; y++) {
      const from = (start + y * down) * channels;
      out.data.set(data.subarray(from, from + width * channels), y * width * channels);
    }
    return out;
  }
  for (let top = 0; top < height; top += SIDE) {
    for (let left = 0; left < width; left += SIDE) {
      const end = Math.min(width, left + SIDE);
      for (let y = top; y < Math.min(height, top + SIDE); y++) {
        let from = (start + left * across + y * down) * channels;
        for (let to = (y * width + left) * channels; to < (y * width + end) * channels; from += (across - 1) * channels) {
          for (let c = 0; c < channels; c++) out.data[to++] = data[from++];
        }
      }
    }
  }
  return out;
}

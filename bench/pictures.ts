import { Random } from '../src/index.js';
import type { Picture } from './row.js';

const drawn = new Map<string, Picture>();

/** An image with smooth, sharp and noisy parts, from black to white; the same every time. */
export function picture(width: number, height: number): Picture {
  const key = `${width}×${height}`;
  let found = drawn.get(key);
  if (!found) {
    found = draw(width, height);
    drawn.set(key, found);
  }
  return found;
}

function draw(width: number, height: number): Picture {
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  // noise as a table: a number of the generator for each sample would take longer than what is measured
  const random = new Random(1);
  const noise = Float32Array.from({ length: 8191 }, () => random.uniform(-40, 40));
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const ring = 127 + 127 * Math.sin((x * x + y * y) / 9000);
      const tile = ((x >> 5) + (y >> 5)) & 1 ? 255 : 0;
      const grain = noise[(i >> 2) % 8191];
      data[i] = ring + grain;
      data[i + 1] = (255 * x) / width + grain / 2;
      data[i + 2] = tile + grain;
    }
  }
  return { width, height, data };
}

/** The colors of an image, side by side. */
export function colorsOf({ data }: Picture): Uint8ClampedArray {
  return data.filter((_, i) => i % 4 < 3);
}

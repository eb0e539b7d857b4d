import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createImage, type Image, type Random } from '../../src/index.js';
import { writeImage } from '../../src/node.js';

/** True if a point is inside a shape, which extends from −1 to 1 on both axes. */
const SHAPES = {
  disk: (y: number, x: number) => x * x + y * y < 1,
  square: (y: number, x: number) => Math.abs(x) < 0.85 && Math.abs(y) < 0.85,
  triangle: (y: number, x: number) => y < 0.8 && y > 1.8 * Math.abs(x) - 0.9,
} as const;
export type Shape = keyof typeof SHAPES;
export const SHAPE_NAMES = Object.keys(SHAPES) as Shape[];

/** A shape in a random color, size, place and slant, on a ground of another color, with noise. */
export function drawing(shape: Shape, random: Random, size = 48): Image {
  const color = () => [0, 1, 2].map(() => random.uniform(30, 225));
  const [ground, paint] = [color(), color()];
  // distinguishable by more than their hue
  if (Math.abs(ground[1] - paint[1]) < 80) paint[1] = (ground[1] + 128) % 256;
  const [radius, slant] = [random.uniform(0.2, 0.36) * size, random.uniform(-0.3, 0.3)];
  const [y0, x0] = [random.uniform(0.38, 0.62) * size, random.uniform(0.38, 0.62) * size];
  const [sin, cos] = [Math.sin(slant), Math.cos(slant)];
  const data = Uint8ClampedArray.from({ length: size * size * 3 }, (_, i) => {
    const [y, x] = [(Math.floor(i / 3 / size) - y0) / radius, ((Math.floor(i / 3) % size) - x0) / radius];
    const inside = SHAPES[shape](cos * y - sin * x, sin * y + cos * x);
    return (inside ? paint : ground)[i % 3] + random.uniform(-12, 12);
  });
  return createImage(size, size, 3, data);
}

/** Writes a folder with a subfolder of drawings for each shape. */
export async function writeDrawings(folder: string, count: number, random: Random): Promise<void> {
  for (let i = 0; i < count; i++) {
    const shape = SHAPE_NAMES[i % SHAPE_NAMES.length];
    await mkdir(join(folder, shape), { recursive: true });
    await writeImage(join(folder, shape, `${i}.png`), drawing(shape, random));
  }
}

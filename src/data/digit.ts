import { DataError } from '../errors.js';
import { checkImage, type Image } from '../image/image.js';
import type { Tensor } from '../tensor.js';

const [CANVAS, BOX] = [28, 20];

/**
 * Converts an image of one digit to the format of MNIST: gray, light on dark (inverted if the border is light), cropped, scaled by area to
 * fit 20×20, and placed in 28×28 with its center of mass in the middle.
 * @returns `[1, 28, 28]`, 0 background to 1 ink
 * @throws DataError if the image has only one color
 * @see LeCun et al., Gradient-based learning applied to document recognition, 1998
 * @example
 * ```ts
 * import { digitFromImage } from 'convlab';
 * import { readImage } from 'convlab/node';
 *
 * const x = digitFromImage(await readImage('digit.png')); // ink on paper, any size
 * console.log(x.shape); // → [ 1, 28, 28 ]
 * ```
 */
export function digitFromImage(image: Image): Tensor {
  checkImage('digitFromImage', image);
  const { width, height } = image;
  const ink = inkOf(image);
  const { x0, y0, x1, y1 } = boundingBox(ink, width, height);
  const scale = BOX / Math.max(x1 - x0, y1 - y0);
  const [w, h] = [Math.max(1, Math.round((x1 - x0) * scale)), Math.max(1, Math.round((y1 - y0) * scale))];
  const small = Array.from({ length: w * h }, (_, i) => {
    const [x, y] = [i % w, Math.floor(i / w)];
    const across: Span = [x0 + (x * (x1 - x0)) / w, x0 + ((x + 1) * (x1 - x0)) / w];
    const down: Span = [y0 + (y * (y1 - y0)) / h, y0 + ((y + 1) * (y1 - y0)) / h];
    return areaMean(ink, width, across, down);
  });
  const mass = small.reduce((sum, value) => sum + value, 0);
  const center = (at: (i: number) => number) => small.reduce((sum, value, i) => sum + value * (at(i) + 0.5), 0) / mass;
  const left = clamp(Math.round(CANVAS / 2 - center((i) => i % w)), CANVAS - w);
  const top = clamp(Math.round(CANVAS / 2 - center((i) => Math.floor(i / w))), CANVAS - h);
  const data = new Float32Array(CANVAS * CANVAS);
  for (const [i, value] of small.entries()) data[(top + Math.floor(i / w)) * CANVAS + left + (i % w)] = value;
  return { shape: [1, CANVAS, CANVAS], data };
}

type Span = readonly [from: number, to: number];

/** The absolute difference of each pixel's brightness from that of the border, scaled to 0 … 1: works for dark ink on light paper and the reverse. */
function inkOf({ width, height, channels, data }: Image): Float32Array {
  const full = data instanceof Float32Array ? 1 : data instanceof Uint16Array ? 65535 : 255;
  const colors = channels > 2 ? 3 : 1;
  const alpha = channels % 2 === 0;
  const light = Float32Array.from({ length: width * height }, (_, pixel) => {
    const at = pixel * channels;
    let sum = 0;
    for (let c = 0; c < colors; c++) sum += data[at + c];
    // transparent pixels count as paper
    const opaque = alpha ? data[at + channels - 1] / full : 1;
    return 1 - opaque + (opaque * sum) / (colors * full);
  });
  const border: number[] = [];
  for (let x = 0; x < width; x++) border.push(light[x], light[(height - 1) * width + x]);
  for (let y = 0; y < height; y++) border.push(light[y * width], light[y * width + width - 1]);
  const background = border.sort((a, b) => a - b)[border.length >> 1];
  const distance = light.map((value) => Math.abs(value - background));
  const strongest = distance.reduce((most, value) => Math.max(most, value), 0);
  if (strongest < 0.02) throw new DataError('digitFromImage', `the ${width} × ${height} image must contain a digit, but has a single color`, { width, height });
  return distance.map((value) => value / strongest);
}

function boundingBox(ink: Float32Array, width: number, height: number) {
  let [x0, y0, x1, y1] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (ink[y * width + x] < 0.2) continue;
      [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x + 1), Math.max(y1, y + 1)];
    }
  }
  return { x0, y0, x1, y1 };
}

/** The mean over a rectangle whose sides may lie between pixels. */
function areaMean(ink: Float32Array, width: number, across: Span, down: Span): number {
  let [sum, area] = [0, 0];
  for (let y = Math.floor(down[0]); y < down[1]; y++) {
    const dy = Math.min(y + 1, down[1]) - Math.max(y, down[0]);
    for (let x = Math.floor(across[0]); x < across[1]; x++) {
      const share = dy * (Math.min(x + 1, across[1]) - Math.max(x, across[0]));
      sum += share * ink[y * width + x];
      area += share;
    }
  }
  return sum / area;
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}

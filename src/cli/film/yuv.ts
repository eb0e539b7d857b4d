import { chromaSize, type Y4mHeader } from './y4m.js';

/** The weights of red and blue in luma. @see ITU-R BT.601, 2.5.1, and BT.709, 3.2 */
const WEIGHTS = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722] } as const;
/** Videos with more lines use BT.709, which players assume if the file does not specify it. */
const MOST_LINES_OF_601 = 576;
/** Fraction bits. */
const BITS = 16;
const ONE = 2 ** BITS;
const HALF = ONE / 2;

/** Conversion from Y, Cb, Cr to R, G, B and back, in fixed point with 16 fraction bits. */
export interface YuvMatrix {
  readonly black: number;
  /** coefficients of Y in R, G, B; of Cr in R; of Cr and Cb in G; of Cb in B */
  readonly toRgb: readonly [y: number, rv: number, gv: number, gu: number, bu: number];
  /** coefficients of R, G, B in each of Y, Cb, Cr */
  readonly toYuv: readonly (readonly [number, number, number])[];
}

export function matrixOf({ height, full }: Pick<Y4mHeader, 'height' | 'full'>): YuvMatrix {
  const [kr, kb] = WEIGHTS[height > MOST_LINES_OF_601 ? 'bt709' : 'bt601'];
  const kg = 1 - kr - kb;
  const [luma, chroma] = full ? [255, 255] : [219, 224];
  const fixed = (value: number) => Math.round(value * ONE);
  const c = (255 / chroma) * 2;
  return {
    black: full ? 0 : 16,
    toRgb: [fixed(255 / luma), fixed(c * (1 - kr)), fixed((-c * kr * (1 - kr)) / kg), fixed((-c * kb * (1 - kb)) / kg), fixed(c * (1 - kb))],
    toYuv: [
      [kr, kg, kb].map((k) => fixed((k * luma) / 255)),
      [-kr / (1 - kb), -kg / (1 - kb), 1].map((k) => fixed((k * chroma) / 510)),
      [1, -kg / (1 - kr), -kb / (1 - kr)].map((k) => fixed((k * chroma) / 510)),
    ] as unknown as YuvMatrix['toYuv'],
  };
}

/** A frame as RGB; each chroma sample applies to all pixels it covers. */
export function yuvToRgb(frame: Uint8Array, rgb: Uint8ClampedArray, header: Y4mHeader, { black, toRgb }: YuvMatrix): void {
  const { width, height, chroma } = header;
  const [columns, rows] = chroma ?? [1, 1];
  const size = chromaSize(header, width, height);
  const [cb, cr] = [width * height, width * height + size.length];
  const [ky, rv, gv, gu, bu] = toRgb;
  const shift = columns - 1;
  for (let y = 0, at = 0, to = 0; y < height; y++) {
    const row = Math.floor(y / rows) * size.width;
    for (let x = 0; x < width; x++, at++, to += 3) {
      const u = frame[cb + row + (x >> shift)] - 128;
      const v = frame[cr + row + (x >> shift)] - 128;
      const luma = ky * (frame[at] - black) + HALF;
      rgb[to] = (luma + rv * v) >> BITS;
      rgb[to + 1] = (luma + gv * v + gu * u) >> BITS;
      rgb[to + 2] = (luma + bu * u) >> BITS;
    }
  }
}

/** Converts RGB to a frame; each chroma sample is computed from the mean of its pixels. */
export function rgbToYuv(rgb: Uint8ClampedArray, frame: Uint8ClampedArray, header: Y4mHeader, { black, toYuv }: YuvMatrix): void {
  const { width, height, chroma } = header;
  const [columns, rows] = chroma ?? [1, 1];
  const size = chromaSize(header, width, height);
  const [cb, cr] = [width * height, width * height + size.length];
  const [[yr, yg, yb], [ur, ug, ub], [vr, vg, vb]] = toYuv;
  const offset = black * ONE + HALF;
  for (let at = 0, from = 0; at < width * height; at++, from += 3) frame[at] = (yr * rgb[from] + yg * rgb[from + 1] + yb * rgb[from + 2] + offset) >> BITS;
  if (!chroma) return;
  for (let cy = 0, to = 0; cy < size.height; cy++) {
    const bottom = Math.min(height, (cy + 1) * rows);
    for (let cx = 0; cx < size.width; cx++, to++) {
      const right = Math.min(width, (cx + 1) * columns);
      let [r, g, b, count] = [0, 0, 0, 0];
      for (let y = cy * rows; y < bottom; y++) {
        for (let x = cx * columns, from = 3 * (y * width + x); x < right; x++, from += 3, count++) {
          r += rgb[from];
          g += rgb[from + 1];
          b += rgb[from + 2];
        }
      }
      frame[cb + to] = 128 + Math.round((ur * r + ug * g + ub * b) / (count * ONE));
      frame[cr + to] = 128 + Math.round((vr * r + vg * g + vb * b) / (count * ONE));
    }
  }
}

// From numbers to colors, the same everywhere in the lecture: blue for negative, white for zero, orange for positive.
import { createImage, type Image, type Tensor } from 'convlab';

type Color = readonly [red: number, green: number, blue: number];

/** How numbers are colored. The color-blind can distinguish both ends of `signed`, and in grayscale its middle is the brightest. */
export type Palette = 'signed' | 'gray' | 'ink' | 'heat';

const STOPS: Readonly<Record<Palette, readonly Color[]>> = {
  // ColorBrewer's RdBu blue and PuOr orange, through white
  signed: [
    [5, 48, 97],
    [67, 147, 195],
    [255, 255, 255],
    [241, 143, 51],
    [127, 59, 8],
  ],
  gray: [
    [0, 0, 0],
    [255, 255, 255],
  ],
  ink: [
    [255, 255, 255],
    [31, 41, 51],
  ],
  // a few points of viridis, by Smith and van der Walt
  heat: [
    [68, 1, 84],
    [59, 82, 139],
    [33, 145, 140],
    [94, 201, 98],
    [253, 231, 37],
  ],
};

/** @param share 0 to 1 along the palette; beyond that, its end */
export function colorOf(palette: Palette, share: number): Color {
  const stops = STOPS[palette];
  const at = Math.min(Math.max(Number.isNaN(share) ? 0 : share, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  return stops[low].map((value, i) => Math.round(value + (stops[low + 1][i] - value) * (at - low))) as unknown as Color;
}

export function css([red, green, blue]: Color): string {
  return `rgb(${red},${green},${blue})`;
}

/** The numbers at both ends of a palette. */
export type Range = readonly [low: number, high: number];

/** The range that holds all numbers; symmetric for `signed`, so that 0 is white. */
export function rangeOf(palette: Palette, maps: readonly Tensor[]): Range {
  let [low, high] = [0, 0];
  for (const { data } of maps) {
    for (const value of data) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (palette !== 'signed') return low === high ? [low, low + 1] : [low, high];
  const most = Math.max(-low, high) || 1;
  return [-most, most];
}

/** `[H, W]` (or `[1, H, W]`, `[1, 1, H, W]`) as a picture in colors. */
export function mapToImage({ shape, data }: Tensor, palette: Palette, [low, high]: Range): Image {
  const [height, width] = shape.slice(-2);
  const rgb = new Uint8ClampedArray(width * height * 3);
  for (let i = 0; i < width * height; i++) rgb.set(colorOf(palette, (data[i] - low) / (high - low)), 3 * i);
  return createImage(width, height, 3, rgb);
}

/** The i-th plane of `[..., H, W]`, as `[H, W]`. */
export function plane({ shape, data }: Tensor, i: number): Tensor {
  const size = shape.slice(-2);
  const area = size[0] * size[1];
  return { shape: size, data: data.slice(i * area, (i + 1) * area) };
}

/** All planes of `[..., H, W]`, as `[H, W]` each. */
export function planes(x: Tensor): Tensor[] {
  const area = x.shape.slice(-2).reduce((a, b) => a * b);
  return Array.from({ length: x.data.length / area }, (_, i) => plane(x, i));
}

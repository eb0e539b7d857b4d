// From numbers to colors. Signed: blue below zero, orange above, zero the color of the paper.
import type { Tensor } from 'convlab';

/** What a number looks like; `signed` has its zero in the middle, the others run from low to high. */
export type Palette = 'signed' | 'gray' | 'ink' | 'heat';

type Color = readonly [red: number, green: number, blue: number];
type Themed = Readonly<Record<'light' | 'dark', readonly Color[]>>;

const both = (stops: readonly Color[]): Themed => ({ light: stops, dark: stops });

/** The color-blind tell both ends of each apart. */
const STOPS: Readonly<Record<Palette, Themed>> = {
  signed: {
    light: [
      [8, 52, 112],
      [74, 144, 205],
      [250, 248, 243],
      [240, 140, 52],
      [128, 56, 6],
    ],
    dark: [
      [168, 214, 255],
      [56, 122, 190],
      [26, 30, 38],
      [212, 110, 34],
      [255, 204, 150],
    ],
  },
  gray: both([
    [0, 0, 0],
    [255, 255, 255],
  ]),
  // digits: written dark on light, or light on dark
  ink: {
    light: [
      [250, 248, 243],
      [28, 34, 48],
    ],
    dark: [
      [26, 30, 38],
      [240, 238, 232],
    ],
  },
  heat: both([
    [68, 1, 84],
    [59, 82, 139],
    [33, 145, 140],
    [94, 201, 98],
    [253, 231, 37],
  ]),
};

/** From which number to which a palette runs. */
export type Range = readonly [low: number, high: number];

/** The range that holds all numbers; for `signed` as far below zero as above. */
export function rangeOf(palette: Palette, ...maps: readonly ArrayLike<number>[]): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const map of maps) {
    for (let i = 0; i < map.length; i++) {
      if (map[i] < low) low = map[i];
      if (map[i] > high) high = map[i];
    }
  }
  if (palette === 'signed') {
    const most = Math.max(Math.abs(low), Math.abs(high));
    return most > 0 && Number.isFinite(most) ? [-most, most] : [-1, 1];
  }
  return high > low ? [low, high] : [low === Number.POSITIVE_INFINITY ? 0 : low, (low === Number.POSITIVE_INFINITY ? 0 : low) + 1];
}

/** @param share 0 to 1 along the palette; beyond that, its end */
function colorOf(palette: Palette, share: number, dark: boolean): Color {
  const stops = STOPS[palette][dark ? 'dark' : 'light'];
  const at = Math.min(Math.max(Number.isNaN(share) ? 0.5 : share, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  return stops[low].map((value, i) => Math.round(value + (stops[low + 1][i] - value) * (at - low))) as unknown as Color;
}

/** The color of a number, for CSS, and whether ink on it has to be light. */
export function cellColors(palette: Palette, value: number, [low, high]: Range, dark: boolean): { background: string; color: string } {
  const color = colorOf(palette, (value - low) / (high - low), dark);
  const [red, green, blue] = color.map((channel) => (channel / 255) ** 2.2);
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return { background: `rgb(${color.join(' ')})`, color: light > 0.18 ? '#000000' : '#ffffff' };
}

/** A CSS gradient along the palette, for legends. */
export function gradientOf(palette: Palette, dark: boolean): string {
  return `linear-gradient(to right, ${STOPS[palette][dark ? 'dark' : 'light'].map((color) => `rgb(${color.join(' ')})`).join(', ')})`;
}

/** The last two axes of a tensor as pixels. @param plane which of the planes in front of them */
export function pixelsOf({ shape, data }: Tensor, plane: number, palette: Palette, [low, high]: Range, dark: boolean): ImageData {
  const [height, width] = shape.length > 1 ? shape.slice(-2) : [1, shape[0]];
  const pixels = new ImageData(width, height);
  const table = Array.from({ length: 256 }, (_, i) => colorOf(palette, i / 255, dark));
  const factor = 255 / (high - low);
  const from = plane * width * height;
  for (let i = 0; i < width * height; i++) {
    const share = Math.round((data[from + i] - low) * factor);
    const [red, green, blue] = table[share > 0 ? Math.min(share, 255) : 0];
    pixels.data[4 * i] = red;
    pixels.data[4 * i + 1] = green;
    pixels.data[4 * i + 2] = blue;
    pixels.data[4 * i + 3] = 255;
  }
  return pixels;
}

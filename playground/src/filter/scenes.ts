// Synthetic images that are identical on every machine, each for one purpose.
import { createImage, type Image } from 'convlab';
import { landscape, SCENE } from '../../../examples/landscape.js';

/** The scenes by name. */
export const SCENES = ['landscape', 'shapes', 'zones', 'glass', 'dot'] as const;
/** The photograph that comes with the page. */
export const PHOTO = 'photo' as const;
/** One of {@link SCENES}. */
export type Scene = (typeof SCENES)[number];

type Pixel = readonly [red: number, green: number, blue: number, alpha?: number];

const PAINT: Readonly<Record<Scene, (x: number, y: number) => Pixel>> = {
  landscape,
  shapes: smooth(shapes, 4),
  zones: smooth((x, y) => gray(127.5 * (1 + Math.cos((Math.PI * ((x - 220) ** 2 + (y - 165) ** 2)) / 560))), 3),
  glass: smooth(glass, 3),
  dot: (x, y) => gray(x === 20 && y === 15 ? 255 : 0),
};

/** Sizes of the scenes. The single dot is as large as the largest kernel. */
function sizeOfScene(scene: Scene): { width: number; height: number } {
  return scene === 'dot' ? { width: 41, height: 31 } : SCENE;
}

/** Paints a scene: RGBA, 8 bits. */
export function paintScene(scene: Scene): Image {
  const { width, height } = sizeOfScene(scene);
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const [red, green, blue, alpha = 255] = PAINT[scene](x, y);
      data[i] = red;
      data[i + 1] = green;
      data[i + 2] = blue;
      data[i + 3] = alpha;
    }
  }
  return createImage(width, height, 4, data);
}

function gray(value: number): Pixel {
  return [value, value, value];
}

/** The mean of n × n points inside each pixel; colors are weighted by opacity. */
function smooth(paint: (x: number, y: number) => Pixel, n: number): (x: number, y: number) => Pixel {
  return (x, y) => {
    const sum = [0, 0, 0, 0];
    for (let i = 0; i < n * n; i++) {
      const [red, green, blue, alpha = 255] = paint(x + ((i % n) + 0.5) / n, y + (Math.floor(i / n) + 0.5) / n);
      sum[0] += red * alpha;
      sum[1] += green * alpha;
      sum[2] += blue * alpha;
      sum[3] += alpha;
    }
    const alpha = Math.max(sum[3], 1);
    return [sum[0] / alpha, sum[1] / alpha, sum[2] / alpha, sum[3] / (n * n)];
  };
}

/** Edges of every direction, corners, thin lines, a soft ramp, and a grid of dots. */
function shapes(x: number, y: number): Pixel {
  if (Math.hypot(x - 92, y - 92) < 62) return [226, 106, 44];
  if (x > 190 && x < 300 && y > 34 && y < 150) return (Math.floor((x - 190) / 10) + Math.floor((y - 34) / 10)) % 2 ? [28, 34, 48] : [250, 248, 243];
  if (Math.abs(x - 370) * 1.7 < y - 34 && y < 150) return [29, 95, 168];
  if (x > 34 && x < 150 && y > 186 && y < 296) return gray(((x - 34) / 116) * 255);
  const angle = Math.atan2(y - 240, x - 245);
  const radius = Math.hypot(x - 245, y - 240);
  if (radius < 60) return Math.cos(16 * angle) > 0 ? [28, 34, 48] : [250, 248, 243];
  if (x > 320 && x < 420 && y > 186 && y < 296) return (x - 320) % 10 > 8 && (y - 186) % 10 > 8 ? [250, 248, 243] : [44, 106, 86];
  return [214, 206, 190];
}

/** Three translucent panes and a hole, to show how transparency is filtered. */
function glass(x: number, y: number): Pixel {
  const panes = [
    [150, 120, 214, 52, 46],
    [290, 120, 34, 132, 84],
    [220, 226, 40, 78, 190],
  ] as const;
  let [red, green, blue, alpha] = [255, 0, 255, 0];
  for (const [cx, cy, r, g, b] of panes) {
    if (Math.hypot(x - cx, y - cy) > 92) continue;
    const share = 0.8;
    const total = share + alpha * (1 - share);
    [red, green, blue] = [
      [red, r],
      [green, g],
      [blue, b],
    ].map(([below, above]) => (above * share + below * alpha * (1 - share)) / total);
    alpha = total;
  }
  if (Math.hypot(x - 220, y - 158) < 20) alpha = 0;
  return [red, green, blue, 255 * alpha];
}

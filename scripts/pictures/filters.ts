// Kernels over an image, and every border over every mode.
import { crop } from '../../examples/lecture/pictures.js';
import { picture } from '../../examples/lecture/svg.js';
import { renderScene } from '../../examples/scene.js';
import {
  conv,
  type FilterOptions,
  filter,
  full,
  gaussian,
  gradientDirection,
  type Image,
  LAPLACIAN_8,
  PADDING_MODES,
  type PaddingMode,
  SOBEL_X,
  SOBEL_Y,
  sharpen,
  type Tensor,
  tensor,
} from '../../src/index.js';
import { COLORS, cells, frame, HUES, heading, note, pale, thinned, title } from './cells.js';
import type { Drawing } from './drawing.js';

const MARGIN = 20;

interface Tile {
  readonly name: string;
  readonly remark?: string;
  readonly image: Image;
  readonly kernel?: Tensor;
}

/** Images in columns, each with its kernel below. */
async function gallery(name: string, heads: readonly [string, string], tiles: readonly Tile[], columns: number, width: number): Promise<Drawing> {
  const height = (width * tiles[0].image.height) / tiles[0].image.width;
  const kernelRoom = tiles.some(({ kernel }) => kernel) ? 76 : 0;
  const pitch = height + 46 + kernelRoom;
  const parts = [title(heads[0]), note(54, heads[1])];
  for (const [i, { name: label, remark, image, kernel }] of tiles.entries()) {
    const [x, y] = [MARGIN + (i % columns) * (width + 18), 74 + Math.floor(i / columns) * pitch];
    parts.push(await picture(x, y, width, height, image), heading(x, y + height + 18, label));
    if (remark) parts.push(note(y + height + 35, remark, x));
    if (kernel) {
      const most = Math.max(...kernel.data.map(Math.abs));
      const side = 66 / kernel.shape[0];
      parts.push(cells(x, y + height + 44, kernel, { cell: side, fill: (_r, _c, v) => pale(v, most), label: side < 16 ? () => '' : undefined }));
    }
  }
  const rows = Math.ceil(tiles.length / columns);
  return { name, width: 2 * MARGIN + columns * (width + 18) - 18, height: 74 + rows * pitch + 6, parts, jpeg: true };
}

const patch = async () => crop(await renderScene(), 120, 128, 180, 140);

/** The same operator, other weights. */
export async function chosen(): Promise<Drawing> {
  const photo = await patch();
  const kernels: [string, string, Tensor, FilterOptions?][] = [
    ['blur: gaussian(0.8)', 'a weighted mean', gaussian(0.8)],
    ['sharpen()', 'what sets a pixel apart, added', sharpen()],
    ['LAPLACIAN_8', 'only what differs from its surroundings', LAPLACIAN_8, { output: 'abs' }],
  ];
  const tiles: Tile[] = [{ name: 'the picture', remark: 'a part of the scene of npm run demo', image: photo }];
  for (const [name, remark, kernel, options] of kernels) tiles.push({ name, remark, image: await filter(photo, kernel, options), kernel });
  return gallery(
    '05-chosen-kernels',
    ['Other weights, another filter', 'Blue weights are negative, orange ones positive. Nothing but the kernel changes.'],
    tiles,
    4,
    230,
  );
}

/** Two derivatives and what they say together. */
export async function edges(): Promise<Drawing> {
  const photo = await patch();
  const tiles: Tile[] = [
    { name: 'SOBEL_X', remark: 'brighter to the right: white', image: await luminance(photo, SOBEL_X), kernel: SOBEL_X },
    { name: 'SOBEL_Y', remark: 'brighter below: white', image: await luminance(photo, SOBEL_Y), kernel: SOBEL_Y },
    { name: 'gradientDirection', remark: 'hue: where to; brightness: how steep', image: await gradientDirection(photo) },
  ];
  return gallery(
    '06-edges',
    ['Edges: the picture as a landscape, and its slope', 'Each kernel is right minus left, or below minus above; mid-gray is no slope.'],
    tiles,
    3,
    270,
  );
}

/** Gray, signed. */
async function luminance(photo: Image, kernel: Tensor): Promise<Image> {
  const { width, height } = photo;
  const gray = Uint8ClampedArray.from(
    { length: width * height },
    (_, i) => 0.2126 * photo.data[3 * i] + 0.7152 * photo.data[3 * i + 1] + 0.0722 * photo.data[3 * i + 2],
  );
  return filter({ width, height, channels: 1, data: gray }, kernel, { output: 'signed', scale: 0.5 });
}

/** The color of a cell indicates the input cell that it shows. */
const hue = (value: number) => HUES[(value - 1) % 4];

/** The values beyond the border in every mode. */
export async function modes(): Promise<Drawing> {
  const x = tensor([
    [
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
        [9, 10, 11, 12],
        [13, 14, 15, 16],
      ],
    ],
  ]);
  const [cell, wide, top] = [27, 2, 106];
  const n = 4 + 2 * wide;
  const parts = [
    title('What lies beyond the border'),
    note(54, 'In the frame the input, 4 × 4; around it two ghost cells. A ghost has the color and the number of the cell that it shows.'),
  ];
  for (const [i, mode] of PADDING_MODES.entries()) {
    const [left, y] = [MARGIN + (i % 3) * (n * cell + 34), top + Math.floor(i / 3) * (n * cell + 56)];
    const value = mode === 'constant' ? { paddingValue: 99 } : {};
    const seen = await conv(x, full([1, 1, 1, 1], 1), { padding: wide, paddingMode: mode, ...value });
    const inside = (r: number, c: number) => r >= wide && r < n - wide && c >= wide && c < n - wide;
    const made = (v: number) => v === 0 || v === 99;
    parts.push(heading(left, y - 10, mode === 'constant' ? "'constant', paddingValue: 99" : `'${mode}'`));
    parts.push(
      cells(left, y, seen, {
        cell,
        fill: (r, c, v) => (made(v) ? '#e4e7eb' : thinned(hue(v), inside(r, c) ? 0.62 : 0.22)),
        ink: (r, c) => (inside(r, c) ? COLORS.ink : '#52606d'),
      }),
    );
    parts.push(frame(left + wide * cell, y + wide * cell, 4 * cell, 4 * cell, COLORS.ink, { thick: 2.5 }));
  }
  return { name: 'padding-modes', width: 2 * MARGIN + 3 * (n * cell + 34) - 34, height: top + 2 * (n * cell + 56) - 36, parts, zoom: 0.95 };
}

const SAYS: Record<PaddingMode, string> = {
  zero: 'dark rim',
  constant: 'bright rim: paddingValue: 255',
  replicate: 'the edge is smeared outwards',
  reflect: 'the default of filter',
  symmetric: 'as reflect, the edge twice',
  wrap: 'the other side shines through',
};

/** The same blur at a corner, in every mode. */
export async function borders(): Promise<Drawing> {
  const photo = crop(await renderScene(), 300, 190, 140, 110);
  const tiles: Tile[] = [];
  for (const mode of PADDING_MODES) {
    const value = mode === 'constant' ? { paddingValue: 255 } : {};
    tiles.push({ name: `'${mode}'`, remark: SAYS[mode], image: await filter(photo, gaussian(7), { paddingMode: mode, ...value }) });
  }
  return gallery(
    'padding-blur',
    ['A wide blur tells the modes apart', 'gaussian(7) over one and the same picture: away from the border all are alike.'],
    tiles,
    3,
    250,
  );
}

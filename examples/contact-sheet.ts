// Lays pictures out on one sheet, each with its name, a note and its kernel as colored cells. jimp draws text and pixels.
import type { Image, Tensor } from 'convlab';
import { Jimp, loadFont, measureText } from 'jimp';
import { SANS_14_BLACK, SANS_16_BLACK, SANS_16_WHITE, SANS_32_BLACK, SANS_32_WHITE, SANS_64_WHITE } from 'jimp/fonts';

export interface Tile {
  readonly image: Image;
  readonly name: string;
  readonly note: string;
  /** `[kH, kW]`: drawn as cells, orange for positive weights, blue for negative ones */
  readonly kernel?: Tensor;
}

type Canvas = ReturnType<typeof Jimp.fromBitmap>;

/** Sizes in pixels, and fonts. */
export interface Layout {
  /** of a picture */
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly gap: number;
  /** height of the text below a picture, and the offset of the note in it; the name is at its top */
  readonly caption: number;
  readonly note: number;
  /** side of the square in which a kernel is drawn */
  readonly kernel: number;
  /** the opening tile: the left edge of its text, the tops of its title and its lines, and the distances between lines and columns */
  readonly opening: Readonly<Record<'left' | 'title' | 'lines' | 'pitch' | 'column', number>>;
  readonly fonts: Readonly<Record<'title' | 'lines' | 'name' | 'note', string>>;
}

/** A few large pictures. */
export const TILE: Layout = {
  width: 440,
  height: 330,
  columns: 4,
  gap: 24,
  caption: 84,
  note: 50,
  kernel: 63,
  opening: { left: 30, title: 36, lines: 120, pitch: 24, column: 150 },
  fonts: { title: SANS_64_WHITE, lines: SANS_16_WHITE, name: SANS_32_BLACK, note: SANS_14_BLACK },
};

/** Many small ones. */
export const SMALL_TILE: Layout = {
  width: 232,
  height: 165,
  columns: 6,
  gap: 18,
  caption: 50,
  note: 27,
  kernel: 41,
  opening: { left: 16, title: 10, lines: 62, pitch: 22, column: 100 },
  fonts: { title: SANS_32_WHITE, lines: SANS_16_WHITE, name: SANS_16_BLACK, note: SANS_14_BLACK },
};

const [PAPER, INK, ZERO, POSITIVE, NEGATIVE] = [0xf6f4efff, 0x1f2933ff, 0xe2ded5ff, [217, 95, 2], [33, 102, 172]] as const;

/** A sheet that opens with a title and lines of text (a tab starts the second column); the tiles follow row by row. */
export async function contactSheet(title: string, lines: readonly string[], tiles: readonly Tile[], layout = TILE): Promise<Image> {
  const { width, height, columns, gap, caption, opening } = layout;
  const rows = Math.ceil((tiles.length + 1) / columns);
  const sheet = new Jimp({ width: gap + columns * (width + gap), height: gap + rows * (height + caption + gap), color: PAPER });
  const load = (use: keyof Layout['fonts']) => loadFont(layout.fonts[use]);
  const fonts = { title: await load('title'), lines: await load('lines'), name: await load('name'), note: await load('note') };

  const corner = tileCorner(0, layout);
  fill(sheet, corner.x, corner.y, width, height + caption, INK);
  sheet.print({ font: fonts.title, x: corner.x + opening.left, y: corner.y + opening.title, text: title });
  const print = (font: (typeof fonts)['name'], text: string, x: number, y: number, room: number) => {
    if (measureText(font, text) > room) throw new Error(`contactSheet: "${text}" is too long for its tile`);
    sheet.print({ font, x, y, text });
  };
  const write = (text: string, x: number, y: number) => print(fonts.lines, text, corner.x + x, corner.y + y, width - x - 8);
  for (const [i, line] of lines.entries()) {
    for (const [column, text] of line.split('\t').entries()) write(text, opening.left + opening.column * column, opening.lines + opening.pitch * i);
  }
  for (const [i, [color, text]] of (
    [
      [POSITIVE, 'weights that add'],
      [NEGATIVE, 'weights that subtract'],
    ] as const
  ).entries()) {
    const y = height + caption - 62 + 26 * i;
    fill(sheet, corner.x + opening.left, corner.y + y + 2, 18, 18, blend(color, 1));
    write(text, opening.left + 28, y);
  }

  tiles.forEach(({ image, name, note, kernel }, i) => {
    const { x, y } = tileCorner(i + 1, layout);
    const picture = toCanvas(image);
    sheet.composite(picture, x + Math.floor((width - picture.width) / 2), y + height - picture.height);
    const drawn = kernel ? drawKernel(sheet, kernel, x + width, y + height + 10, layout.kernel) : 0;
    print(fonts.name, name, x + 1, y + height + 8, width - drawn - 5);
    print(fonts.note, note, x + 1, y + height + layout.note, width - drawn - 5);
  });
  return fromCanvas(sheet);
}

/** The upper left corner of the i-th tile; the opening tile is number 0. */
export function tileCorner(i: number, { width, height, columns, gap, caption }: Layout = TILE): { x: number; y: number } {
  return { x: gap + (i % columns) * (width + gap), y: gap + Math.floor(i / columns) * (height + caption + gap) };
}

/** The picture, scaled down if it does not fit into a tile. */
export function fitTile(image: Image): Image {
  return image.width <= TILE.width && image.height <= TILE.height ? image : fromCanvas(toCanvas(image).scaleToFit({ w: TILE.width, h: TILE.height }));
}

/**
 * Draws a kernel at most `box` pixels wide and high, with its upper right corner at (right, top): one cell per weight; for
 * a kernel larger than `box`, one pixel for every n-th weight.
 * @returns its width
 */
function drawKernel(sheet: Canvas, { shape: [height, width], data }: Tensor, right: number, top: number, box: number): number {
  const step = Math.ceil(Math.max(height, width) / box);
  const cell = Math.floor((box * step) / Math.max(height, width));
  const size = cell > 3 ? cell - 1 : cell; // leaves a line between cells if there is room
  const largest = Math.max(...data.map(Math.abs));
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const weight = data[y * step * width + x * step];
      const strength = Math.abs(weight) / largest;
      const color = weight === 0 ? ZERO : blend(weight > 0 ? POSITIVE : NEGATIVE, 0.25 + 0.75 * strength);
      fill(sheet, right - (columns - x) * cell, top + y * cell, size, size, color);
    }
  }
  return columns * cell;
}

/** A color over white, as jimp's 0xRRGGBBAA. */
function blend(color: readonly number[], strength: number): number {
  return color.reduce((packed, value) => packed * 256 + Math.round(255 + (value - 255) * strength), 0) * 256 + 255;
}

function fill(sheet: Canvas, x: number, y: number, width: number, height: number, color: number): void {
  sheet.composite(new Jimp({ width, height, color }), x, y);
}

function toCanvas({ width, height, channels, data }: Image): Canvas {
  const white = data instanceof Float32Array ? 1 : data instanceof Uint16Array ? 65535 : 255;
  const rgba = new Uint8ClampedArray(width * height * 4);
  const gray = channels < 3;
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = (data[i * channels + (gray ? 0 : c)] * 255) / white;
    rgba[4 * i + 3] = channels % 2 ? 255 : (data[(i + 1) * channels - 1] * 255) / white;
  }
  return Jimp.fromBitmap({ width, height, data: Buffer.from(rgba) });
}

function fromCanvas({ bitmap }: Canvas): Image {
  return { width: bitmap.width, height: bitmap.height, channels: 4, data: Uint8ClampedArray.from(bitmap.data) };
}

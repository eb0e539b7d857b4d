// Lays pictures out on one sheet, each with its name, a note and its kernel as coloured cells. Text and pixels by jimp.
import type { Image, Tensor } from 'convlab';
import { Jimp, loadFont } from 'jimp';
import { SANS_14_BLACK, SANS_16_WHITE, SANS_32_BLACK, SANS_64_WHITE } from 'jimp/fonts';

export interface Tile {
  readonly image: Image;
  readonly name: string;
  readonly note: string;
  /** `[kH, kW]`: drawn as cells, orange for positive weights, blue for negative ones */
  readonly kernel?: Tensor;
}

type Canvas = ReturnType<typeof Jimp.fromBitmap>;

export const TILE = { width: 440, height: 330 } as const;
const [COLUMNS, GAP, CAPTION] = [4, 24, 84];
const [PAPER, INK, ZERO, POSITIVE, NEGATIVE] = [0xf6f4efff, 0x1f2933ff, 0xe2ded5ff, [217, 95, 2], [33, 102, 172]] as const;

/** A sheet that opens with a title and lines of text (a tab starts the second column); the tiles follow in rows of four. */
export async function contactSheet(title: string, lines: readonly string[], tiles: readonly Tile[]): Promise<Image> {
  const rows = Math.ceil((tiles.length + 1) / COLUMNS);
  const sheet = new Jimp({ width: GAP + COLUMNS * (TILE.width + GAP), height: GAP + rows * (TILE.height + CAPTION + GAP), color: PAPER });
  const corner = tileCorner(0);
  fill(sheet, corner.x, corner.y, TILE.width, TILE.height + CAPTION, INK);
  const [huge, white, big, small] = await Promise.all([SANS_64_WHITE, SANS_16_WHITE, SANS_32_BLACK, SANS_14_BLACK].map((font) => loadFont(font)));
  sheet.print({ font: huge, x: corner.x + 28, y: corner.y + 36, text: title });
  const write = (text: string, x: number, y: number) => sheet.print({ font: white, x: corner.x + x, y: corner.y + y, text, maxWidth: TILE.width - x - 24 });
  for (const [i, line] of lines.entries()) for (const [column, text] of line.split('\t').entries()) write(text, 32 + 150 * column, 120 + 24 * i);
  for (const [i, [colour, text]] of (
    [
      [POSITIVE, 'weights that add'],
      [NEGATIVE, 'that subtract'],
    ] as const
  ).entries()) {
    fill(sheet, corner.x + 32 + 190 * i, corner.y + TILE.height + 36, 18, 18, blend(colour, 1));
    write(text, 60 + 190 * i, TILE.height + 34);
  }

  tiles.forEach(({ image, name, note, kernel }, i) => {
    const { x, y } = tileCorner(i + 1);
    const picture = toCanvas(image);
    sheet.composite(picture, x + Math.floor((TILE.width - picture.width) / 2), y + TILE.height - picture.height);
    sheet.print({ font: big, x, y: y + TILE.height + 8, text: name });
    sheet.print({ font: small, x: x + 2, y: y + TILE.height + 50, text: note });
    if (kernel) drawKernel(sheet, kernel, x + TILE.width, y + TILE.height + 10);
  });
  return fromCanvas(sheet);
}

/** Where the i-th tile has its upper left corner; the title is the first. */
export function tileCorner(i: number): { x: number; y: number } {
  return { x: GAP + (i % COLUMNS) * (TILE.width + GAP), y: GAP + Math.floor(i / COLUMNS) * (TILE.height + CAPTION + GAP) };
}

/** The picture itself if it fits on a tile, else shrunk until it does. */
export function fitTile(image: Image): Image {
  return image.width <= TILE.width && image.height <= TILE.height ? image : fromCanvas(toCanvas(image).scaleToFit({ w: TILE.width, h: TILE.height }));
}

/** At most 63 pixels wide, with its upper right corner at (right, top). */
function drawKernel(sheet: Canvas, { shape: [height, width], data }: Tensor, right: number, top: number): void {
  const cell = Math.floor(63 / Math.max(height, width));
  const largest = Math.max(...data.map(Math.abs));
  data.forEach((weight, i) => {
    const [x, y] = [right - (width - (i % width)) * cell, top + Math.floor(i / width) * cell];
    const strength = Math.abs(weight) / largest;
    fill(sheet, x, y, cell - 1, cell - 1, weight === 0 ? ZERO : blend(weight > 0 ? POSITIVE : NEGATIVE, 0.25 + 0.75 * strength));
  });
}

/** A colour over white, as jimp's 0xRRGGBBAA. */
function blend(colour: readonly number[], strength: number): number {
  return colour.reduce((packed, value) => packed * 256 + Math.round(255 + (value - 255) * strength), 0) * 256 + 255;
}

function fill(sheet: Canvas, x: number, y: number, width: number, height: number, color: number): void {
  sheet.composite(new Jimp({ width, height, color }), x, y);
}

function toCanvas({ width, height, channels, data }: Image): Canvas {
  const white = data instanceof Float32Array ? 1 : data instanceof Uint16Array ? 65535 : 255;
  const rgba = new Uint8ClampedArray(width * height * 4);
  const grey = channels < 3;
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = (data[i * channels + (grey ? 0 : c)] * 255) / white;
    rgba[4 * i + 3] = channels % 2 ? 255 : (data[(i + 1) * channels - 1] * 255) / white;
  }
  return Jimp.fromBitmap({ width, height, data: Buffer.from(rgba) });
}

function fromCanvas({ bitmap }: Canvas): Image {
  return { width: bitmap.width, height: bitmap.height, channels: 4, data: Uint8ClampedArray.from(bitmap.data) };
}

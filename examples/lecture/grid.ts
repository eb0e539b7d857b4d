// Kernels and feature maps as a labeled grid: a common scale for all maps that are compared, with a legend.
import type { Image, Tensor } from 'convlab';
import { colorOf, css, mapToImage, type Palette, type Range, rangeOf } from './colors.js';
import { COLORS, drawing, picture, rectangle, text } from './svg.js';

export interface GridTile {
  readonly label: string;
  /** a second line, smaller */
  readonly note?: string;
  /** `[H, W]`, in the colors of the grid; or an unchanged `image`; without either, the tile is empty */
  readonly map?: Tensor;
  readonly image?: Image;
  /** for this tile alone, if it shows other values than the rest; the legend does not include it */
  readonly palette?: Palette;
  readonly range?: Range;
  /** Draws a frame around the tile, e.g. because it is the correct answer. */
  readonly marked?: boolean;
}

export interface GridOptions {
  readonly title: string;
  /** lines below the title */
  readonly notes?: readonly string[];
  readonly columns: number;
  /** width of a tile's picture; its height follows. Default 96 */
  readonly width?: number;
  /** Default `signed`. */
  readonly palette?: Palette;
  /** Default: the range of all maps without their own. */
  readonly range?: Range;
  /** what the colors measure; if omitted, there is no legend */
  readonly legend?: string;
}

const [MARGIN, GAP, LINE] = [20, 14, 15] as const;

/** Draws tiles row by row. */
export async function grid(tiles: readonly GridTile[], options: GridOptions): Promise<string> {
  const { title, notes = [], columns, width = 96, palette = 'signed', legend } = options;
  const shared = tiles.flatMap(({ map, palette: own }) => (map && !own ? [map] : []));
  const range = options.range ?? rangeOf(palette, shared);
  // as wide as the column, but not higher than the column is wide
  const sizeOf = ({ map, image }: GridTile): [width: number, height: number] => {
    const [h, w] = map ? map.shape : image ? [image.height, image.width] : [0, 1];
    const scale = Math.min(width / w, width / Math.max(h, 1));
    return [w * scale, h * scale];
  };
  const height = Math.max(...tiles.map((tile) => sizeOf(tile)[1]));
  const labels = tiles.some(({ note }) => note) ? 2 : 1;
  const pitch = height + labels * LINE + GAP;
  const head = MARGIN + 24 + notes.length * 17 + 8;
  const rows = Math.ceil(tiles.length / columns);
  const foot = head + rows * pitch;
  const total = Math.max(
    2 * MARGIN + columns * (width + GAP) - GAP,
    2 * MARGIN + textWidth(title, 17, true),
    ...notes.map((note) => 2 * MARGIN + textWidth(note, 12)),
  );

  const parts = [text(MARGIN, MARGIN + 14, title, { size: 17, bold: true })];
  for (const [i, note] of notes.entries()) parts.push(text(MARGIN, MARGIN + 36 + 17 * i, note, { size: 12, color: COLORS.faint }));
  for (const [i, tile] of tiles.entries()) {
    const x = MARGIN + (i % columns) * (width + GAP);
    const y = head + Math.floor(i / columns) * pitch;
    const { map, label, note, marked } = tile;
    const [w, h] = sizeOf(tile);
    const image = map ? mapToImage(map, tile.palette ?? palette, tile.range ?? (tile.palette ? rangeOf(tile.palette, [map]) : range)) : tile.image;
    if (image) {
      parts.push(await picture(x, y, w, h, image));
      parts.push(rectangle(x, y, w, h, 'none', [marked ? COLORS.positive : COLORS.line, marked ? 3 : 1]));
    }
    const size = Math.min(11, (11 * (width + GAP - 4)) / Math.max(1, textWidth(label, 11)));
    parts.push(text(x, y + h + LINE - 2, label, { size }));
    if (note) parts.push(text(x, y + h + 2 * LINE - 3, note, { size: Math.min(10, (10 * (width + GAP - 4)) / textWidth(note, 10)), color: COLORS.faint }));
  }
  if (!legend) return drawing(total, foot + 4, parts);
  parts.push(...legendOf(MARGIN, foot + 4, Math.min(220, total - 2 * MARGIN), legend, palette, range));
  return drawing(Math.max(total, 2 * MARGIN + textWidth(legend, 11)), foot + 58, parts);
}

/** A bar with the colors of the palette and the numbers at its ends; for a signed palette, also in the middle. */
export function legendOf(x: number, y: number, width: number, label: string, palette: Palette, [low, high]: Range): string[] {
  const steps = 60;
  const step = width / steps;
  const bar = Array.from({ length: steps }, (_, i) => rectangle(x + i * step, y, step + 0.3, 10, css(colorOf(palette, i / (steps - 1)))));
  const numbers = [text(x, y + 24, short(low), { size: 11 }), text(x + width, y + 24, short(high), { size: 11, anchor: 'end' })];
  if (palette === 'signed') numbers.push(text(x + width / 2, y + 24, '0', { size: 11, anchor: 'middle' }));
  return [...bar, rectangle(x, y, width, 10, 'none', [COLORS.line]), ...numbers, text(x, y + 40, label, { size: 11, color: COLORS.faint })];
}

/** A number with three significant digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3))).replace('-', '−');
}

/** The approximate width of a line in DejaVu Sans, rounded up. */
export function textWidth(line: string, size: number, bold = false): number {
  return line.length * size * (bold ? 0.68 : 0.6);
}

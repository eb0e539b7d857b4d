// Planes of numbers as cells, and what is drawn around them.
import { colorOf, css, type Palette } from '../../examples/lecture/colors.js';
import { short } from '../../examples/lecture/grid.js';
import { COLORS, rectangle, text } from '../../examples/lecture/svg.js';
import type { Tensor } from '../../src/index.js';

export { COLORS };

/** Told apart by everybody, on white and beside each other. */
export const HUES = ['#d95f02', '#2166ac', '#1b9e77', '#b5439a', '#8a6d00'] as const;

export interface CellsOptions {
  /** side of a cell */
  readonly cell?: number;
  /** Default: white. */
  readonly fill?: (row: number, column: number, value: number) => string;
  /** Default: the number. */
  readonly label?: (value: number, row: number, column: number) => string;
  readonly ink?: (row: number, column: number) => string;
}

/** @param values `[..., H, W]`, of which the first plane is drawn */
export function cells(x: number, y: number, values: Tensor, { cell = 34, fill, label = short, ink }: CellsOptions = {}): string {
  const [height, width] = values.shape.slice(-2);
  const parts: string[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const value = values.data[row * width + column];
      const [left, top] = [x + column * cell, y + row * cell];
      parts.push(rectangle(left, top, cell, cell, fill?.(row, column, value) ?? COLORS.paper, [COLORS.line]));
      const content = label(value, row, column);
      const size = Math.min(0.42 * cell, (1.45 * cell) / Math.max(1, content.length));
      if (content) parts.push(text(left + cell / 2, top + cell / 2 + size * 0.36, content, { size, anchor: 'middle', color: ink?.(row, column) }));
    }
  }
  return parts.join('\n');
}

/** A frame around cells. @param inset how far inside their edge, so that frames do not hide each other */
export function frame(x: number, y: number, width: number, height: number, color: string = COLORS.ink, { thick = 3, inset = 0 } = {}): string {
  return rectangle(x + inset, y + inset, width - 2 * inset, height - 2 * inset, 'none', [color, thick]);
}

/** A pale color for a number, so that it can be read. @param most what has the strongest color */
export function pale(value: number, most: number, palette: Palette = 'signed'): string {
  return css(colorOf(palette, 0.5 + (0.24 * value) / most));
}

/** Mixes a color with white. @param share from 0, white, to 1, the color itself */
export function thinned(hex: string, share: number): string {
  const channel = (at: number) => Math.round(255 + (Number.parseInt(hex.slice(at, at + 2), 16) - 255) * share);
  return css([channel(1), channel(3), channel(5)]);
}

export const title = (content: string) => text(20, 32, content, { size: 17, bold: true });
export const note = (y: number, content: string, x = 20) => text(x, y, content, { size: 12, color: COLORS.faint });
export const heading = (x: number, y: number, content: string, anchor: 'start' | 'middle' = 'start') => text(x, y, content, { size: 13, bold: true, anchor });
export const sign = (x: number, y: number, content: string) => text(x, y, content, { size: 22, anchor: 'middle' });

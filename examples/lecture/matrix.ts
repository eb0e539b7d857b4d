// Matrices of numbers, drawn as on the slides: cells in rows, colored by their value, with names, and with signs between the matrices.
import type { Tensor } from 'convlab';
import { colorOf, css, rangeOf } from './colors.js';
import { short, textWidth } from './grid.js';
import { COLORS, drawing, rectangle, text } from './svg.js';

export interface Matrix {
  readonly name: string;
  /** `[H, W]` */
  readonly values: Tensor;
  /** a line below it */
  readonly note?: string;
  /** cells that are framed, `[y, x]` */
  readonly marked?: readonly (readonly [number, number])[];
  /** the sign to its right, e.g. `*` or `=` */
  readonly sign?: string;
}

const [CELL, MARGIN, SIGN] = [34, 20, 44] as const;

/** Draws matrices side by side, with their signs between them. @param cell side of a cell */
export function matrices(title: string, notes: readonly string[], items: readonly Matrix[], cell: number = CELL): string {
  const tallest = Math.max(...items.map(({ values }) => values.shape[0])) * cell;
  const head = MARGIN + 30 + 17 * notes.length + 26;
  const parts = [text(MARGIN, MARGIN + 14, title, { size: 17, bold: true })];
  for (const [i, note] of notes.entries()) parts.push(text(MARGIN, MARGIN + 37 + 17 * i, note, { size: 12, color: COLORS.faint }));
  let x: number = MARGIN;
  for (const { name, values, note, marked = [], sign } of items) {
    const [height, width] = values.shape;
    const y = head + (tallest - height * cell) / 2;
    const room = Math.max(width * cell, textWidth(name, 13), textWidth(note ?? '', 11));
    parts.push(text(x, y - 9, name, { size: 13, bold: true }));
    const [, most] = rangeOf('signed', [values]);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const value = values.data[row * width + column];
        const share = 0.5 + (0.24 * value) / most; // pale, so that the numbers can be read
        parts.push(rectangle(x + column * cell, y + row * cell, cell, cell, css(colorOf('signed', share)), [COLORS.line]));
        const label = short(value);
        const size = Math.min(0.42 * cell, (1.5 * cell) / label.length);
        parts.push(text(x + (column + 0.5) * cell, y + (row + 0.5) * cell + size * 0.36, label, { size, anchor: 'middle' }));
      }
    }
    for (const [row, column] of marked) parts.push(rectangle(x + column * cell, y + row * cell, cell, cell, 'none', [COLORS.ink, 2.5]));
    if (note) parts.push(text(x, y + height * cell + 17, note, { size: 11, color: COLORS.faint }));
    x += room;
    if (sign) parts.push(text(x + SIGN / 2, head + tallest / 2 + 8, sign, { size: 22, anchor: 'middle' }));
    x += sign ? SIGN : 2 * MARGIN;
  }
  const wide = Math.max(x, ...notes.map((note) => 2 * MARGIN + textWidth(note, 12)), 2 * MARGIN + textWidth(title, 17, true));
  return drawing(wide, head + tallest + 40, parts);
}

// The layers of a network as boxes, drawn to scale; the depth of a box is the number of maps.
import type { Summary } from 'convlab';
import { textWidth } from './grid.js';
import { COLORS, drawing, line, rectangle, text } from './svg.js';

export interface Volume {
  readonly name: string;
  /** `[C, H, W]` */
  readonly shape: readonly [channels: number, height: number, width: number];
  /** side of the window that the next layer slides over it, drawn in its middle */
  readonly window?: number;
}

const [UNIT, DEPTH, MARGIN] = [5, 4, 24] as const;

/** Draws boxes from left to right. A layer of single neurons is a column, cut off if it is too long. */
export function volumes(title: string, layers: readonly Volume[]): string {
  const parts = [text(MARGIN, MARGIN + 10, title, { size: 17, bold: true })];
  const boxes = layers.map(({ shape: [channels, height, width] }) =>
    height * width === 1
      ? { depth: 0, height: Math.min(channels * 6, 200), width: 12 }
      : { depth: channels * DEPTH, height: height * UNIT, width: width * UNIT },
  );
  const tallest = Math.max(...boxes.map(({ height, depth }) => height + depth));
  const base = MARGIN + 40 + tallest;
  let x = MARGIN;
  for (const [i, { depth, height, width }] of boxes.entries()) {
    const [channels, h, w] = layers[i].shape;
    const single = h * w === 1;
    const label = single ? String(channels) : `${channels} x ${h} x ${w}`;
    const room = Math.max(width + depth, textWidth(layers[i].name, 12), textWidth(label, 12));
    const middle = base - tallest / 2 + height / 2;
    const bottom = single ? middle : middle + depth / 2;
    if (single) {
      const cell = 6;
      for (let n = 0; n < Math.floor(height / cell); n++)
        parts.push(rectangle(x, bottom - height + n * cell, width, cell - 1, '#f5b46b', [COLORS.positive, 0.5]));
      if (channels * cell > height)
        parts.push(
          rectangle(x - 4, bottom - height / 2 - 9, width + 8, 18, COLORS.paper),
          text(x + width / 2, bottom - height / 2 + 5, '...', { anchor: 'middle' }),
        );
    } else {
      // one sheet for each map, the last in front
      for (let c = channels - 1; c >= 0; c--) {
        const shift = c * DEPTH;
        parts.push(rectangle(x + shift, bottom - height - shift, width, height, c === 0 ? '#fde3c8' : '#f5b46b', [COLORS.positive, 0.7]));
      }
      const side = (layers[i].window ?? 0) * UNIT;
      if (side > 0) parts.push(rectangle(x + (width - side) / 2, bottom - (height + side) / 2, side, side, 'none', [COLORS.ink, 1.2]));
    }
    parts.push(text(x, base + 22, layers[i].name, { size: 12, bold: true }), text(x, base + 39, label, { size: 12, color: COLORS.faint }));
    const from = x + width + depth;
    x += room + 34;
    if (i < boxes.length - 1) parts.push(line(from + 6, base - tallest / 2, Math.max(from + 18, x - 10), base - tallest / 2, COLORS.faint, 1.5));
  }
  return drawing(Math.max(x, 2 * MARGIN + textWidth(title, 17, true)), base + 58, parts);
}

/** The boxes of a model, read from its summary: one for every operation that changes the shape, together with the operations that follow it. */
export function volumesOf({ lines }: Summary, input: readonly [number, number, number]): Volume[] {
  const boxes: { name: string; shape: readonly [number, number, number] }[] = [{ name: 'input', shape: input }];
  for (const { layer, operation, outputShape } of lines) {
    const [, channels, height = 1, width = 1] = outputShape;
    const last = boxes[boxes.length - 1];
    if (String(last.shape) === String([channels, height, width])) last.name += `, ${layer || operation}`;
    else boxes.push({ name: layer || operation, shape: [channels, height, width] });
  }
  return boxes;
}

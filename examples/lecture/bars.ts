// The answers of a network as bars: in the terminal, and beside the image.
import type { Tensor } from 'convlab';
import { mapToImage } from './colors.js';
import { textWidth } from './grid.js';
import { percent } from './lesson.js';
import { COLORS, drawing, picture, rectangle, text } from './svg.js';

/** e^x / sum e^x, from logits or log-probabilities. */
export function probabilities(values: Float32Array): number[] {
  const most = Math.max(...values);
  const powers = [...values].map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

/** Ten lines of text. */
export function terminalBars(shares: readonly number[]): string {
  return shares.map((share, c) => `  ${String(c).padStart(2)} ${'█'.repeat(Math.round(40 * share)).padEnd(40, '·')} ${percent(share)}`).join('\n');
}

export interface Answer {
  /** `[1, H, W]`, 0 to 1 */
  readonly x: Tensor;
  readonly label: string;
  readonly shares: readonly number[];
  /** the correct class */
  readonly actual: number;
}

/** Digits with their bars; the correct class is orange. */
export async function answers(title: string, items: readonly Answer[], columns: number): Promise<string> {
  const [side, bar, gap, top] = [112, 150, 26, 60];
  const [wide, high] = [side + bar + 74, side + 44];
  const parts = [text(20, 34, title, { size: 17, bold: true })];
  for (const [i, { x, label, shares, actual }] of items.entries()) {
    const [left, y] = [20 + (i % columns) * (wide + gap), top + Math.floor(i / columns) * high];
    parts.push(await picture(left, y, side, side, mapToImage({ shape: x.shape.slice(-2), data: x.data }, 'gray', [0, 1])));
    parts.push(text(left, y + side + 17, label, { size: 12 }));
    const pitch = side / shares.length;
    for (const [c, share] of shares.entries()) {
      const at = y + c * pitch;
      parts.push(text(left + side + 20, at + pitch - 2.5, c, { size: 9, anchor: 'end' }));
      parts.push(rectangle(left + side + 25, at + 1, Math.max(0.5, bar * share), pitch - 2, c === actual ? COLORS.positive : '#829ab1'));
      if (share >= 0.005) parts.push(text(left + side + 28 + bar * share, at + pitch - 2.5, percent(share, 0), { size: 9, color: COLORS.faint }));
    }
  }
  const rows = Math.ceil(items.length / columns);
  return drawing(Math.max(40 + columns * (wide + gap), 40 + textWidth(title, 17, true)), top + rows * high, parts);
}

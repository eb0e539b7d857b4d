// Bars of milliseconds, read from the tables of docs/performance.md.
import { readFileSync } from 'node:fs';
import { COLORS, rectangle, text } from '../../examples/lecture/svg.js';
import { heading, note, title } from './cells.js';
import type { Drawing } from './drawing.js';

const TABLE = '### 8-bit RGBA, 1920×1080';
const ROWS = { 'sharpen 3×3': 'sharpen, 3 × 3', 'dense 7×7': 'any kernel of 7 × 7', 'Gaussian σ 2': 'Gaussian blur, σ 2' } as const;
const PEERS = { convlab: 'convlab', 'OpenCV native': 'OpenCV (C++)', 'opencv.js': 'opencv.js', sharp: 'sharp', jimp: 'jimp' } as const;
const [LEFT, WIDTH, BAR, PITCH] = [130, 470, 15, 20];

/** Milliseconds on two threads, or on one where there is no more, by row and peer. */
export function measured(page: string): Map<string, Map<string, number>> {
  const lines = page.slice(page.indexOf(TABLE)).split('\n').slice(2);
  const cells = (line: string) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''));
  const heads = cells(lines[0]);
  const rows = lines.slice(2, lines.indexOf('', 2)).map(cells);
  return new Map(
    rows.map(([name, ...values]) => [
      name,
      new Map(values.flatMap((value, i) => (/^\d/.test(value) ? [[heads[i + 1], Number(/^(?:[\d.]+ → )?([\d.]+)/.exec(value)?.[1])] as const] : []))),
    ]),
  );
}

export async function speed(): Promise<Drawing> {
  const times = measured(readFileSync('docs/performance.md', 'utf8'));
  const parts = [title('Milliseconds for one filter'), note(52, 'RGBA, 8 bits, 1920 × 1080, two cores of an AMD EPYC, in memory. Logarithmic scale.')];
  const most = 2000;
  let y = 82;
  for (const [row, label] of Object.entries(ROWS)) {
    const found = times.get(row);
    if (!found?.has('convlab')) throw new Error(`docs/performance.md has no figure of convlab for ${row}`);
    parts.push(heading(20, y, label));
    y += 8;
    for (const [peer, name] of Object.entries(PEERS)) {
      const ms = found.get(peer);
      if (ms === undefined) continue;
      const width = (WIDTH * Math.log(1 + ms)) / Math.log(1 + most);
      const color = peer === 'convlab' ? COLORS.positive : COLORS.line;
      parts.push(text(LEFT - 8, y + 12, name, { size: 12, anchor: 'end', bold: peer === 'convlab' }), rectangle(LEFT, y, width, BAR, color));
      parts.push(text(LEFT + width + 6, y + 12, ms < 10 ? ms.toFixed(1) : ms.toFixed(0), { size: 12 }));
      y += PITCH;
    }
    y += 22;
  }
  return { name: 'speed', width: LEFT + WIDTH + 70, height: y - 14, parts, zoom: 1.25 };
}

import type { Cost } from './process.js';
import type { Work } from './works.js';

/** One line of the table. */
export interface Row {
  readonly name: string;
  readonly work: Work;
  readonly costs: readonly Cost[];
}

/** As Markdown: what the largest of four took, and how both costs grew from 2n to 8n against what they are held against. */
export function printTable(rows: readonly Row[]): string {
  const lines = rows.map(({ name, work, costs }) => {
    const [, second, , last] = costs;
    const outcomes = [...new Set(costs.map(({ outcome }) => outcome))].join(', then ');
    const file = last.bytes < 1e6 ? `${(last.bytes / 1e3).toFixed(0)} kB` : `${(last.bytes / 1e6).toFixed(1)} MB`;
    const by = (value: number, before: number) => (value / before).toFixed(1);
    return [
      name,
      work === 'builtIn' ? 'without sharp' : work === 'picture' ? 'with sharp' : work,
      file,
      outcomes,
      `${last.seconds.toFixed(3)} s`,
      `${(last.memory / 2 ** 20).toFixed(0)} MiB`,
      `× ${by(last.size, second.size)}`,
      `× ${by(last.seconds, second.seconds)}`,
      `× ${by(Math.max(last.memory, 2 ** 20), Math.max(second.memory, 2 ** 20))}`,
    ].join(' | ');
  });
  const head = ['structure, 8n of it', 'read', 'file', 'outcome', 'CPU', 'memory', 'size, 2n → 8n', 'CPU', 'memory'].join(' | ');
  return `| ${head} |\n|---|---|---|---|---|---|---|---|---|\n${lines.map((line) => `| ${line} |`).join('\n')}\n`;
}

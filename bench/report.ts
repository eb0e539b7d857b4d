import type { Measurement } from './measure.js';

/** What was measured of one row. */
export interface RowReport {
  readonly group: string;
  readonly table: string;
  readonly row: string;
  readonly measurements: readonly Measurement[];
}

/**
 * A row's table: a line a peer, and for each number of threads its time, how many times as long as the first peer it takes,
 * and the share of the limit that it reaches: what the slowest of the limits takes, by what the peer takes.
 */
export function rowTable({ measurements }: RowReport, threads: readonly number[]): string[][] {
  const peers = [...new Set(measurements.map(({ peer }) => peer))];
  // a peer with one thread is as fast where there are two
  const of = (peer: string, count: number) => measurements.findLast((each) => each.peer === peer && each.threads <= count);
  const limitOf = (count: number) => Math.max(...measurements.filter((each) => each.limit && each.threads === count).map(({ ms }) => ms));
  const head = ['', ...threads.flatMap((count) => [`${count} thread${count === 1 ? '' : 's'}`, 'takes', 'of limit']), 'off', ''];
  const lines = peers.map((peer) => {
    const cells = threads.flatMap((count) => {
      const [mine, unit] = [of(peer, count), of(peers[0], count)];
      if (!mine || !unit) return ['–', '', ''];
      const share = limitOf(count) / mine.ms;
      return [milliseconds(mine.ms), mine.limit ? '' : `${ratio(mine.ms / unit.ms)}×`, mine.limit || !(share > 0) ? '' : `${Math.round(100 * share)}%`];
    });
    const { difference, note, samples } = of(peer, Number.POSITIVE_INFINITY) as Measurement;
    return [peer, ...cells, differenceText(difference), [note, samples < 7 && `${samples}× measured`].filter(Boolean).join(', ')];
  });
  return [head, ...lines];
}

export function plainTable(lines: readonly string[][]): string {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => (i === 0 || i === line.length - 1 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function differenceText(difference: Measurement['difference']): string {
  if (!difference) return '';
  const { largest, share } = difference;
  if (share === undefined) return largest.toExponential(0);
  return largest === 0 ? '0' : `${largest} (${(100 * share).toFixed(share < 0.001 ? 3 : 1)}%)${largest > 1 ? ' ≈' : ''}`;
}

function milliseconds(ms: number): string {
  return ms.toFixed(ms < 1 ? 3 : ms < 10 ? 2 : ms < 100 ? 1 : 0);
}

function ratio(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

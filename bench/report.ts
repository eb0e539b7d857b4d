import { textTable } from '../src/text-table.js';
import type { Measurement } from './measure.js';

/** What a run of the bench found: out/bench.json. */
export interface Report {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  /** the machine's load before the first row: on an idle machine below 1 */
  readonly load: number;
  readonly date: string;
  readonly rounds: number;
  readonly threads: readonly number[];
  readonly rows: readonly RowReport[];
}

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
  return textTable(lines, (column) => column > 0 && column < lines[0].length - 1);
}

/** Rows by peers, a table for each group of rows, as Markdown. */
export function markdown({ cpu, cores, node, load, date, rounds, threads, rows }: Report): string {
  const head = `${cpu}, ${cores} cores, Node ${node}, ${date}; load at the start ${load.toFixed(1)}; medians of ${rounds}; milliseconds, ${threads.join(' → ')} threads.`;
  const tables = [...new Set(rows.map(({ table }) => table))].map((table) =>
    markdownTable(
      table,
      rows.filter((row) => row.table === table),
      threads,
    ),
  );
  return [head, ...tables].join('\n\n');
}

function markdownTable(title: string, rows: readonly RowReport[], threads: readonly number[]): string {
  const peers = [...new Set(rows.flatMap(({ measurements }) => measurements.map(({ peer }) => peer)))];
  const most = Math.max(...threads);
  const cell = ({ measurements }: RowReport, peer: string) => {
    const mine = threads.flatMap((count) => measurements.find((each) => each.peer === peer && each.threads === count) ?? []);
    if (mine.length === 0) return '–';
    const [last, first] = [mine[mine.length - 1], measurements[0].peer];
    const unit = measurements.findLast((each) => each.peer === first && each.threads <= most) as Measurement;
    const limit = Math.max(0, ...measurements.filter((each) => each.limit && each.threads === most).map(({ ms }) => ms));
    const ratioOrShare = peer === first ? limit > 0 && `${Math.round((100 * limit) / last.ms)}% of the limit` : !last.limit && `${ratio(last.ms / unit.ms)}×`;
    const off = last.difference && (last.difference.share === undefined ? '' : `off ${differenceText(last.difference)}`);
    return [mine.map(({ ms }) => milliseconds(ms)).join(' → '), ratioOrShare, off, last.note?.replaceAll('|', '\\|')].filter(Boolean).join('<br>');
  };
  const lines = [['', ...peers], ['---', ...peers.map(() => '---')], ...rows.map((row) => [row.row, ...peers.map((peer) => cell(row, peer))])];
  return `### ${title}\n\n${lines.map((line) => `| ${line.join(' | ')} |`).join('\n')}`;
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

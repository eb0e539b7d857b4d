import { textTable } from '../src/text-table.js';
import type { Measurement } from './measure.js';
import { differenceText, measurementOf, milliseconds, type RowReport, ratio } from './report-cells.js';
import { summaryOf } from './report-summaries.js';

/** The results of a benchmark run: out/bench.json. */
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

/**
 * A row's table: a line a peer, and for each number of threads its time, how many times as long as the first peer it takes,
 * and the share of the limit that it reaches: what the slowest of the limits takes, by what the peer takes.
 * @param columnOf the head of a time
 */
export function rowTable(row: RowReport, threads: readonly number[], columnOf = threadsOf): string[][] {
  const { measurements } = row;
  const peers = [...new Set(measurements.map(({ peer }) => peer))];
  const of = (peer: string, count: number) => measurementOf(row, peer, count);
  const limitOf = (count: number) => Math.max(...measurements.filter((each) => each.limit && each.threads === count).map(({ ms }) => ms));
  const head = ['', ...threads.flatMap((count) => [columnOf(count), 'takes', 'of limit']), 'off', ''];
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

function threadsOf(count: number): string {
  return `${count} thread${count === 1 ? '' : 's'}`;
}

export function plainTable(lines: readonly string[][]): string {
  return textTable(lines, (column) => column > 0 && column < lines[0].length - 1);
}

/** Rows by peers, a table for each group of rows, as Markdown. */
export function markdown({ cpu, cores, node, load, date, rounds, threads, rows }: Report): string {
  const head = `${cpu}, ${cores} cores, Node ${node}, ${date}; load at the start ${load.toFixed(1)}; medians of ${rounds}; milliseconds, ${threads.join(' → ')} threads.`;
  const tables = tablesOf(rows).map(({ title, rows }) => `### ${title}\n\n${markdownLines(summaryOf(rows, threads) ?? peersTable(rows, threads))}`);
  return [head, ...tables].join('\n\n');
}

/** Rows of one table each. */
export function tablesOf(rows: readonly RowReport[]): readonly { readonly title: string; readonly rows: readonly RowReport[] }[] {
  return [...new Set(rows.map(({ table }) => table))].map((title) => ({ title, rows: rows.filter(({ table }) => table === title) }));
}

function markdownLines([head, ...lines]: readonly string[][]): string {
  return [head, head.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function peersTable(rows: readonly RowReport[], threads: readonly number[]): string[][] {
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
  return [['', ...peers], ...rows.map((row) => [row.row, ...peers.map((peer) => cell(row, peer))])];
}

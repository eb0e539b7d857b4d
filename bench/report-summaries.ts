import type { Measurement } from './measure.js';
import { AGAIN, ALONE, LEARNED, SHARED } from './peers/convlab-sharing.js';
import { differenceText, measurementOf, milliseconds, type RowReport, ratio } from './report-cells.js';

/** How many times the better of both ways what is learned may take. */
const LEARNED_AT_MOST = 1.1;

/** One line for each row, where a table compares rows with an allowance. @returns undefined of tables that compare peers */
export function summaryOf(rows: readonly RowReport[], threads: readonly number[]): string[][] | undefined {
  if (rows[0].group === 'sharing') return sharingTable(rows);
  return rows[0].group === 'options' ? optionTable(rows, threads) : undefined;
}

/**
 * The cost of options: milliseconds, nanoseconds per sample, the ratio to the row it is compared with, and the peers
 * that support it.
 */
function optionTable(rows: readonly RowReport[], threads: readonly number[]): string[][] {
  const most = Math.max(...threads);
  const peers = [...new Set(rows.flatMap(({ measurements }) => measurements.map(({ peer }) => peer)))].filter((peer) => !peer.startsWith('convlab'));
  const head = ['', 'ms', 'ns a sample', 'beside', 'its ms', 'times', 'at most', '', ...peers.flatMap((peer) => [peer, 'off']), 'off', 'plan'];
  const lines = rows.map((row) => {
    const mine = everyOf(row, 'convlab', threads);
    const { peer = '', beside = '', atMost } = row.allowance ?? {};
    const last = measurementOf(row, 'convlab', most);
    return [
      row.row,
      arrows(mine, ({ ms }) => milliseconds(ms)),
      last?.size === undefined ? '' : arrows(mine, (each) => milliseconds(perSample(each, each))),
      beside,
      arrows(everyOf(row, peer, threads), ({ ms }) => milliseconds(ms)),
      arrows(ratiosOf(row, threads), ({ times }) => `${ratio(times)}×`),
      atMost === undefined ? '' : `${ratio(atMost)}×`,
      isOver(row, threads) ? 'OVER' : '',
      ...peers.flatMap((each) => [
        arrows(everyOf(row, each, threads), ({ ms }) => milliseconds(ms)),
        differenceText(measurementOf(row, each, most)?.difference),
      ]),
      differenceText(last?.difference),
      last?.note ?? '',
    ];
  });
  return [head, ...lines];
}

function isOver(row: RowReport, threads: readonly number[]): boolean {
  const { atMost = Number.POSITIVE_INFINITY, threads: only } = row.allowance ?? {};
  return ratiosOf(row, threads).some(({ threads, times }) => times > atMost && (only === undefined || threads === only));
}

/** For every number of threads with both measurements, nanoseconds per sample divided by those of the peer. */
function ratiosOf(row: RowReport, threads: readonly number[]): readonly { readonly threads: number; readonly times: number }[] {
  return threads.flatMap((count) => {
    const [mine, other] = ['convlab', row.allowance?.peer ?? ''].map((peer) => measurementOf(row, peer, count));
    return mine && other ? [{ threads: count, times: perSample(mine, mine) / perSample(other, mine) }] : [];
  });
}

/**
 * Nanoseconds per sample, or per call if no size is reported.
 * @param same the entry whose image size applies to a peer that reports none
 */
function perSample({ ms, size }: Measurement, same: Measurement): number {
  return (1e6 * ms) / (size ?? same.size ?? 1);
}

/** The time of a peer for every number of threads; once for a single-threaded peer. */
function everyOf(row: RowReport, peer: string, threads: readonly number[]): readonly Measurement[] {
  return [...new Set(threads.map((count) => measurementOf(row, peer, count)))].filter((each) => each !== undefined);
}

/** By numbers of threads. */
function arrows<T>(values: readonly T[], words: (value: T) => string): string {
  return values.map(words).join(' → ') || '–';
}

/** Two threads that learn what to share, beside the better of sharing everything and nothing. */
function sharingTable(rows: readonly RowReport[]): string[][] {
  const head = ['', 'alone, ms', 'shared, ms', 'learned, ms', 'learned ÷ better', 'at most', '', 'shared again ÷ shared', 'plan'];
  const lines = rows.map((row) => {
    const [alone, shared, learned, again] = [ALONE, SHARED, LEARNED, AGAIN].map((peer) => measurementOf(row, peer, 1));
    if (!alone || !shared || !learned) return [row.row, ...[alone, shared, learned].map((each) => (each ? milliseconds(each.ms) : '–')), '–', '', '', '', ''];
    const times = learned.ms / Math.min(alone.ms, shared.ms);
    const cells = [alone, shared, learned].map(({ ms }) => milliseconds(ms));
    return [
      row.row,
      ...cells,
      `${ratio(times)}×`,
      `${ratio(LEARNED_AT_MOST)}×`,
      times > LEARNED_AT_MOST ? 'OVER' : '',
      again ? `${ratio(again.ms / shared.ms)}×` : '',
      learned.note ?? '',
    ];
  });
  return [head, ...lines];
}

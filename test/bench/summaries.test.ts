import { expect, test } from 'vitest';
import type { Measurement } from '../../bench/measure.js';
import type { RowReport } from '../../bench/report-cells.js';
import { summaryOf } from '../../bench/report-summaries.js';
import type { Allowance, Group } from '../../bench/row.js';

function measured(peer: string, threads: number, ms: number, size?: number): Measurement {
  return { peer, threads, ms, fastest: ms, samples: 15, size, note: peer === 'convlab' ? 'direct, float32' : undefined };
}

function row(group: Group, measurements: readonly Measurement[], allowance?: Allowance): RowReport {
  return { group, table: 'a table', row: 'a row', allowance, measurements };
}

/** The cells of the only line, by the words above them. */
function lineOf(report: RowReport): Record<string, string> {
  const [head, line] = summaryOf([report], [1, 2]) as string[][];
  return Object.fromEntries(head.map((word, i) => [word, line[i]]));
}

const plain = { peer: 'convlab, plain', beside: 'sharpen', atMost: 3 };

test('an option is reported in nanoseconds per sample, as a ratio to the call beside it, with its plan', () => {
  const measurements = [
    measured('convlab', 1, 8, 4e6),
    measured('convlab, plain', 1, 1, 1e6),
    measured('convlab', 2, 4, 4e6),
    measured('convlab, plain', 2, 1, 1e6),
  ];
  expect(lineOf(row('options', measurements, plain))).toMatchObject({
    ms: '8.00 → 4.00',
    'ns a sample': '2.00 → 1.00',
    beside: 'sharpen',
    'its ms': '1.00 → 1.00',
    times: '2.00× → 1.00×',
    'at most': '3.00×',
    plan: 'direct, float32',
  });
});

test.each([
  [2.9, 2.9, undefined, ''],
  [3.1, 2.9, undefined, 'OVER'],
  [2.9, 3.1, undefined, 'OVER'],
  [3.1, 2.9, 2, ''],
  [2.9, 3.1, 2, 'OVER'],
])('%f times on one thread, %f on two, limited to 3 on %s: "%s"', (one, two, threads, mark) => {
  const measurements = [
    measured('convlab', 1, one, 1),
    measured('convlab, plain', 1, 1, 1),
    measured('convlab', 2, two, 1),
    measured('convlab, plain', 2, 1, 1),
  ];
  expect(lineOf(row('options', measurements, { ...plain, threads }))['']).toBe(mark);
});

test('a peer with one thread, and on the same picture, is compared with both numbers of threads', () => {
  const measurements = [measured('convlab', 1, 6, 1e6), measured('convlab', 2, 3, 1e6), measured('a peer', 1, 3)];
  const line = lineOf(row('options', measurements, { peer: 'a peer', beside: 'a peer', atMost: 1 }));
  expect(line).toMatchObject({ times: '2.00× → 1.00×', '': 'OVER', 'its ms': '3.00', 'a peer': '3.00' });
});

test('without the peer there is no ratio, and nothing is over', () => {
  expect(lineOf(row('options', [measured('convlab', 1, 6, 1e6)], { ...plain, peer: 'OpenCV native' }))).toMatchObject({ times: '–', '': '' });
});

test.each([
  [10, 5, 5.4, '1.08×', ''],
  [10, 5, 5.6, '1.12×', 'OVER'],
  [5, 10, 5.6, '1.12×', 'OVER'],
])('alone %f ms, shared %f, learned %f: %s of the better', (alone, shared, learned, times, mark) => {
  const measurements = [measured('convlab, alone', 1, alone), measured('convlab, shared', 1, shared), measured('convlab, learned', 1, learned)];
  expect(lineOf(row('sharing', measurements))).toMatchObject({ 'learned ÷ better': times, '': mark });
});

test('tables that compare peers have no summary', () => {
  expect(summaryOf([row('filters', [])], [1])).toBeUndefined();
});

import type { Measurement } from './measure.js';
import type { Allowance, Group } from './row.js';

/** The measurements of one row. */
export interface RowReport {
  readonly group: Group;
  readonly table: string;
  readonly row: string;
  readonly allowance?: Allowance;
  readonly measurements: readonly Measurement[];
}

/** A peer with one thread is as fast where there are two. */
export function measurementOf({ measurements }: RowReport, peer: string, threads: number): Measurement | undefined {
  return measurements.findLast((each) => each.peer === peer && each.threads <= threads);
}

export function differenceText(difference: Measurement['difference']): string {
  if (!difference) return '';
  const { largest, share } = difference;
  if (share === undefined) return largest.toExponential(0);
  return largest === 0 ? '0' : `${largest} (${(100 * share).toFixed(share < 0.001 ? 3 : 1)}%)${largest > 1 ? ' ≈' : ''}`;
}

export function milliseconds(ms: number): string {
  return ms.toFixed(ms < 1 ? 3 : ms < 10 ? 2 : ms < 100 ? 1 : 0);
}

export function ratio(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

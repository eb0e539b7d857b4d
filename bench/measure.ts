import type { Compare, Difference } from './difference.js';
import type { Contestant } from './row.js';

/** One peer's contestant with a number of threads. */
export interface Entry {
  readonly peer: string;
  readonly threads: number;
  /** not a program but a limit of the machine */
  readonly limit?: boolean;
  readonly contestant: Contestant;
}

export interface Measurement {
  readonly peer: string;
  readonly threads: number;
  readonly limit?: boolean;
  /** median, in milliseconds */
  readonly ms: number;
  readonly fastest: number;
  /** how many times it was measured: slow ones less often */
  readonly samples: number;
  readonly note?: string;
  /** number of samples in its image, if reported */
  readonly size?: number;
  readonly difference?: Difference;
}

/** How a row is measured. */
export interface Rhythm {
  readonly rounds: number;
  /** milliseconds, about, in which everybody gets warm */
  readonly warmUp: number;
  /** calls in which everybody gets warm, at least */
  readonly warmUpCalls: number;
  /** what a run is multiplied by */
  readonly times: number;
}

/** A sample is at least so long: shorter work is repeated. */
const SAMPLE_MS = 20;
/** So long the others keep still before it is a contestant's turn: its predecessor's threads fall asleep meanwhile. */
const PAUSE_MS = 5;

/**
 * Measures all entries in turn in every round, so that other activity of the machine affects all of them equally.
 * @param compare returns the error of a result; undefined if there is nothing to compare
 * @param failed called for entries that drop out
 */
export async function measure(
  entries: readonly Entry[],
  compare: Compare | undefined,
  { rounds, warmUp, warmUpCalls, times }: Rhythm,
  failed: (entry: Entry, error: unknown) => void,
): Promise<Measurement[]> {
  const lanes: { entry: Entry; runs: number; every: number; taken: number[]; difference?: Difference }[] = [];
  for (const entry of entries) {
    try {
      const { contestant } = entry;
      const first = await timed(contestant, 1);
      const result = compare && (await contestant.result());
      const difference = result && compare?.(result);
      // warm: compiled, with its memory touched
      let last = first;
      for (let spent = first, calls = 1; calls < warmUpCalls || (calls <= 8 && spent < warmUp); calls++) {
        last = await timed(contestant, 1);
        spent += last;
      }
      const samples = last < 1000 ? rounds : last < 4000 ? Math.min(rounds, 3) : 1;
      lanes.push({ entry, difference, runs: Math.max(1, Math.ceil(SAMPLE_MS / Math.max(last, 0.001))), every: Math.ceil(rounds / samples), taken: [] });
    } catch (error) {
      failed(entry, error);
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const { entry, runs, every, taken } of lanes) {
      if (round % every !== 0) continue;
      // what a contestant leaves behind is not cleared away in another's time, on another's core
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      // the first run finds the caches of others, which counts for more the fewer runs there are
      if (runs > 1) await timed(entry.contestant, 1);
      taken.push((await timed(entry.contestant, runs)) * times);
    }
  }
  return lanes.map(({ entry: { contestant, ...entry }, taken, difference }) => {
    const sorted = taken.sort((a, b) => a - b);
    return { ...entry, ms: sorted[sorted.length >> 1], fastest: sorted[0], samples: sorted.length, note: contestant.note, size: contestant.size, difference };
  });
}

/** @returns milliseconds a run */
async function timed(contestant: Contestant, runs: number): Promise<number> {
  if (contestant.time) return contestant.time(runs);
  const start = performance.now();
  for (let i = 0; i < runs; i++) {
    const promise = contestant.run();
    if (promise instanceof Promise) await promise;
  }
  return (performance.now() - start) / runs;
}

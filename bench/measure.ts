/** One way to do the work of a row. */
export interface Contestant {
  readonly name: string;
  /** Does the work once: what is timed. */
  run(): unknown;
  /** What the last run computed, in the order of the reference. Not timed. */
  result(): Float32Array | Promise<Float32Array>;
}

/** One piece of work, done by everybody in the same run. */
export interface Row {
  /** for `--only` */
  readonly name: string;
  readonly title: string;
  /** Sets everything up; `expected` is the float64 reference. */
  create(): Promise<{ contestants: readonly Contestant[]; expected: Float32Array }>;
}

export interface Measurement {
  readonly name: string;
  /** median, in milliseconds */
  readonly median: number;
  readonly fastest: number;
  /** largest absolute difference to the reference */
  readonly error: number;
}

const WARM_UP = 5;

/**
 * Times every contestant `rounds` times, one after the other in every round, so that whatever else the machine does
 * meets all of them alike.
 */
export async function measure(contestants: readonly Contestant[], expected: Float32Array, rounds: number): Promise<Measurement[]> {
  const errors: number[] = [];
  for (const contestant of contestants) {
    for (let i = 0; i < WARM_UP; i++) await contestant.run();
    errors.push(largestDifference(await contestant.result(), expected));
  }
  const times = contestants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      const start = performance.now();
      const promise = contestant.run();
      if (promise instanceof Promise) await promise;
      times[i].push(performance.now() - start);
    }
  }
  return contestants.map(({ name }, i) => {
    const sorted = times[i].sort((a, b) => a - b);
    return { name, median: sorted[sorted.length >> 1], fastest: sorted[0], error: errors[i] };
  });
}

/** NaN counts as infinitely far. @throws if the lengths differ: then it was not the same work */
function largestDifference(got: Float32Array, expected: Float32Array): number {
  if (got.length !== expected.length) throw new Error(`${got.length} values instead of ${expected.length}`);
  let largest = 0;
  for (let i = 0; i < got.length; i++) {
    const difference = Math.abs(got[i] - expected[i]);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}

import { Choice, type Clock } from '../choice.js';

/**
 * Initial guess of the cost of handing over a job, in nanoseconds: 2,000 while workers poll for jobs, 40,000 when they
 * must be woken.
 */
const HAND_OVER_NS = 20_000;
/** Size classes per doubling of the predicted work. */
const CLASSES = 2;

const [ALONE, SHARED] = [new Choice(false), new Choice(true)];

/**
 * Decides whether threads share a job or the caller computes it alone. Both give the same bits, so the decision can
 * depend on measured times; it is learned per program and job size.
 */
export class Sharing {
  readonly #choices = new Map<string, Choice[]>();
  readonly #fixed: Choice | undefined;

  /**
   * @param threads number of threads; with 1, the caller computes everything
   * @param handOver initial guess of the cost of handing over a job, in nanoseconds; 0: threads share everything, and
   * nothing is learned
   * @param clock milliseconds since an arbitrary origin. Default performance.now
   */
  constructor(
    private readonly threads: number,
    private readonly handOver = HAND_OVER_NS,
    private readonly clock: Clock = () => performance.now(),
  ) {
    this.#fixed = threads === 1 ? ALONE : handOver === 0 ? SHARED : undefined;
  }

  /**
   * The choice for jobs of this name and size; the first way is to share them.
   * @param units number of units that threads can share; a single unit is not shared
   * @param work predicted nanoseconds on one thread
   * @param copying predicted additional cost of sharing, in nanoseconds. Default 0
   */
  of(name: string, units: number, work: number, copying = 0): Choice {
    if (units <= 1) return ALONE;
    if (this.#fixed) return this.#fixed;
    let choices = this.#choices.get(name);
    if (!choices) {
      choices = [];
      this.#choices.set(name, choices);
    }
    const size = Math.floor(CLASSES * Math.log2(Math.max(1, work)));
    choices[size] ??= this.#firstGuess(Math.max(1, work), this.handOver + copying);
    return choices[size];
  }

  #firstGuess(work: number, costs: number): Choice {
    const times = work >= costs ? this.threads : 1 / this.threads + costs / work;
    return new Choice(work >= costs, { times, clock: this.clock });
  }
}

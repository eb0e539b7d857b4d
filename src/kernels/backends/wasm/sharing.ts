import { Choice, type Clock } from '../choice.js';

/** First guess of what it costs to hand a job over, in nanoseconds: 2,000 while workers look for jobs, 40,000 when they must be woken. */
const HAND_OVER_NS = 20_000;
/** Size classes per doubling of the predicted work. */
const CLASSES = 2;

const [ALONE, SHARED] = [new Choice(false), new Choice(true)];

/**
 * Which jobs threads share, and which the caller does alone. Either gives the same bits, so this may depend on measured times: it is
 * learned for each program and size of job, on the machine that runs them.
 */
export class Sharing {
  readonly #choices = new Map<string, Choice[]>();
  readonly #fixed: Choice | undefined;

  /**
   * @param threads with one, everything is done alone
   * @param handOver first guess of what it costs to hand a job over, in nanoseconds; 0: threads share everything, and nothing is learned
   * @param clock milliseconds from some moment on. Default performance.now
   */
  constructor(
    private readonly threads: number,
    private readonly handOver = HAND_OVER_NS,
    private readonly clock: Clock = () => performance.now(),
  ) {
    this.#fixed = threads === 1 ? ALONE : handOver === 0 ? SHARED : undefined;
  }

  /**
   * The choice for jobs of this name and size; the first way is that threads share them.
   * @param units that threads can share: one is done alone
   * @param work predicted nanoseconds on one thread
   * @param copying predicted nanoseconds that sharing costs besides handing over. Default 0
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

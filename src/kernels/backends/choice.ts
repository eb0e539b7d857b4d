/** Maximum number of rounds in a comparison. */
const MOST_ROUNDS = 7;
/**
 * Jobs until the next comparison, for each job's time that the previous comparison lost by running the slower way, so
 * that trials take at most 1 / 45 of the time; and the minimum number of jobs, for two equally fast ways.
 */
const JOBS_PER_LOST = 45;
const FEWEST_JOBS = 16;
/** A comparison that confirms the previous one doubles the interval, up to this multiple of the shortest. */
const LONGEST = 4;
/** Maximum predicted loss, in jobs, with which the first comparison starts immediately: 6% of the time of 50 jobs. */
const CREDIT = 3;
/**
 * If the other way takes this many times as long, the second round waits until the loss of the first is compensated …
 */
const FAR = 2.2;
/** … but not if it takes this much longer than predicted: the first run, which allocates memory and compiles, is not representative. */
const DOUBT = 1.25;
/** The slower way is measured again until its two shortest times differ by no more than this factor, for the same reason. */
const AGREEMENT = 1.5;
/** Minimum measured time, because clocks in web pages have a resolution of several microseconds. */
const SHORTEST_MS = 1e-4;

/** Milliseconds since an arbitrary origin. */
export type Clock = () => number;

/** Parameters for learning a choice. */
interface Learning {
  readonly clock: Clock;
  /** maximum predicted time of the other way, relative to the way that is guessed to be faster */
  readonly times: number;
}

/**
 * Chooses between two ways of running jobs of one kind and size. It uses the faster one and occasionally compares both
 * in rounds, each of which runs both once. After `k` rounds, one is considered faster if the medians differ by a factor
 * of 1 + 1 / k, so close results are measured longer. The clock is read only in comparisons.
 */
export class Choice {
  readonly #learning: Learning | undefined;
  #first: boolean;
  /** number of jobs until the next round */
  #left: number;
  #distance = 1;
  /** jobs measured in this comparison, two per round */
  #turn = 0;
  /** start time of a measured job; otherwise −1 */
  #began = -1;
  /** milliseconds per unit of work, one entry per round */
  readonly #byFirst = new Float64Array(MOST_ROUNDS);
  readonly #bySecond = new Float64Array(MOST_ROUNDS);

  /**
   * @param first initial guess: true if the first way is faster
   * @param learning default: none, which keeps the guess
   */
  constructor(first: boolean, learning?: Learning) {
    this.#first = first;
    this.#learning = learning;
    const loss = (learning?.times ?? 1) - 1;
    this.#left = loss > CREDIT ? Math.ceil(JOBS_PER_LOST * loss) : 0;
  }

  /** True if the first way was measured to be faster. */
  get first(): boolean {
    return this.#first;
  }

  /** True while a job is being measured. Jobs that start during this time do not call {@link takesFirst}. */
  get isMeasuring(): boolean {
    return this.#began >= 0;
  }

  /** Called before a job. @returns true if it must use the first way */
  takesFirst(): boolean {
    if (!this.#learning) return this.#first;
    if (this.#left > 0) {
      this.#left--;
      this.#began = -1;
      return this.#first;
    }
    this.#began = this.#learning.clock();
    return this.#first !== this.#isOtherWay;
  }

  /** Called after a job that was canceled. */
  drop(): void {
    this.#began = -1;
  }

  /**
   * Called after a job that was not canceled.
   * @param work amount of work, to which the time is proportional
   * @param milliseconds default: since {@link takesFirst}
   */
  took(work: number, milliseconds?: number): void {
    if (!this.#learning || this.#began < 0) return;
    const times = this.#first !== this.#isOtherWay ? this.#byFirst : this.#bySecond;
    times[this.#turn >> 1] = Math.max(SHORTEST_MS, milliseconds ?? this.#learning.clock() - this.#began) / Math.max(1, work);
    this.#began = -1;
    this.#turn++;
    if (this.#turn % 2 === 0) this.#compare(this.#turn / 2, this.#learning);
  }

  /** Every second round starts with the other way, so that each of two alternating jobs runs both ways. */
  get #isOtherWay(): boolean {
    return this.#turn % 4 === 1 || this.#turn % 4 === 2;
  }

  #compare(rounds: number, { times }: Learning): void {
    const [first, second] = [this.#byFirst, this.#bySecond].map((each) => each.slice(0, rounds).sort());
    const [ours, others] = this.#first ? [first, second] : [second, first];
    const middle = (rounds - 1) >> 1;
    const ratio = others[middle] / ours[middle];
    const factor = Math.max(ratio, 1 / ratio);
    const lost = rounds * (factor - 1);
    if (rounds === 1) {
      if (ratio > FAR && ratio < DOUBT * times) this.#left = Math.ceil(JOBS_PER_LOST * lost);
      return;
    }
    const slower = ratio < 1 ? ours : others;
    const isClear = factor >= 1 + 1 / rounds && slower[1] <= AGREEMENT * slower[0];
    if (!isClear && rounds < MOST_ROUNDS) return;
    if (ratio < 1) {
      this.#first = !this.#first;
      this.#distance = 1;
    }
    this.#left = Math.ceil(this.#distance * Math.max(FEWEST_JOBS, JOBS_PER_LOST * lost));
    this.#distance = Math.min(LONGEST, 2 * this.#distance);
    this.#turn = 0;
  }
}

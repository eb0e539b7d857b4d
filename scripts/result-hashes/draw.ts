import type { Backend, Image, Tensor } from 'convlab';

export type Options = Readonly<Record<string, unknown>>;

/** What a call returns. All of it is hashed. */
export type Result = Tensor | Image | Int32Array | number | null | readonly Result[];

/** One call of the library. */
export interface Call {
  readonly group: string;
  /** Properties of the inputs that the coverage table counts, like the sample type. */
  readonly kinds: Readonly<Record<string, string | number>>;
  /** All other properties of the inputs. */
  readonly inputs: string;
  readonly options: Options;
  /** Runs the call. Each run gives the same result. */
  readonly run: (options: Options, backend: Backend) => Promise<Result>;
}

/** Options that are set together, or a function that draws them for the inputs of the call. */
export type Choice<Inputs> = Options | ((draw: Draw, inputs: Inputs) => Options);

/** Seeded random numbers (mulberry32), independent of the library: every version gets the same calls. */
export class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return low + ((high - low) * ((t ^ (t >>> 14)) >>> 0)) / 2 ** 32;
  }

  /** An integer from low to high, both included. */
  integer(low: number, high: number): number {
    return Math.floor(this.uniform(low, high + 1));
  }

  integers(count: number, low: number, high: number): number[] {
    return Array.from({ length: count }, () => this.integer(low, high));
  }

  of<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)];
  }

  /** Sets the options of each list with the given probability, to the next choice of that list. */
  options<Inputs>(probability: number, inputs: Inputs, ...lists: readonly (readonly Choice<Inputs>[])[]): Options {
    const chosen = lists.filter(() => this.uniform() < probability).map(next);
    return Object.assign({}, ...chosen.map((choice) => (typeof choice === 'function' ? choice(this, inputs) : choice)));
  }

  tensor(shape: readonly number[], value = () => this.uniform(-1, 1)): Tensor {
    return { shape, data: Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, value) };
  }
}

const turns = new WeakMap<object, number>();

/** The elements of a list in turn, so that all of them are used equally often. */
export function next<T>(list: readonly T[]): T {
  const turn = turns.get(list) ?? 0;
  turns.set(list, turn + 1);
  return list[turn % list.length];
}

/** One choice for each value of an option. */
export function each(option: string, ...values: readonly unknown[]): Options[] {
  return values.map((value) => ({ [option]: value }));
}

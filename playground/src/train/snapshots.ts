import type { Tensor } from 'convlab';
import type { Measured } from './protocol.js';

/** All that a training is made of at a step. */
export interface Snapshot {
  readonly step: number;
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly optimizer: ReadonlyMap<string, Tensor>;
  readonly random: readonly number[];
  readonly measured: Measured;
}

/** Bytes that snapshots may take together. */
const MOST = 96 * 2 ** 20;

/** The states of a training, from the first on; where they take too much room every second one goes, never the first and the last. */
export class Snapshots {
  #kept: Snapshot[] = [];
  /** Snapshots that come sooner after the one before are not kept for long. */
  #distance = 1;

  constructor(private readonly most = MOST) {}

  keep(snapshot: Snapshot): void {
    this.#kept = this.#kept.filter(({ step }) => step !== snapshot.step);
    const [before, last] = [this.#kept.at(-2), this.#kept.at(-1)];
    // the newest is always there; once it is not, only those at their distance stay
    if (before && last && last.step - before.step < this.#distance) this.#kept.pop();
    this.#kept.push(snapshot);
    const each = bytesOf(snapshot);
    while (this.#kept.length > 3 && this.#kept.length * each > this.most) {
      this.#kept = this.#kept.filter((_, i) => i % 2 === 0 || i === this.#kept.length - 1);
      this.#distance = Math.min(...this.#kept.slice(1, -1).map(({ step }, i) => step - this.#kept[i].step));
    }
  }

  get steps(): readonly number[] {
    return this.#kept.map(({ step }) => step);
  }

  /** The last one at this step or before. */
  at(step: number): Snapshot {
    const found = this.#kept.findLast((snapshot) => snapshot.step <= step) ?? this.#kept[0];
    if (!found) throw new Error('nothing was kept');
    return found;
  }

  forgetAfter(step: number): void {
    this.#kept = this.#kept.filter((snapshot) => snapshot.step <= step);
  }

  clear(): void {
    this.#kept = [];
    this.#distance = 1;
  }
}

function bytesOf({ weights, optimizer }: Snapshot): number {
  return [...weights.values(), ...optimizer.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
}

import type { Tensor } from 'convlab';
import type { Measured } from './protocol.js';

/** The complete state of a training at a step. */
export interface Snapshot {
  readonly step: number;
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly optimizer: ReadonlyMap<string, Tensor>;
  readonly random: readonly number[];
  readonly measured: Measured;
}

/** Maximum total bytes of the snapshots. */
const MOST = 96 * 2 ** 20;

/** The states of a training, from the first one. If they take too much memory, every second one is removed, but never the first and the last. */
export class Snapshots {
  #kept: Snapshot[] = [];
  /** Minimum number of steps between snapshots that are kept permanently. */
  #distance = 1;

  constructor(private readonly most = MOST) {}

  keep(snapshot: Snapshot): void {
    this.#kept = this.#kept.filter(({ step }) => step !== snapshot.step);
    const [before, last] = [this.#kept.at(-2), this.#kept.at(-1)];
    // the newest is always kept; when a newer one arrives, it is kept only at the minimum distance
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

  /** The last snapshot at this step or before. */
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

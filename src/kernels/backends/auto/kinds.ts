import type { Work } from '../../backend.js';
import type { Kind } from './entry.js';

/** Maximum number of remembered kinds of calls; the oldest is forgotten first. */
const MOST_KINDS = 512;

/** Measurements by kind of call and size class. */
export class Kinds {
  readonly #kinds = new Map<string, Kind>();

  /** Two size classes for each doubling of the values. */
  of({ kind, values }: Work): Kind {
    const key = `${kind}: ${Math.floor(2 * Math.log2(values))}`;
    const known = this.#kinds.get(key) ?? {};
    if (!this.#kinds.has(key)) {
      this.#kinds.set(key, known);
      if (this.#kinds.size > MOST_KINDS) this.#kinds.delete(this.#kinds.keys().next().value as string);
    }
    return known;
  }
}

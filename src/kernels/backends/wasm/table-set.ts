import type { Executable } from '../../backend.js';
import type { Background } from './background.js';
import type { Machine } from './machine.js';
import { Tables, type TablesOn } from './tables.js';

const abandoned = new FinalizationRegistry((release: () => void) => release());

/** The tables of one executable on each machine that has run it. */
export class TableSet {
  readonly #tables = new Map<Machine, Tables>();

  readonly on: TablesOn = (machine) => {
    const known = this.#tables.get(machine) ?? new Tables(machine);
    this.#tables.set(machine, known);
    return known;
  };

  /** Frees the tables when the executable is garbage-collected, unless it was released before. */
  heldBy<E extends Executable>(executable: E, background: Background | undefined): E {
    abandoned.register(executable, freeing(this.#tables, background), executable);
    return executable;
  }

  release(executable: Executable, background: Background | undefined): void {
    abandoned.unregister(executable);
    freeing(this.#tables, background)();
  }
}

/** Frees tables; those in the background after the jobs that may use them have ended. */
function freeing(tables: ReadonlyMap<Machine, Tables>, background: Background | undefined): () => void {
  return () => {
    for (const [machine, each] of tables) {
      if (machine.inTurns) background?.after(() => each.free());
      else each.free();
    }
  };
}

import type { Address, FreshMemory } from './address.js';
import type { Machine } from './machine.js';

/** Tables and records of one executable in the memory of a machine; created while it is prepared, freed with it. */
export class Tables {
  readonly #allocations: number[] = [];

  constructor(readonly machine: Machine) {}

  allocate(bytes: number): FreshMemory {
    const address = this.machine.allocate(bytes);
    this.#allocations.push(address);
    return address;
  }

  /** Allocates memory and copies values there. */
  store(values: Int32Array): Address<'Ints'>;
  store(values: Float32Array): Address<'Floats'>;
  store(values: Int32Array | Float32Array): FreshMemory {
    const address = this.allocate(values.byteLength);
    this.machine.put(values, address);
    return address;
  }

  free(): void {
    for (const address of this.#allocations) this.machine.giveBack(address);
    this.#allocations.length = 0;
  }
}

/** The tables of one executable on each machine that runs it, created on first use. */
export type TablesOn = (machine: Machine) => Tables;

/** Data derived from them, once per machine. */
export function onceOn<T>(tablesOn: TablesOn, make: (tables: Tables) => T): (machine: Machine) => T {
  const known = new Map<Machine, T>();
  return (machine) => {
    const made = known.get(machine) ?? make(tablesOn(machine));
    known.set(machine, made);
    return made;
  };
}

/** Unique names. */
export class ExportNames {
  readonly #counts = new Map<string, number>();

  /** @returns `name` or, if it is taken, `name_2`, `name_3` … */
  unique(name: string): string {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count === 1 ? name : this.unique(`${name}_${count}`);
  }
}

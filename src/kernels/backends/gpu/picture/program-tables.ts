/** The tables of one program side by side, in one buffer: `table` in its text. */
export class ProgramTables {
  readonly #values: number[] = [];

  /** @returns where the table begins */
  add(values: ArrayLike<number>): number {
    const at = this.#values.length;
    for (let i = 0; i < values.length; i++) this.#values.push(values[i]);
    return at;
  }

  /** All of them. */
  get values(): Float32Array {
    return Float32Array.from(this.#values);
  }
}

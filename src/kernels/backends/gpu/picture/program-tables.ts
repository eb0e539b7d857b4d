/** The tables of one program, concatenated in one buffer, which is `table` in its text. */
export class ProgramTables {
  readonly #values: number[] = [];

  /** @returns offset of the table */
  add(values: ArrayLike<number>): number {
    const at = this.#values.length;
    for (let i = 0; i < values.length; i++) this.#values.push(values[i]);
    return at;
  }

  /** All tables. */
  get values(): Float32Array {
    return Float32Array.from(this.#values);
  }
}

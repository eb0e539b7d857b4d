/** What the probe returns, in one runtime. */
export interface Outcome {
  /** by what they are of */
  readonly hashes: Readonly<Record<string, string>>;
  readonly device: string;
  /** Multiply-adds are rounded once. */
  readonly fused: boolean;
  /** the message of an error, where the row writes to a disk that cannot be written */
  readonly refusal?: string;
}

/** A row of the table. */
export interface Runtime {
  readonly name: string;
  /** why it is left out here */
  readonly missing?: string | undefined;
  /** the device of its backend, if it has one thread only */
  readonly device?: RegExp;
  readonly refusal?: RegExp;
  /** @param folder with convlab installed, and PROGRAMS and probe.mjs in it; `written` in it may be written */
  run(folder: string): Outcome | Promise<Outcome>;
}

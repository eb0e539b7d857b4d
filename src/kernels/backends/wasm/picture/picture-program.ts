import type { PictureSum } from '../../../job.js';
import { type Address, type FreshMemory, NOWHERE } from '../address.js';
import type { StoredCorrelation } from '../layers/stored-correlation.js';
import type { Tasks } from '../programs.generated.js';
import type { PictureTask } from '../records.generated.js';
import type { LinePass } from './line-pass.js';

/** The programs of assembly/picture. */
export type PictureProgramName = { [P in keyof Tasks]: Tasks[P] extends Pick<PictureTask, 'x' | 'out'> ? P : never }[keyof Tasks];

/** A program of assembly/picture and its additional inputs. */
export interface PictureProgram<P extends PictureProgramName = PictureProgramName> {
  readonly name: P;
  /** byte offsets of taps, and weights */
  readonly lists: readonly (Int32Array | Float32Array)[];
  /** bytes of each scratch part per thread */
  readonly scratch: readonly number[];
  /** number of units next to each other in a row */
  readonly across: number;
  /** rows of the result per unit */
  readonly rows: number;
  /** approximate cost of a sample, in taps */
  readonly taps: number;
  /**
   * The record, in which `place` and the caller set addresses. It is one object for all calls, because creating it
   * takes longer than filtering a small image.
   */
  readonly record: Fields<Tasks[P]>;
  /** Sets the addresses of the program's memory before it runs. */
  place(memory: ProgramMemory): void;
  /** address where it writes 0 if the image is not opaque; undefined or NOWHERE if it does not check */
  readonly verdict?: Address<'Ints'>;
  /** From now on, maps values from `least` to `largest` to black … white; if they are equal, everything is black. */
  normalize?(least: number, largest: number): void;
}

type Fields<T> = { -readonly [F in keyof T]: T[F] };

/** Addresses of the lists and of the parts of scratch memory. */
export interface ProgramMemory {
  readonly lists: readonly FreshMemory[];
  readonly parts: readonly number[];
}

/** The image sum of one kind. */
export type SumOf<K extends PictureSum['kind']> = Extract<PictureSum, { kind: K }>;

/** The fields at the beginning of the records of integer programs. */
export function pictureFields({ job: { load } }: LinePass, { address }: StoredCorrelation): PictureTask {
  return { correlation: address, x: NOWHERE, out: NOWHERE, channels: load.channels, filtered: load.chosen.length };
}

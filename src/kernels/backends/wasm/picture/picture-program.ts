import type { PictureSum } from '../../../job.js';
import { type Address, type FreshMemory, NOWHERE } from '../address.js';
import type { StoredCorrelation } from '../layers/stored-correlation.js';
import type { Tasks } from '../programs.generated.js';
import type { PictureTask } from '../records.generated.js';
import type { LinePass } from './line-pass.js';

/** The programs of assembly/picture. */
export type PictureProgramName = { [P in keyof Tasks]: Tasks[P] extends Pick<PictureTask, 'x' | 'out'> ? P : never }[keyof Tasks];

/** A program of assembly/picture and what it needs besides the picture. */
export interface PictureProgram<P extends PictureProgramName = PictureProgramName> {
  readonly name: P;
  /** byte offsets of taps, and weights */
  readonly lists: readonly (Int32Array | Float32Array)[];
  /** bytes of each part that every thread has of its own */
  readonly scratch: readonly number[];
  /** units side by side, from the top of the picture to its bottom */
  readonly across: number;
  /** rows of the result that a unit gives */
  readonly rows: number;
  /** about what a sample costs, in taps */
  readonly taps: number;
  /**
   * The record, in which `place` and the caller fill in addresses. One object for all calls: to make it takes longer than to
   * filter a small picture.
   */
  readonly record: Fields<Tasks[P]>;
  /** Sets the addresses of the program's memory before it runs. */
  place(memory: ProgramMemory): void;
  /** where it leaves 0 if the picture is not opaque; undefined or NOWHERE: it does not look */
  readonly verdict?: Address<'Ints'>;
  /** Has filtered values from the least to the largest that it measured become black to white, from now on; all are black if they are equal. */
  normalize?(least: number, largest: number): void;
}

type Fields<T> = { -readonly [F in keyof T]: T[F] };

/** Addresses of the lists and of the parts of the scratch memory. */
export interface ProgramMemory {
  readonly lists: readonly FreshMemory[];
  readonly parts: readonly number[];
}

/** How a picture is summed, of one kind. */
export type SumOf<K extends PictureSum['kind']> = Extract<PictureSum, { kind: K }>;

/** The fields that the records of programs of integers begin with. */
export function pictureFields({ job: { load } }: LinePass, { address }: StoredCorrelation): PictureTask {
  return { correlation: address, x: NOWHERE, out: NOWHERE, channels: load.channels, filtered: load.chosen.length };
}

import { type FreshMemory, NOWHERE } from '../address.js';
import type { StoredCorrelation } from '../layers/stored-correlation.js';
import type { Tasks } from '../programs.generated.js';
import type { PictureTask } from '../records.generated.js';
import type { ThreadScratch } from '../thread-pool.js';
import type { BytesTask } from './bytes-task.js';

/** The programs of assembly/picture. */
export type PictureProgramName = { [P in keyof Tasks]: Tasks[P] extends Pick<PictureTask, 'x' | 'out'> ? P : never }[keyof Tasks];

/** A program of assembly/picture and what it needs besides the picture. */
export interface PictureProgram<P extends PictureProgramName = PictureProgramName> {
  readonly name: P;
  /** byte offsets of taps, and weights */
  readonly lists: readonly (Int32Array | Float32Array)[];
  /** bytes that all threads use. Default 0 */
  readonly shared?: number;
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
  /** Fills in where the program's memory lies, before it runs. */
  place(memory: ProgramMemory): void;
}

type Fields<T> = { -readonly [F in keyof T]: T[F] };

/** Where the lists, the shared bytes and the parts of the scratch memory lie. */
export interface ProgramMemory {
  readonly lists: readonly FreshMemory[];
  readonly shared: FreshMemory;
  readonly parts: readonly number[];
  readonly scratch: ThreadScratch;
}

/** How a picture is filtered, of one kind. */
export type KernelOf<K extends BytesTask['weights']['kind']> = Extract<BytesTask['weights'], { kind: K }>;

/** The fields that the records of all programs begin with. */
export function pictureFields({ geometry, keepsAlpha }: BytesTask, { address }: StoredCorrelation): PictureTask {
  const channels = geometry.inChannels;
  return { correlation: address, x: NOWHERE, out: NOWHERE, channels, filtered: keepsAlpha ? channels - 1 : channels };
}

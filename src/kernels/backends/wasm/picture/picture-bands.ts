import type { Address, FreshMemory } from '../address.js';
import type { Machine, Scratch } from '../machine.js';
import type { Tables } from '../tables.js';
import type { SharedProgram } from '../thread-pool.js';
import type { PictureProgram } from './picture-program.js';

/** Bytes of a picture that are copied to wasm memory, filtered and copied back at a time, so that they stay in the caches. */
const BAND_BYTES = 256 * 1024;
/** The same where threads share it: each has a cache of its own, and larger bands wait for each other less often. */
const SHARED_BYTES = 16 * 1024 * 1024;
/** Bytes that are copied before other threads may filter them. */
const FEED_BYTES = 128 * 1024;
/** Shares per thread from which on whole rows of units are shared, where units lie side by side. */
const LEAST_SHARES = 4;
/** Nanoseconds of a tap of a sample, on one thread. */
const NS_TAP = 0.05;
/** Nanoseconds for the caller to hand a sample to another thread and to take it back: cheaper samples are not shared. */
const NS_HANDED = 0.36;

/** A job on pictures of one size: which input rows its output rows depend on, and its program. */
export interface BandedJob {
  /** rows of the input and of the output */
  readonly inRows: number;
  readonly outRows: number;
  /** input rows under an output row and its window, beyond those of its own place */
  readonly reach: number;
  /** windows reach the other end of the picture: one band for all */
  readonly wraps: boolean;
  /** the channels of a picture that has to be opaque, else 0 */
  readonly opaque: number;
  /** the input rows that output rows `top` … `bottom` − 1 depend on */
  rowsUnder(top: number, bottom: number): readonly [from: number, to: number];
  program(tables: Tables): PictureProgram;
}

/** A picture, and the bytes of a row of the input and of the output. */
interface Picture {
  readonly job: BandedJob;
  readonly image: Uint8ClampedArray;
  readonly out: Uint8ClampedArray;
  readonly inRow: number;
  readonly outRow: number;
  /** the input of a band may have been overwritten, or lie at the other end of the picture: one band for all */
  readonly inOne: boolean;
}

/** The programs of a picture on the machine that threads share and on the caller's own; each is made when it is first needed. */
interface PicturePrograms {
  readonly job: BandedJob;
  on(machine: Machine): PictureProgram;
}

/** A picture's job, ready to run. @returns false if the picture has to be opaque and is not */
export type RunPicture = (image: Uint8ClampedArray, out: Uint8ClampedArray) => boolean;

/**
 * A picture passes through wasm memory in bands of rows, each with the rows above and below that its windows reach.
 * @param shared,own tables in the memory that threads share, and in the caller's own
 */
export function preparePicture(job: BandedJob, shared: Tables, own: Tables): RunPicture {
  const { machine } = shared;
  let ofShared: PictureProgram | undefined;
  let ofOwn: PictureProgram | undefined;
  const programs: PicturePrograms = {
    job,
    on(where) {
      if (where === machine.own) {
        ofOwn ??= job.program(own);
        return ofOwn;
      }
      ofShared ??= job.program(shared);
      return ofShared;
    },
  };
  return (image, out) => {
    const [x, y] = [machine.addressOf(image), machine.addressOf(out)];
    if (x !== undefined && y !== undefined && !overlap(image, out)) return inMemory(machine, programs, image.length, x, y);
    const inOne = job.wraps || image.buffer === out.buffer;
    const picture: Picture = { job, image, out, inRow: image.length / job.inRows, outRow: out.length / job.outRows, inOne };
    const program = programs.on(machine.own);
    const units = unitsOf(program, job.outRows);
    const work = (NS_TAP * program.taps - NS_HANDED) * image.length;
    if (!machine.isWorthSharing(units, work)) return bands(machine.own, program, picture)(0, units);
    machine.wake();
    return share(machine, programs, picture, work);
  };
}

function overlap(a: Uint8ClampedArray, b: Uint8ClampedArray): boolean {
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.length && b.byteOffset < a.byteOffset + a.length;
}

/** Both pictures lie in the machine's memory, at `x` and at `out`: nothing is copied. */
function inMemory(machine: Machine, programs: PicturePrograms, length: number, x: Address<'Bytes'>, out: Address<'Bytes'>): boolean {
  const { opaque, outRows } = programs.job;
  if (opaque > 0 && !machine.run.isOpaque(x, length, opaque)) return false;
  const program = programs.on(machine);
  const { scratch } = placeProgram(machine, program, []);
  const units = unitsOf(program, outRows);
  placePicture(program, x, out);
  return machine.share<SharedProgram>(program.name, program.record, { units, scratch, work: NS_TAP * program.taps * length });
}

/** On one thread. @returns a function that filters some units; it returns false if the picture has to be opaque and is not */
function bands(machine: Machine, program: PictureProgram, picture: Picture): (from: number, to: number) => boolean {
  const { inRow, outRow, job } = picture;
  const rows = rowsIn(BAND_BYTES, program, picture);
  const { at, scratch } = placeProgram(machine, program, room(rows, picture));
  return (firstUnit, endUnit) => {
    const end = rowOf(program, endUnit, job.outRows);
    for (let top = rowOf(program, firstUnit, job.outRows); top < end; top += rows) {
      const bottom = Math.min(end, top + rows);
      const [from, to] = job.rowsUnder(top, bottom);
      if (!copyIn(machine, picture, from, to, at[0])) return false;
      placePicture(program, at[0] - from * inRow, at[1] - top * outRow);
      machine.share<SharedProgram>(program.name, program.record, { first: unitsOf(program, top), units: unitsOf(program, bottom), scratch, work: 0 });
      copyOut(machine, picture, top, bottom, at[1]);
    }
    return true;
  };
}

/** @param x,out where the whole pictures would lie: the programs count rows from the top of the picture, also where only a band is in memory */
function placePicture({ record }: PictureProgram, x: number, out: number): void {
  record.x = x as Address<'Bytes'>;
  record.out = out as Address<'Bytes'>;
}

/** On all threads: the caller hands rows to the others, and filters some itself in memory of its own. */
function share(machine: Machine, programs: PicturePrograms, picture: Picture, work: number): boolean {
  const { inRow, outRow, inOne, job } = picture;
  const height = job.outRows;
  const program = programs.on(machine);
  const rows = rowsIn(SHARED_BYTES, program, picture);
  const { at, scratch } = placeProgram(machine, program, room(rows, picture));
  const [x, y] = at;
  // where units lie side by side, whole rows of them are shared if that gives enough shares
  const inRows = program.across === 1 || rows >= LEAST_SHARES * machine.threads * program.rows;
  const alone = inRows && !inOne ? bands(machine.own, programs.on(machine.own), picture) : undefined;
  for (let top = 0; top < height; top += rows) {
    const bottom = Math.min(height, top + rows);
    const [from, to] = job.rowsUnder(top, bottom);
    const endOf = (row: number) => Math.min(bottom, row + program.rows);
    let [copied, ready] = [from, top];
    const feed = () => {
      const next = Math.min(to, copied + Math.ceil(FEED_BYTES / inRow));
      if (!copyIn(machine, picture, copied, next, (x + (copied - from) * inRow) as FreshMemory)) return undefined;
      copied = next;
      while (ready < bottom && job.rowsUnder(ready, endOf(ready))[1] <= copied) ready = endOf(ready);
      return unitsOf(program, ready);
    };
    const drain = (firstUnit: number, endUnit: number) => {
      const first = rowOf(program, firstUnit, height);
      copyOut(machine, picture, first, rowOf(program, endUnit, height), y + (first - top) * outRow);
    };
    placePicture(program, x - from * inRow, y - top * outRow);
    const worthIt = machine.share<SharedProgram>(program.name, program.record, {
      first: unitsOf(program, top),
      units: unitsOf(program, bottom),
      step: inRows ? program.across : 1,
      scratch,
      work: (work * (bottom - top)) / height,
      ...{ feed, alone, drain: inRows ? drain : undefined },
    });
    if (!worthIt) return false;
    if (!inRows) copyOut(machine, picture, top, bottom, y);
  }
  return true;
}

function unitsOf(program: PictureProgram, row: number): number {
  return program.across * Math.ceil(row / program.rows);
}

function rowOf(program: PictureProgram, unit: number, height: number): number {
  return Math.min(height, (unit / program.across) * program.rows);
}

/** Output rows that, or the input of which, take about `bytes` bytes, in whole units. */
function rowsIn(bytes: number, program: PictureProgram, { job, inRow, outRow, inOne }: Picture): number {
  const { inRows, outRows, reach } = job;
  const share = inRows / outRows;
  return inOne ? outRows : Math.min(outRows, program.rows * Math.ceil(Math.max(bytes / Math.max(outRow, share * inRow), (2 * reach) / share) / program.rows));
}

/** Bytes of the input of `rows` output rows, and of these. */
function room(rows: number, { job: { inRows, outRows, reach }, inRow, outRow }: Picture): readonly [x: number, y: number] {
  return [Math.min(inRows, Math.ceil((rows * inRows) / outRows) + reach) * inRow, rows * outRow];
}

/** @returns false if the rows have to be opaque and are not */
function copyIn(machine: Machine, { job: { opaque }, image, inRow }: Picture, from: number, to: number, at: FreshMemory): boolean {
  const length = (to - from) * inRow;
  new Uint8Array(machine.bytes, at, length).set(image.subarray(from * inRow, to * inRow));
  return opaque === 0 || machine.run.isOpaque(at, length, opaque) === 1;
}

function copyOut(machine: Machine, { out, outRow }: Picture, from: number, to: number, at: number): void {
  out.set(new Uint8Array(machine.bytes, at, (to - from) * outRow), from * outRow);
}

/** Finds room for bands of a picture, `sizes` bytes each, and for what the program needs besides them. */
function placeProgram(machine: Machine, program: PictureProgram, sizes: readonly number[]): { at: readonly FreshMemory[]; scratch: Scratch } {
  const listed = program.lists.reduce((sum, list) => sum + list.byteLength, 0);
  const scratch = machine.scratchFor([...sizes, listed, program.shared ?? 0], program.scratch);
  const [list, shared] = scratch.common.slice(sizes.length);
  let end: number = list;
  const lists = program.lists.map((values) => {
    const at = end as FreshMemory;
    machine.put(values, at);
    end += values.byteLength;
    return at;
  });
  program.place({ lists, shared, parts: scratch.each, scratch });
  return { at: scratch.common, scratch };
}

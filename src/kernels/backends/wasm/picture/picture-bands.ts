import { borderTable, OUTSIDE } from '../../../border.js';
import type { Address, FreshMemory } from '../address.js';
import type { Machine, Scratch } from '../machine.js';
import type { Tables } from '../tables.js';
import type { SharedProgram } from '../thread-pool.js';
import type { BytesTask } from './bytes-task.js';
import type { PictureProgram } from './picture-program.js';
import { pictureProgram } from './picture-programs.js';

/** Bytes of a picture that are copied to wasm memory, filtered and copied back at a time, so that they stay in the caches. */
const BAND_BYTES = 256 * 1024;
/** The same where threads share it: each has a cache of its own, and larger bands wait for each other less often. */
const SHARED_BYTES = 16 * 1024 * 1024;
/** Bytes that are copied before other threads may filter them. */
const FEED_BYTES = 128 * 1024;
/** Shares per thread from which on whole rows of units are shared, where units lie side by side. */
const LEAST_SHARES = 4;
/** Of the first guess whether threads share a picture: nanoseconds of a tap of a sample, on one thread. */
const NS_TAP = 0.05;
/** The same: nanoseconds for the caller to hand a sample to another thread and to take it back. */
const NS_HANDED = 0.36;

/** A picture to filter, and which input rows its output rows depend on. */
interface Picture {
  readonly image: Uint8ClampedArray;
  readonly out: Uint8ClampedArray;
  readonly height: number;
  readonly rowBytes: number;
  /** the input row of each padded row, and how many more padded rows there are */
  readonly table: Int32Array;
  readonly reach: number;
  /** the input of a band may have been overwritten, or lie at the other end of the picture: one band for all */
  readonly inOne: boolean;
  /** the channels of a picture that has to be opaque, else 0 */
  readonly opaque: number;
}

/** The programs of a picture on the machine that threads share and on the caller's own; each is made when it is first needed. */
interface PicturePrograms {
  readonly task: BytesTask;
  on(machine: Machine): PictureProgram;
}

/** A picture's job, ready to run. @returns false if the picture has to be opaque and is not */
export type RunPicture = (image: Uint8ClampedArray, out: Uint8ClampedArray) => boolean;

/**
 * A picture passes through wasm memory in bands of rows, each with the rows above and below that its windows reach.
 * @param shared,own tables in the memory that threads share, and in the caller's own
 */
export function preparePicture(task: BytesTask, shared: Tables, own: Tables): RunPicture {
  const { machine } = shared;
  const { geometry, needsOpaque } = task;
  const height = geometry.output[1];
  const table = borderTable(geometry, 1);
  const about = { height, table, reach: table.length - height, opaque: needsOpaque ? geometry.inChannels : 0 };
  let ofShared: PictureProgram | undefined;
  let ofOwn: PictureProgram | undefined;
  const programs: PicturePrograms = {
    task,
    on(where) {
      if (where === machine.own) {
        ofOwn ??= pictureProgram(task, own);
        return ofOwn;
      }
      ofShared ??= pictureProgram(task, shared);
      return ofShared;
    },
  };
  return (image, out) => {
    const [x, y] = [machine.addressOf(image), machine.addressOf(out)];
    if (x !== undefined && y !== undefined && !overlap(image, out)) return inMemory(machine, programs, image.length, x, y);
    const inOne = geometry.paddingMode === 'wrap' || image.buffer === out.buffer;
    const picture: Picture = { ...about, image, out, rowBytes: image.length / height, inOne };
    const program = programs.on(machine.own);
    const units = unitsOf(program, height);
    const work = NS_TAP * program.taps * image.length;
    const choice = machine.sharing.of(`${program.name} with copies`, units, work, NS_HANDED * image.length);
    const isDone = choice.isShared() ? share(machine, programs, picture, work) : bands(machine.own, program, picture)(0, units);
    if (isDone) choice.took(work);
    return isDone;
  };
}

function overlap(a: Uint8ClampedArray, b: Uint8ClampedArray): boolean {
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.length && b.byteOffset < a.byteOffset + a.length;
}

/** Both pictures lie in the machine's memory, at `x` and at `out`: nothing is copied. */
function inMemory(machine: Machine, programs: PicturePrograms, length: number, x: Address<'Bytes'>, out: Address<'Bytes'>): boolean {
  const { geometry, needsOpaque } = programs.task;
  if (needsOpaque && !machine.run.isOpaque(x, length, geometry.inChannels)) return false;
  const program = programs.on(machine);
  const { scratch } = placeProgram(machine, program, []);
  const units = unitsOf(program, geometry.output[1]);
  placePicture(program, x, out);
  return machine.share<SharedProgram>(program.name, program.record, { units, scratch, work: NS_TAP * program.taps * length });
}

/** On one thread. @returns a function that filters some units; it returns false if the picture has to be opaque and is not */
function bands(machine: Machine, program: PictureProgram, picture: Picture): (from: number, to: number) => boolean {
  const { height, rowBytes, reach, table } = picture;
  const rows = rowsIn(BAND_BYTES, program, picture);
  const { at, scratch } = placeProgram(machine, program, room(rows, picture));
  return (firstUnit, endUnit) => {
    const end = rowOf(program, endUnit, height);
    for (let top = rowOf(program, firstUnit, height); top < end; top += rows) {
      const bottom = Math.min(end, top + rows);
      const [from, to] = rowsUnder(table, top, bottom, reach);
      if (!copyIn(machine, picture, from, to, at[0])) return false;
      placePicture(program, at[0] - from * rowBytes, at[1] - top * rowBytes);
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
  const { height, rowBytes, reach, table, inOne } = picture;
  machine.wake();
  const program = programs.on(machine);
  const rows = rowsIn(SHARED_BYTES, program, picture);
  const { at, scratch } = placeProgram(machine, program, room(rows, picture));
  const [x, y] = at;
  // where units lie side by side, whole rows of them are shared if that gives enough shares
  const inRows = program.across === 1 || rows >= LEAST_SHARES * machine.threads * program.rows;
  const alone = inRows && !inOne ? bands(machine.own, programs.on(machine.own), picture) : undefined;
  for (let top = 0; top < height; top += rows) {
    const bottom = Math.min(height, top + rows);
    const [from, to] = rowsUnder(table, top, bottom, reach);
    const endOf = (row: number) => Math.min(bottom, row + program.rows);
    let [copied, ready] = [from, top];
    const feed = () => {
      const next = Math.min(to, copied + Math.ceil(FEED_BYTES / rowBytes));
      if (!copyIn(machine, picture, copied, next, (x + (copied - from) * rowBytes) as FreshMemory)) return undefined;
      copied = next;
      while (ready < bottom && rowsUnder(table, ready, endOf(ready), reach)[1] <= copied) ready = endOf(ready);
      return unitsOf(program, ready);
    };
    const drain = (firstUnit: number, endUnit: number) => {
      const first = rowOf(program, firstUnit, height);
      copyOut(machine, picture, first, rowOf(program, endUnit, height), y + (first - top) * rowBytes);
    };
    placePicture(program, x - from * rowBytes, y - top * rowBytes);
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

/** Output rows that take about `bytes` bytes, in whole units. */
function rowsIn(bytes: number, program: PictureProgram, { height, rowBytes, reach, inOne }: Picture): number {
  return inOne ? height : Math.min(height, program.rows * Math.ceil(Math.max(bytes / rowBytes, 2 * reach) / program.rows));
}

/** Bytes of the input of `rows` output rows, and of these. */
function room(rows: number, { height, rowBytes, reach }: Picture): readonly [x: number, y: number] {
  return [Math.min(height, rows + reach) * rowBytes, rows * rowBytes];
}

/** @returns false if the rows have to be opaque and are not */
function copyIn(machine: Machine, { image, rowBytes, opaque }: Picture, from: number, to: number, at: FreshMemory): boolean {
  const length = (to - from) * rowBytes;
  new Uint8Array(machine.bytes, at, length).set(image.subarray(from * rowBytes, to * rowBytes));
  return opaque === 0 || machine.run.isOpaque(at, length, opaque) === 1;
}

function copyOut(machine: Machine, { out, rowBytes }: Picture, from: number, to: number, at: number): void {
  out.set(new Uint8Array(machine.bytes, at, (to - from) * rowBytes), from * rowBytes);
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

/** The input rows of output rows `top` … `bottom` − 1, and these rows themselves. @param table the input row of each padded row */
function rowsUnder(table: Int32Array, top: number, bottom: number, reach: number): readonly [from: number, to: number] {
  let [from, to] = [top, bottom];
  for (let padded = top; padded < bottom + reach; padded++) {
    if (table[padded] === OUTSIDE) continue;
    from = Math.min(from, table[padded]);
    to = Math.max(to, table[padded] + 1);
  }
  return [from, to];
}

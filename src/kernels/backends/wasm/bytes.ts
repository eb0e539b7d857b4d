import { borderTable, OUTSIDE } from '../../border.js';
import { type BytesJob, bytesJob } from './bytes-jobs.js';
import type { BytesTask } from './bytes-task.js';
import type { Machine } from './machine.js';

/** So many bytes of a picture are copied to wasm memory, filtered and copied back at a time, if a few rows suffice: they stay in the caches. */
const BAND_BYTES = 256 * 1024;
/** The same where threads share it; they have caches of their own, and it counts that they seldom wait for each other. */
const SHARED_BYTES = 16 * 1024 * 1024;
/** So many bytes are copied before others may go on with them. */
const FEED_BYTES = 128 * 1024;
/** Rows of units side by side are shared as a whole only where they give so many shares for each thread. */
const LEAST_SHARES = 4;
/** Nanoseconds that a tap of a sample takes, on one thread. */
const NS_TAP = 0.05;
/** And what the caller spends on a sample that it hands to another thread and takes back: to do less by itself is quicker. */
const NS_HANDED = 0.36;

/** A picture on its way, and which of its rows are seen. */
interface Picture {
  readonly image: Uint8ClampedArray;
  readonly out: Uint8ClampedArray;
  readonly height: number;
  readonly rowBytes: number;
  /** which row each padded one shows, and how many there are more than rows */
  readonly table: Int32Array;
  readonly reach: number;
  /** what a band needs must not have been written over, nor lie at the other end of the picture */
  readonly inOne: boolean;
  /** the channels of a picture that has to be opaque, else 0 */
  readonly opaque: number;
}

/** See {@link Backend.convBytes}. The picture goes through wasm memory in bands of rows, each with what lies above and below it. */
export function convBytes(machine: Machine, task: BytesTask, image: Uint8ClampedArray, out: Uint8ClampedArray): boolean {
  const [x, y] = [machine.addressOf(image), machine.addressOf(out)];
  if (x !== undefined && y !== undefined && !overlap(image, out)) return inMemory(machine, task, image, x, y);
  const { geometry, needsOpaque } = task;
  const height = geometry.output[1];
  const table = borderTable(geometry, 1);
  const picture: Picture = {
    ...{ image, out, height, table, rowBytes: image.length / height, reach: table.length - height },
    inOne: geometry.paddingMode === 'wrap' || image.buffer === out.buffer,
    opaque: needsOpaque ? geometry.inChannels : 0,
  };
  const job = bytesJob(task, machine.own);
  const units = unitsOf(job, height);
  const work = (NS_TAP * job.taps - NS_HANDED) * image.length;
  if (!machine.isWorthSharing(units, work)) return bands(machine.own, job, picture)(0, units);
  machine.wake();
  return share(machine, task, picture, work);
}

function overlap(a: Uint8ClampedArray, b: Uint8ClampedArray): boolean {
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.length && b.byteOffset < a.byteOffset + a.length;
}

/** Both pictures lie in the machine's memory, at `x` and at `y`: nothing is copied. */
function inMemory(machine: Machine, task: BytesTask, image: Uint8ClampedArray, x: number, y: number): boolean {
  const { geometry, needsOpaque } = task;
  if (needsOpaque && !machine.run.isOpaque(x, image.length, geometry.inChannels)) return false;
  const job = bytesJob(task, machine);
  const { scratchBytes, argsOf } = place(machine, job, []);
  const units = unitsOf(job, geometry.output[1]);
  return machine.share(job.program, argsOf(x, y), { units, scratch: scratchBytes, work: NS_TAP * job.taps * image.length });
}

/** On one thread. @returns what does some units of it; false: the picture is not opaque as it has to be */
function bands(machine: Machine, job: BytesJob, picture: Picture): (from: number, to: number) => boolean {
  const { height, rowBytes, reach, table } = picture;
  const rows = rowsIn(BAND_BYTES, job, picture);
  const { at, argsOf } = place(machine, job, room(rows, picture));
  const [x, y] = at;
  const run = machine.run[job.program] as (...args: number[]) => void;
  return (firstUnit, endUnit) => {
    const end = rowOf(job, endUnit, height);
    for (let top = rowOf(job, firstUnit, height); top < end; top += rows) {
      const bottom = Math.min(end, top + rows);
      const [from, to] = rowsUnder(table, top, bottom, reach);
      if (!copyIn(machine, picture, from, to, x)) return false;
      // the programs count rows from the top of the picture
      run(...argsOf(x - from * rowBytes, y - top * rowBytes), unitsOf(job, top), unitsOf(job, bottom));
      copyOut(machine, picture, top, bottom, y);
    }
    return true;
  };
}

/** On all threads: the caller hands rows to the others, and does some in a memory of its own. */
function share(machine: Machine, task: BytesTask, picture: Picture, work: number): boolean {
  const { height, rowBytes, reach, table, inOne } = picture;
  const job = bytesJob(task, machine);
  const rows = rowsIn(SHARED_BYTES, job, picture);
  const { at, scratchBytes, argsOf } = place(machine, job, room(rows, picture));
  const [x, y] = at;
  // of units side by side whole rows are shared, if that is fine enough
  const inRows = job.across === 1 || rows >= LEAST_SHARES * machine.threads * job.rows;
  const alone = inRows && !inOne ? bands(machine.own, bytesJob(task, machine.own), picture) : undefined;
  for (let top = 0; top < height; top += rows) {
    const bottom = Math.min(height, top + rows);
    const [from, to] = rowsUnder(table, top, bottom, reach);
    const endOf = (row: number) => Math.min(bottom, row + job.rows);
    let [copied, ready] = [from, top];
    const feed = () => {
      const next = Math.min(to, copied + Math.ceil(FEED_BYTES / rowBytes));
      if (!copyIn(machine, picture, copied, next, x + (copied - from) * rowBytes)) return undefined;
      copied = next;
      while (ready < bottom && rowsUnder(table, ready, endOf(ready), reach)[1] <= copied) ready = endOf(ready);
      return unitsOf(job, ready);
    };
    const drain = (firstUnit: number, endUnit: number) => {
      const first = rowOf(job, firstUnit, height);
      copyOut(machine, picture, first, rowOf(job, endUnit, height), y + (first - top) * rowBytes);
    };
    const worthIt = machine.share(job.program, argsOf(x - from * rowBytes, y - top * rowBytes), {
      ...{
        first: unitsOf(job, top),
        units: unitsOf(job, bottom),
        step: inRows ? job.across : 1,
        scratch: scratchBytes,
        work: (work * (bottom - top)) / height,
      },
      ...{ feed, alone, drain: inRows ? drain : undefined },
    });
    if (!worthIt) return false;
    if (!inRows) copyOut(machine, picture, top, bottom, y);
  }
  return true;
}

function unitsOf(job: BytesJob, row: number): number {
  return job.across * Math.ceil(row / job.rows);
}

function rowOf(job: BytesJob, unit: number, height: number): number {
  return Math.min(height, (unit / job.across) * job.rows);
}

/** Rows of the result of which so many bytes come at a time, whole units of them. */
function rowsIn(bytes: number, job: BytesJob, { height, rowBytes, reach, inOne }: Picture): number {
  return inOne ? height : Math.min(height, job.rows * Math.ceil(Math.max(bytes / rowBytes, 2 * reach) / job.rows));
}

/** Bytes for as many rows of the result, and for what they see. */
function room(rows: number, { height, rowBytes, reach }: Picture): readonly [x: number, y: number] {
  return [Math.min(height, rows + reach) * rowBytes, rows * rowBytes];
}

/** @returns false if the rows are not opaque as they have to be */
function copyIn(machine: Machine, { image, rowBytes, opaque }: Picture, from: number, to: number, at: number): boolean {
  const length = (to - from) * rowBytes;
  new Uint8Array(machine.bytes, at, length).set(image.subarray(from * rowBytes, to * rowBytes));
  return opaque === 0 || machine.run.isOpaque(at, length, opaque);
}

function copyOut(machine: Machine, { out, rowBytes }: Picture, from: number, to: number, at: number): void {
  out.set(new Uint8Array(machine.bytes, at, (to - from) * rowBytes), from * rowBytes);
}

/** Finds room for bytes of a picture, so many each, and for what the job's program needs beside them. */
function place(machine: Machine, job: BytesJob, sizes: readonly number[]) {
  const listed = job.lists.reduce((sum, list) => sum + list.byteLength, 0);
  const { common, each, bytes } = machine.scratchFor([...sizes, listed, job.shared ?? 0], job.scratch);
  const [list, shared] = common.slice(sizes.length);
  const [first, ...rest] = each;
  const parts = rest.map((part) => part - first);
  let end = list;
  const lists = job.lists.map((values) => {
    machine.put(values, end);
    end += values.byteLength;
    return end - values.byteLength;
  });
  lists.push(shared);
  job.prepare?.(first, lists);
  return { at: common, scratchBytes: bytes, argsOf: (x: number, out: number) => job.args(first, parts, x, out, lists) };
}

/** The rows of a picture that rows `top` … `bottom` − 1 of the result see, and these themselves. @param table which row a padded one shows */
function rowsUnder(table: Int32Array, top: number, bottom: number, reach: number): readonly [from: number, to: number] {
  let [from, to] = [top, bottom];
  for (let padded = top; padded < bottom + reach; padded++) {
    if (table[padded] === OUTSIDE) continue;
    from = Math.min(from, table[padded]);
    to = Math.max(to, table[padded] + 1);
  }
  return [from, to];
}

import type { BytesTask } from '../../backend.js';
import { borderTable, OUTSIDE } from '../../border.js';
import { type BytesJob, bytesJob } from './bytes-jobs.js';
import type { Machine } from './machine.js';

/** So many bytes of a picture are copied to wasm memory, filtered and copied back at a time, if a few rows suffice: they stay in the caches. */
const BAND_BYTES = 256 * 1024;
/** The same where threads share it; they have caches of their own, and it counts that they seldom wait for each other. */
const SHARED_BYTES = 16 * 1024 * 1024;
/** So many bytes are copied before others may go on with them. */
const FEED_BYTES = 128 * 1024;
/** Nanoseconds that a tap of a sample takes, on one thread. */
const NS_TAP = 0.05;

/** See {@link Backend.convBytes}. The picture goes through wasm memory in bands of rows, each with what lies above and below it. */
export function convBytes(machine: Machine, task: BytesTask, image: Uint8ClampedArray, out: Uint8ClampedArray): boolean {
  const { geometry, needsOpaque } = task;
  const job = bytesJob(task, machine);
  const height = geometry.output[1];
  const rowBytes = image.length / height;
  const table = borderTable(geometry, 1);
  const reach = table.length - height;
  const units = (row: number) => job.across * Math.ceil(row / job.rows);
  const rowOf = (unit: number) => Math.min(height, (unit / job.across) * job.rows);
  // what a band needs must not have been written over, nor lie at the other end of the picture
  const inOne = geometry.paddingMode === 'wrap' || image.buffer === out.buffer;
  const rowsIn = (bytes: number) => (inOne ? height : Math.min(height, job.rows * Math.ceil(Math.max(bytes / rowBytes, 2 * reach) / job.rows)));
  const work = (rows: number) => NS_TAP * rows * rowBytes * job.taps;
  const shared = machine.isWorthSharing(units(height), work(height));
  // units side by side are hardly ever all there
  const [inRows, mayBeAlone] = [job.across === 1, !shared || (job.across === 1 && !inOne)];
  const [bandRows, sharedRows] = [mayBeAlone ? rowsIn(BAND_BYTES) : 0, shared ? rowsIn(SHARED_BYTES) : 0];

  const room = (rows: number) => [rows && Math.min(height, rows + reach) * rowBytes, rows * rowBytes];
  const { at, scratchBytes, argsOf } = place(machine, job, [...room(bandRows), ...room(sharedRows)]);
  const [ownX, ownY, x, y] = at;

  const copyIn = (from: number, to: number, at: number) => {
    const length = (to - from) * rowBytes;
    new Uint8Array(machine.bytes, at, length).set(image.subarray(from * rowBytes, to * rowBytes));
    return !needsOpaque || machine.run.isOpaque(at, length, geometry.inChannels);
  };
  const copyOut = (from: number, to: number, at: number) => out.set(new Uint8Array(machine.bytes, at, (to - from) * rowBytes), from * rowBytes);
  // the programs count rows from the top of the picture
  const args = (from: number, atX: number, top: number, atY: number) => argsOf(atX - from * rowBytes, atY - top * rowBytes);
  const run = machine.run[job.program] as (...args: number[]) => void;

  const alone = (firstUnit: number, endUnit: number) => {
    for (let top = rowOf(firstUnit); top < rowOf(endUnit); top += bandRows) {
      const bottom = Math.min(rowOf(endUnit), top + bandRows);
      const [from, to] = rowsUnder(table, top, bottom, reach);
      if (!copyIn(from, to, ownX)) return false;
      run(...args(from, ownX, top, ownY), units(top), units(bottom));
      copyOut(top, bottom, ownY);
    }
    return true;
  };
  if (!shared) return alone(0, units(height));

  for (let top = 0; top < height; top += sharedRows) {
    const bottom = Math.min(height, top + sharedRows);
    const [from, to] = rowsUnder(table, top, bottom, reach);
    const endOf = (row: number) => Math.min(bottom, row + job.rows);
    let [copied, ready] = [from, top];
    const feed = () => {
      const next = Math.min(to, copied + Math.ceil(FEED_BYTES / rowBytes));
      if (!copyIn(copied, next, x + (copied - from) * rowBytes)) return undefined;
      copied = next;
      while (ready < bottom && rowsUnder(table, ready, endOf(ready), reach)[1] <= copied) ready = endOf(ready);
      return units(ready);
    };
    const worthIt = machine.share(job.program, args(from, x, top, y), {
      ...{ first: units(top), units: units(bottom), scratch: scratchBytes, work: work(bottom - top) },
      feed,
      alone: mayBeAlone ? alone : undefined,
      drain: inRows ? (from, to) => copyOut(rowOf(from), rowOf(to), y + (rowOf(from) - top) * rowBytes) : undefined,
    });
    if (!worthIt) return false;
    if (!inRows) copyOut(top, bottom, y);
  }
  return true;
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

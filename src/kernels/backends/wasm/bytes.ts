import type { BytesTask } from '../../backend.js';
import { borderTable, OUTSIDE } from '../../border.js';
import { bytesJob } from './bytes-jobs.js';
import type { Machine } from './machine.js';

/**
 * So many bytes of a picture lie in wasm memory at a time, if a few rows suffice. On one thread they stay in its caches while they
 * are copied there, filtered and copied back. Threads have caches of their own: what counts is that they wait for each other rarely.
 */
const BAND_BYTES = { alone: 768 * 1024, shared: 16 * 1024 * 1024 };
/** So many bytes are copied before others may go on with them. */
const FEED_BYTES = 256 * 1024;
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
  // what a band needs must not have been written over, nor lie at the other end of the picture
  const inOne = geometry.paddingMode === 'wrap' || image.buffer === out.buffer;
  const least = inOne ? height : Math.max(BAND_BYTES[machine.threads > 1 ? 'shared' : 'alone'] / rowBytes, 2 * reach);
  const bandRows = Math.min(height, job.rows * Math.ceil(least / job.rows));
  const listed = job.lists.reduce((sum, list) => sum + list.byteLength, 0);
  const scratch = machine.scratchFor([Math.min(height, bandRows + reach) * rowBytes, bandRows * rowBytes, listed, job.shared ?? 0], job.scratch);
  const [x, y, list, shared] = scratch.common;
  const [first, ...parts] = scratch.each;
  let end = list;
  const lists = job.lists.map((values) => {
    machine.put(values, end);
    end += values.byteLength;
    return end - values.byteLength;
  });
  lists.push(shared);
  job.prepare?.(first, lists);
  for (let top = 0; top < height; top += bandRows) {
    const bottom = Math.min(height, top + bandRows);
    const [from, to] = rowsUnder(table, top, bottom, reach);
    const endOf = (row: number) => Math.min(bottom, row + job.rows);
    const units = (row: number) => job.across * Math.ceil(row / job.rows);
    let [copied, ready, wanted] = [from, top, true];
    const feed = () => {
      const next = Math.min(to, copied + Math.ceil(FEED_BYTES / rowBytes));
      const [at, length] = [x + (copied - from) * rowBytes, (next - copied) * rowBytes];
      new Uint8Array(machine.bytes, at, length).set(image.subarray(copied * rowBytes, next * rowBytes));
      copied = next;
      wanted = !needsOpaque || machine.run.isOpaque(at, length, geometry.inChannels);
      while (ready < bottom && rowsUnder(table, ready, endOf(ready), reach)[1] <= copied) ready = endOf(ready);
      return wanted ? units(ready) : undefined;
    };
    // the programs count rows from the top of the picture
    job.run(
      first,
      parts.map((part) => part - first),
      x - from * rowBytes,
      y - top * rowBytes,
      lists,
      { scratch: scratch.bytes, first: units(top), units: units(bottom), work: NS_TAP * (bottom - top) * rowBytes * job.taps, feed },
    );
    if (!wanted) return false;
    out.set(new Uint8Array(machine.bytes, y, (bottom - top) * rowBytes), top * rowBytes);
  }
  return true;
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

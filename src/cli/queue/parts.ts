import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DataError } from '../../errors.js';
import type { Samples } from '../../image/image.js';
import { rowLength } from '../../image/rows.js';
import { arrayOf, type Format, newImage } from '../../image/samples.js';
import { fileError, makeFolder, writeWhole } from '../../image/whole-file.js';

/** The parts of a result: files of raw samples in a folder next to it, which is removed after joining. */
export class Parts {
  readonly folder: string;

  /** @param to the result @param id of the job that joins them */
  constructor(
    readonly to: string,
    id: string,
  ) {
    this.folder = join(dirname(to), '.convlab', id);
  }

  async write(part: number, { buffer, byteOffset, byteLength }: Samples): Promise<void> {
    await makeFolder('filter', this.folder);
    await writeWhole('filter', this.#path(part), new Uint8Array(buffer, byteOffset, byteLength));
  }

  /**
   * All rows, from the first part to the last, in the bands of a stream: the compressed bytes of a file depend on the
   * bands.
   * @param heights of the parts
   * @param bands their heights
   * @throws DataError if a part is missing, or its length does not match its rows
   */
  async *rows(heights: readonly number[], format: Format, bands: readonly number[]): AsyncGenerator<Samples, void, undefined> {
    const row = rowLength(format) * arrayOf(format.samples).BYTES_PER_ELEMENT;
    let [next, filled] = [0, 0];
    let band = newImage({ ...format, height: bands[0] }).data;
    for await (const bytes of this.#bytes(heights, row)) {
      for (let at = 0; at < bytes.length; ) {
        const count = Math.min(bytes.length - at, band.byteLength - filled);
        new Uint8Array(band.buffer, band.byteOffset, band.byteLength).set(bytes.subarray(at, at + count), filled);
        [at, filled] = [at + count, filled + count];
        if (filled < band.byteLength) continue;
        yield band;
        [next, filled] = [next + 1, 0];
        band = newImage({ ...format, height: bands[next] ?? 0 }).data;
      }
    }
  }

  async *#bytes(heights: readonly number[], row: number): AsyncGenerator<Buffer, void, undefined> {
    for (const [part, height] of heights.entries()) {
      const path = this.#path(part);
      const { size } = await stat(path).catch((cause) => {
        throw fileError('filter', path, cause);
      });
      if (size !== row * height) throw new DataError('filter', `${path} must have ${row * height} bytes (${height} rows), but has ${size}`, { path });
      yield* createReadStream(path, { highWaterMark: READ_BYTES });
    }
  }

  /** True if the parts were joined and removed before: the result exists, only the notification was lost. */
  async wereJoined(): Promise<boolean> {
    const left = await readdir(this.folder).catch(() => undefined);
    return left === undefined || left.includes(JOINED);
  }

  /** Removes the parts. {@link wereJoined} detects an interrupted removal. */
  async remove(): Promise<void> {
    if (!(await stat(this.folder).catch(() => undefined))) return;
    await writeWhole('filter', join(this.folder, JOINED), '');
    for (const name of await readdir(this.folder)) if (name !== JOINED) await rm(join(this.folder, name), { force: true });
    await rm(this.folder, { recursive: true, force: true });
  }

  #path(part: number): string {
    return join(this.folder, `${part}.raw`);
  }
}

/** Bytes per read from a part. */
const READ_BYTES = 2 ** 20;
/** Name of the file that exists once the result is written. */
const JOINED = 'joined';

import { readSync, writeSync } from 'node:fs';
import { DataError } from '../../errors.js';

/** Longest header or line that is looked for. */
const MOST_LINE = 4096;
/** Milliseconds until a pipe that gives or takes nothing is asked again. */
const PAUSE = 1;

/**
 * Reads bytes of a pipe or a file into existing memory. A stream of Node would allocate memory for each 64 KB, and take two turns of the
 * event loop for them.
 */
export class PipeReader {
  /** @param fd it stays open */
  constructor(readonly fd: number) {}

  /** Fills `bytes`. @returns how many there were before the end */
  async read(bytes: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < bytes.length) {
      const read = await whenReady(() => readSync(this.fd, bytes, filled, bytes.length - filled, null));
      if (read === 0) break;
      filled += read;
    }
    return filled;
  }

  /** A line without its end; undefined: nothing was left. @throws DataError if it does not end */
  async line(what: string): Promise<string | undefined> {
    const byte = new Uint8Array(1);
    let line = '';
    while ((await this.read(byte)) === 1) {
      if (byte[0] === 0x0a) return line;
      line += String.fromCharCode(byte[0]);
      if (line.length > MOST_LINE) throw new DataError('filter', `stdin has no ${what}: no line ends within ${MOST_LINE} bytes`);
    }
    if (line !== '') throw new DataError('filter', `stdin ends within ${what}`);
    return undefined;
  }
}

/** Writes all bytes to a pipe or a file. @throws DataError if its reader has exited */
export async function writeAll(fd: number, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += await whenReady(() => writeSync(fd, bytes, written, bytes.length - written));
  }
}

/** Pipes that others share with this process may answer that they are not ready. */
async function whenReady(call: () => number): Promise<number> {
  for (;;) {
    try {
      return call();
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'EOF') return 0; // a pipe's end, on Windows
      if (code !== 'EAGAIN') throw new DataError('filter', code === 'EPIPE' ? 'nobody reads standard output any more' : message, {}, { cause });
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  }
}

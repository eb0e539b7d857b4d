import { Worker } from 'node:worker_threads';
import { DataError } from '../../errors.js';

/** Maximum length of a header or line. */
const MOST_LINE = 4096;
/** Milliseconds between retries of a pipe that is not ready. */
const PAUSE = 1;

/** A request to a thread. */
type Task = { readonly line: true } | { readonly read: Uint8Array } | { readonly write: readonly Uint8Array[] };

/** The answer of a thread. */
interface Answer {
  /** a line without its line break; undefined at the end */
  readonly line?: string;
  /** number of bytes read or written */
  readonly bytes?: number;
  readonly failed?: { readonly code?: string; readonly message: string };
}

/**
 * The script of a thread. It is a string so that bundlers need no second file. Pipes that other processes share may
 * report that they are not ready.
 */
const SCRIPT = `'use strict';
const { readSync, writeSync } = require('node:fs');
const { parentPort, workerData: fd } = require('node:worker_threads');
const never = new Int32Array(new SharedArrayBuffer(4));
const whenReady = (call) => {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (error.code === 'EOF') return 0; // a pipe's end, on Windows
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(never, 0, 0, ${PAUSE});
    }
  }
};
const read = (bytes) => {
  let filled = 0;
  for (let got = 1; got > 0 && filled < bytes.length; filled += got) got = whenReady(() => readSync(fd, bytes, filled, bytes.length - filled, null));
  return filled;
};
const readLine = () => {
  const byte = new Uint8Array(1);
  let line = '';
  for (; line.length <= ${MOST_LINE} && read(byte) === 1; line += String.fromCharCode(byte[0])) if (byte[0] === 0x0a) return { line, bytes: line.length + 1 };
  return { line, bytes: line.length };
};
const write = (parts) => {
  for (const bytes of parts) for (let at = 0; at < bytes.length; ) at += whenReady(() => writeSync(fd, bytes, at, bytes.length - at));
};
parentPort.on('message', (task) => {
  try {
    parentPort.postMessage(task.line ? readLine() : task.read ? { bytes: read(task.read) } : (write(task.write), {}));
  } catch ({ code, message }) {
    parentPort.postMessage({ failed: { code, message } });
  }
});
`;

/**
 * A pipe or file that a separate thread reads or writes, so that this thread can compute at the same time. Bytes are
 * transferred through existing shared memory; a Node stream would allocate memory for every 64 KB and need two turns of
 * the event loop for each.
 */
export class FramePipe {
  readonly #worker: Worker;
  #settle: ((answer: Answer) => void) | undefined;

  /** @param fd it is not closed */
  constructor(fd: number) {
    this.#worker = new Worker(SCRIPT, { eval: true, name: 'convlab pipe', workerData: fd, execArgv: [], env: {} });
    this.#worker.on('message', (answer: Answer) => this.#settle?.(answer));
    this.#worker.on('error', ({ message }) => this.#settle?.({ failed: { message } }));
  }

  /** Fills `bytes` in shared memory. @returns number of bytes before the end */
  async read(bytes: Uint8Array): Promise<number> {
    return (await this.#perform({ read: bytes })).bytes ?? 0;
  }

  /** Reads a line without its line break; undefined at the end. @throws DataError if the line does not end */
  async line(what: string): Promise<string | undefined> {
    const { line = '', bytes = 0 } = await this.#perform({ line: true });
    if (line.length > MOST_LINE) throw new DataError('filter', `stdin has no ${what}: no line ends within ${MOST_LINE} bytes`);
    if (bytes === line.length && bytes > 0) throw new DataError('filter', `stdin ends within ${what}`);
    return bytes === 0 ? undefined : line;
  }

  /** Writes all bytes. @throws DataError if the reader has closed the pipe */
  async write(...parts: readonly Uint8Array[]): Promise<void> {
    await this.#perform({ write: parts });
  }

  /** Ends the thread after its current task. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  async #perform(task: Task): Promise<Answer> {
    const answer = await new Promise<Answer>((resolve) => {
      this.#settle = resolve;
      this.#worker.postMessage(task);
    });
    const { failed } = answer;
    if (failed) throw new DataError('filter', failed.code === 'EPIPE' ? 'standard output was closed by its reader' : failed.message, {}, { cause: failed });
    return answer;
  }
}

/** A worker in Node or a browser, which runs until it is stopped. */
export interface Thread {
  stop(): void;
  /** Sets whether it keeps the process alive. */
  keepAlive(yes: boolean): void;
  /** Sends it a message. @param transfer memory to hand over instead of copying it */
  post(message: unknown, transfer?: ArrayBufferLike[]): void;
}

/** Callbacks for events of a worker that has started. */
export interface ThreadEvents {
  /** called with the reason if the worker exits unexpectedly */
  readonly onEnd: (reason: string) => void;
  readonly onMessage?: (message: unknown) => void;
}

/** Niceness of low-priority threads, relative to the process; they get a third of the CPU share of the caller's thread. */
const LOW_NICE = 5;
/** Placed at the beginning of a worker's source, lowers the worker's priority on Linux, where each thread has its own, so that the caller's thread runs first. */
export const LOW_PRIORITY = `if (globalThis.process?.platform === 'linux') {
  const os = require('node:os');
  try {
    os.setPriority(Math.min(19, os.getPriority() + ${LOW_NICE}));
  } catch {}
}`;

/** Node's worker module, or undefined. It is loaded by name, so that bundlers for browsers do not see an import. */
function nodeModule() {
  return globalThis.process?.getBuiltinModule?.('node:worker_threads');
}

/** The reason why threads cannot share memory here; undefined if they can. */
export function obstacle(): string | undefined {
  const inNode = nodeModule() !== undefined;
  if (!inNode && typeof Worker === 'undefined') return 'workers are not available';
  if (!inNode && !globalThis.crossOriginIsolated) {
    return "the page is not cross-origin isolated: serve it with the headers 'Cross-Origin-Opener-Policy: same-origin' and 'Cross-Origin-Embedder-Policy: require-corp'";
  }
  if (typeof SharedArrayBuffer === 'undefined') return 'SharedArrayBuffer is not available';
  if (globalThis.process?.permission?.has('worker') === false) return "Node's permission model forbids worker threads; --allow-worker allows them";
  return undefined;
}

/** Cores that this process may use. */
export function cores(): number {
  return globalThis.process?.getBuiltinModule?.('node:os')?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** True if this thread may sleep until another one wakes it; the main thread of a page may not. */
export function maySleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts a worker, sends it a message and waits until it answers `ready`. After that, it does not keep the
 * process alive.
 * @param source a classic script
 * @throws Error if the worker does not start, or answers otherwise
 */
export function startThread(source: string, message: unknown, { onEnd, onMessage }: ThreadEvents): Promise<Thread> {
  return new Promise((resolve, reject) => {
    const threads = nodeModule();
    let started = false;
    const ended = (reason: string) => (started ? onEnd(reason) : reject(new Error(reason)));
    const answered = (thread: Thread, answer: unknown) => {
      if (started) onMessage?.(answer);
      else if (answer === 'ready') {
        started = true;
        resolve(thread);
      } else {
        reject(new Error(String(answer)));
        thread.stop();
      }
    };

    if (threads) {
      // a worker needs neither the loaders nor the flags of this process
      const worker = new threads.Worker(source, { eval: true, name: 'convlab', execArgv: [], env: {} });
      const thread: Thread = {
        stop: () => void worker.terminate(),
        keepAlive: (yes) => (yes ? worker.ref() : worker.unref()),
        post: (message, transfer) => worker.postMessage(message, transfer as ArrayBuffer[] | undefined),
      };
      worker.on('error', ({ message }) => ended(message));
      worker.on('exit', (code) => ended(`it exited with code ${code}`));
      worker.on('message', (answer) => {
        if (!started) worker.unref();
        answered(thread, answer);
      });
      worker.postMessage(message);
    } else {
      const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
      const worker = new Worker(url, { name: 'convlab' });
      const thread: Thread = {
        stop: () => worker.terminate(),
        keepAlive: () => {},
        post: (message, transfer = []) => worker.postMessage(message, transfer as ArrayBuffer[]),
      };
      worker.onerror = ({ message }) => ended(message || 'it could not be loaded');
      worker.onmessage = ({ data }) => {
        if (!started) URL.revokeObjectURL(url);
        answered(thread, data);
      };
      worker.postMessage(message);
    }
  });
}

import { LOW_PRIORITY } from '../../../thread-host.js';

// The control block: memory that the threads of a pool share in addition to the wasm memory. It contains at most one
// job, divided into shares. Every thread takes shares until none is left: workers from the first one up, the caller
// from the last one down. The caller opens a job, closes it and waits until all threads that joined have left; a thread
// that wakes up too late finds it closed. So only threads that have joined read its description, and the caller does
// not wait for threads that have not woken.

/** Cells of the control block, each on a separate cache line. */
export const CONTROL = {
  /** job counter; idle threads wait for it to change */
  ticket: 0,
  /** number of threads in the job, plus OPEN while it can be joined */
  state: 16,
  /** the shares that are not taken yet: the first one, and 2¹⁶ times the one after the last */
  left: 32,
  /** number of units whose input is ready; a worker that has taken others waits */
  ready: 80,
  /** nonzero once a program has failed on a thread */
  failed: 48,
  /** number of sleeping threads */
  sleepers: 64,
  /** counts completed shares, and workers that leave a job */
  progress: 96,
} as const;
export const OPEN = 0x10000;

/** Offset of the job, after the cells, as float64, which represents every address exactly. */
export const JOB_AT = 448;
/** Values of the job. Each thread's scratch memory is `scratchBytes` after that of the previous one. */
export const JOB = { program: 0, task: 1, scratch: 2, scratchBytes: 3, first: 4, units: 5, share: 6 } as const;
export const JOB_VALUES = Object.keys(JOB).length;
/** Offset, after the job, of one int32 per share: 1 once a worker has completed it. */
export const DONE_AT = JOB_AT + 64;

export function controlBytes(shares: number): number {
  return DONE_AT + 4 * shares;
}

/**
 * Milliseconds for which a thread polls for the next job, or the caller for the end of one, before it sleeps. Waking it
 * takes tens of microseconds, also of the caller's time, and the operators of a training step are rarely further apart.
 */
export const SPIN_MS = 0.3;
/** Checks between two readings of the clock, because each reading allocates an object. */
export const LOOKS = 100;

/**
 * The script of a worker, a classic one for Node and browsers; a string, so that bundlers need no second file. It waits
 * for one message, answers `ready` or the reason why it cannot start, and from then on reads only the control block.
 */
export const WORKER_SOURCE = `'use strict';
const port = typeof require === 'function' ? require('node:worker_threads').parentPort : self;
port.onmessage = async ({ data: { module, memory, control, names, thread, background } }) => {
  if (background) {
${LOW_PRIORITY}
  }
  const cells = new Int32Array(control);
  const job = new Float64Array(control, ${JOB_AT}, ${JOB_VALUES});
  const done = new Int32Array(control, ${DONE_AT});
  let programs;
  try {
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    programs = names.map((name) => exports[name]);
  } catch (error) {
    port.postMessage(String(error));
    return;
  }
  port.postMessage('ready');
  for (let seen = 0; ; ) {
    let [sleepy, looks] = [performance.now() + ${SPIN_MS}, 0];
    while (Atomics.load(cells, ${CONTROL.ticket}) === seen) {
      if (++looks % ${LOOKS} !== 0 || performance.now() < sleepy) continue;
      Atomics.add(cells, ${CONTROL.sleepers}, 1);
      Atomics.wait(cells, ${CONTROL.ticket}, seen);
      Atomics.sub(cells, ${CONTROL.sleepers}, 1);
      sleepy = performance.now() + ${SPIN_MS};
    }
    seen = Atomics.load(cells, ${CONTROL.ticket});
    if (Atomics.add(cells, ${CONTROL.state}, 1) >= ${OPEN}) {
      const [${Object.keys(JOB).join(', ')}] = job;
      const run = programs[program];
      const own = scratch + thread * scratchBytes;
      try {
        for (let left; (left = Atomics.add(cells, ${CONTROL.left}, 1)), (left & 0xffff) < left >>> 16; ) {
          const from = first + (left & 0xffff) * share;
          const to = Math.min(units, from + share);
          sleepy = Infinity;
          for (let ready; (ready = Atomics.load(cells, ${CONTROL.ready})) < to; ) {
            if (++looks % ${LOOKS} !== 0) continue;
            if (sleepy === Infinity) sleepy = performance.now() + ${SPIN_MS};
            else if (performance.now() > sleepy) Atomics.wait(cells, ${CONTROL.ready}, ready);
          }
          run(task, own, from, to);
          Atomics.store(done, left & 0xffff, 1);
          Atomics.add(cells, ${CONTROL.progress}, 1);
          Atomics.notify(cells, ${CONTROL.progress});
        }
      } catch {
        Atomics.store(cells, ${CONTROL.failed}, 1);
      }
    }
    if (Atomics.sub(cells, ${CONTROL.state}, 1) === 1) Atomics.notify(cells, ${CONTROL.state});
    Atomics.add(cells, ${CONTROL.progress}, 1);
    Atomics.notify(cells, ${CONTROL.progress});
  }
};
`;

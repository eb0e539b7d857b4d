// What the threads of a pool share beside the wasm memory: the control block. It holds at most one job, cut into shares, of
// which every thread takes one after the other until none is left, workers the first one, the caller the last one. The caller
// opens a job, closes it and waits until all who joined have left; who wakes up too late finds it closed. So the description of
// a job is read by those only who hold it open, and a thread that the system has not woken yet is not waited for.

/** Cells of the control block, each on a cache line of its own. */
export const CONTROL = {
  /** counts the jobs; idle threads wait for it to change */
  ticket: 0,
  /** how many threads are in the job, and OPEN while it can be joined */
  state: 16,
  /** the shares that nobody has taken: the first one, and 2¹⁶ times the one behind the last */
  left: 32,
  /** so many units have what they need: a worker that has taken others waits */
  ready: 80,
  /** not 0 once a program has failed on a thread */
  failed: 48,
  /** how many threads sleep */
  sleepers: 64,
} as const;
export const OPEN = 0x10000;

/** Behind the cells, as float64, which holds every argument exactly: program, first, units, share, scratch, number of arguments, arguments. */
export const JOB_AT = 384;
export const JOB_VALUES = 40;
/** Where among these the arguments begin. */
export const ARGUMENTS_AT = 6;
/** Behind the job, as int32: for each share, 1 once a worker has done it. */
export const DONE_AT = JOB_AT + 8 * JOB_VALUES;

export function controlBytes(shares: number): number {
  return DONE_AT + 4 * shares;
}

/**
 * So long a thread looks for the next job, or the caller for the end of one, before it sleeps. To be woken takes tens of
 * microseconds, of the caller's time too, and the operators of a training step are hardly ever further apart than this.
 */
export const SPIN_MS = 0.3;
/** So often it looks before it asks for the time, which is an object each time. */
export const LOOKS = 100;

/**
 * The program of a worker, a classic script for Node and browsers. It is a string because a bundler then has no second file to
 * find. It waits for one message, answers `ready` or why it is not, and from then on looks at the control block only.
 */
export const WORKER_SOURCE = `'use strict';
const port = typeof require === 'function' ? require('node:worker_threads').parentPort : self;
port.onmessage = async ({ data: { module, memory, control, names, thread } }) => {
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
  // one array for all jobs: no garbage
  const args = [];
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
      const [program, first, units, share, scratch, count] = job;
      args.length = count + 2;
      for (let i = 0; i < count; i++) args[i] = job[${ARGUMENTS_AT} + i];
      args[0] += thread * scratch;
      try {
        for (let left; (left = Atomics.add(cells, ${CONTROL.left}, 1)), (left & 0xffff) < left >>> 16; ) {
          const from = first + (left & 0xffff) * share;
          const to = Math.min(units, from + share);
          while (Atomics.load(cells, ${CONTROL.ready}) < to);
          args[count] = from;
          args[count + 1] = to;
          programs[program](...args);
          Atomics.store(done, left & 0xffff, 1);
        }
      } catch {
        Atomics.store(cells, ${CONTROL.failed}, 1);
      }
    }
    if (Atomics.sub(cells, ${CONTROL.state}, 1) === 1) Atomics.notify(cells, ${CONTROL.state});
  }
};
`;

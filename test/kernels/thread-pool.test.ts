import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import threads, { type Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBackend } from '../../src/index.js';
import { ThreadPool } from '../../src/kernels/backends/wasm/pool.js';
import { loadPrograms, SHARED_PROGRAMS } from '../../src/kernels/backends/wasm/programs.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import { ARGUMENTS_AT, JOB_VALUES } from '../../src/kernels/backends/wasm/worker.js';
import { Operators } from '../../src/kernels/operators.js';

/** Workers that were started since the test began. */
let workers: Worker[];
const original = threads.Worker;
beforeEach(() => {
  workers = [];
  threads.Worker = class extends original {
    constructor(...args: ConstructorParameters<typeof original>) {
      super(...args);
      workers.push(this);
    }
  };
});
afterEach(() => {
  threads.Worker = original;
});

test('threads: 4 are three workers and the caller, which dispose ends; one thread is no worker', async () => {
  const backend = await createBackend('wasm', { threads: 4 });
  expect(workers).toHaveLength(3);
  const ended = workers.map((worker) => once(worker, 'exit'));
  backend.dispose();
  await Promise.all(ended);
  expect(() => backend.allocate(1)).toThrow('wasm: this backend was disposed of');
  (await createBackend('wasm', { threads: 1 })).dispose();
  expect(workers).toHaveLength(3);
});

test('workers take shares of a job, each with scratch memory of its own', async () => {
  const { loaded, pool } = await poolOf(3);
  const { memory, programs } = loaded;
  const [scratch, out] = [programs.allocate(3 * 4096), programs.allocate(4096)];
  for (const thread of [0, 1, 2]) new Float32Array(memory.buffer, scratch + thread * 4096, 1024).fill(thread);
  const seen = new Set<number>();
  while (seen.size < 3) {
    pool.run('affine', [scratch, scratch, scratch, out, 1, 0, 0], { units: 1024, step: 4, scratch: 4096, work: 0 });
    for (const thread of new Float32Array(memory.buffer, out, 1024)) seen.add(thread);
    await new Promise((done) => setTimeout(done, 1));
  }
  expect([...seen].sort()).toEqual([0, 1, 2]);
  pool.stop();
});

test('a job has room for the arguments of every program', async () => {
  const { programs } = await loadPrograms(false);
  // but for `from` and `to`
  for (const name of SHARED_PROGRAMS) expect([name, programs[name].length - 2 <= JOB_VALUES - ARGUMENTS_AT]).toEqual([name, true]);
});

describe('a worker that crashes', () => {
  test('is an error at the next call', async () => {
    const backend = await createWasmBackend(3, 0);
    const buffer = backend.allocate(1000);
    await workers[1].terminate();
    const on = new Operators(backend);
    for (const call of [() => on.pointwise('affine', [buffer], [1, 0], buffer), () => backend.allocate(1), () => backend.free(buffer)]) {
      expect(call).toThrow(/^wasm: a thread of this backend has crashed: it exited with code 1; create another backend$/);
    }
    await expect(backend.read(buffer)).rejects.toThrow('has crashed');
    backend.dispose();
  });

  test('in the middle of its share is an error of that call', async () => {
    const { loaded, pool } = await poolOf(2);
    const [a, out] = [0, 1].map(() => loaded.programs.allocate(4096));
    // 2 GiB further on, where the worker has its scratch memory, there is none
    const run = () => pool.run('affine', [a, a, a, out, 1, 0, 0], { units: 1000, scratch: 2 ** 31, work: 0 });
    await expect(untilItThrows(run)).rejects.toThrow('wasm: a thread of this backend has crashed: affine failed on it; create another backend');
    expect(run, 'and of every later one').toThrow();
    pool.stop();
  });

  test('while it is waited for is an error, not a hang', async () => {
    const { loaded, pool } = await poolOf(2, 300);
    const { memory, programs } = loaded;
    // for the worker a pooling of 2³¹ − 1 slices without rows, for the caller of none
    const [geometry, tables] = [programs.allocate(1024), programs.allocate(1024)];
    const fields = new Int32Array(memory.buffer, geometry, 64);
    fields.fill(0);
    fields[32 + 10] = 2 ** 31 - 1; // outD
    const run = () => pool.run('maxPool', [geometry, 0, 0, 0, 1, 1, tables], { units: 1000, scratch: 128, work: 0 });
    await expect(untilItThrows(run)).rejects.toThrow('it does not answer');
    const ended = once(workers[0], 'exit');
    pool.stop();
    await ended;
  });
});

test('a worker that does not start is an error where threads were asked for, and else one thread is left', async () => {
  threads.Worker = class extends original {
    constructor(_: string, options: object) {
      super('process.exit(7)', options);
    }
  } as typeof original;
  await expect(createBackend('wasm', { threads: 2 })).rejects.toThrow('createBackend: 2 threads could not be started: it exited with code 7');
  const backend = await createBackend('wasm');
  expect(backend.device).toBe('wasm simd, 1 thread');
  backend.dispose();
});

describe('a process', () => {
  const work = `
    import { createWasmBackend } from './src/kernels/backends/wasm/wasm.ts';
    const make = async () => {
      const backend = await createWasmBackend(3, 0);
      const buffer = backend.allocate(1e6);
      backend.pointwise('affine', [buffer], [1, 5], buffer);
      console.log((await backend.read(buffer))[999999]);
    };
    await make();`;

  test('ends by itself when its work is done, with a backend that nobody disposed of', () => {
    expect(runProcess(work)).toEqual({ status: 0, signal: null, stdout: '5\n', stderr: '' });
  });

  test('ends the threads of a backend that nobody holds any more', () => {
    const collect = `
    import threads from 'node:worker_threads';
    let [started, ended] = [0, 0];
    threads.Worker = class extends threads.Worker {
      constructor(...args) { super(...args); started++; this.on('exit', () => ended++); }
    };
    ${work}
    for (let i = 0; i < 1000 && ended < started; i++) {
      gc();
      await new Promise((done) => setTimeout(done, 10));
    }
    console.log(started, ended);`;
    expect(runProcess(collect, ['--expose-gc'])).toMatchObject({ status: 0, stdout: '5\n2 2\n' });
  });
});

function runProcess(code: string, flags: readonly string[] = []) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...flags, '--import', 'tsx', '--input-type=module', '--eval', code], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, signal, stdout, stderr };
}

async function poolOf(count: number, patience?: number) {
  const loaded = await loadPrograms(true);
  return { loaded, pool: await ThreadPool.start(loaded, count, patience) };
}

/** A worker may come too late for a job, so it takes some. */
async function untilItThrows(run: () => void): Promise<void> {
  for (;;) {
    run();
    await new Promise((done) => setTimeout(done, 1));
  }
}

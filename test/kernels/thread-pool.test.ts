import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import threads, { type Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { box, convGeometry, createBackend, createImage, filter } from '../../src/index.js';
import { NOWHERE } from '../../src/kernels/backends/wasm/address.js';
import { forwardCorrelation } from '../../src/kernels/backends/wasm/layers/correlation-spec.js';
import { storeCorrelation, storeForward } from '../../src/kernels/backends/wasm/layers/stored-correlation.js';
import { loadPrograms } from '../../src/kernels/backends/wasm/load-programs.js';
import { Machine } from '../../src/kernels/backends/wasm/machine.js';
import { FRAME_BYTES } from '../../src/kernels/backends/wasm/records.generated.js';
import { Tables } from '../../src/kernels/backends/wasm/tables.js';
import { ThreadPool } from '../../src/kernels/backends/wasm/thread-pool.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
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
  expect(() => backend.allocate(1)).toThrow('wasm: the backend was disposed of');
  (await createBackend('wasm', { threads: 1 })).dispose();
  expect(workers).toHaveLength(3);
});

test('workers take shares of a job, each with scratch memory of its own', async () => {
  const { machine, pool } = await machineOf(3);
  const images = 64;
  const g = convGeometry([images, 1, 8, 8], [1, 1, 3, 3], { padding: 1 });
  const tables = new Tables(machine);
  const stored = storeForward(tables, g);
  const [x, kernel, out] = [tables.store(new Float32Array(64 * images).fill(1)), tables.store(new Float32Array(9).fill(1)), machine.allocate(256 * images)];
  const scratch = machine.scratchFor([], [stored.stripBytes]);
  const strips = [0, 1, 2].map((thread) => machine.floats(scratch.address + thread * scratch.bytes + FRAME_BYTES, stored.stripBytes / 4));
  const seen = new Set<number>();
  while (seen.size < 3) {
    for (const strip of strips) strip.fill(-1);
    const task = { correlation: stored.address, x, packed: kernel, sparse: false, bias: NOWHERE, out };
    machine.share('correlate', task, { units: stored.strips, scratch, work: 0 });
    for (const [thread, strip] of strips.entries()) if (strip.some((value) => value !== -1)) seen.add(thread);
    expect([...machine.floats(out, 64 * images)].filter((_, i) => i % 64 === 9)).toEqual(new Array(images).fill(9));
    await new Promise((done) => setTimeout(done, 1));
  }
  pool.stop();
});

describe('a worker that crashes', () => {
  test('is an error at the next call', async () => {
    const backend = await createWasmBackend(3, { handOver: 0 });
    const buffer = backend.allocate(1000);
    await workers[1].terminate();
    const on = new Operators(backend);
    for (const call of [() => on.pointwise('affine', [buffer], [1, 0], buffer), () => backend.allocate(1), () => backend.free(buffer)]) {
      expect(call).toThrow(/^wasm: a thread of this backend crashed: it exited with code 1; create a new backend$/);
    }
    await expect(backend.read(buffer)).rejects.toThrow('crashed');
    backend.dispose();
  });

  test('in the middle of its share is an error of that call', async () => {
    const { machine, pool } = await machineOf(2);
    const beyond = (2 ** 31) as typeof NOWHERE;
    const run = () => machine.share('affine', { a: beyond, b: beyond, c: beyond, out: beyond, p: 1, q: 0, r: 0 }, forWorkers(1000));
    await expect(untilItThrows(run)).rejects.toThrow('wasm: a thread of this backend crashed: affine failed on it; create a new backend');
    expect(run, 'and of every later one').toThrow();
    pool.stop();
  });

  test('while it is waited for is an error, not a hang', async () => {
    const { machine, pool } = await machineOf(2, 300);
    // a pooling of 2³¹ − 1 slices without rows
    const spec = { ...forwardCorrelation(convGeometry([1, 1, 1, 1], [1, 1, 1, 1])), output: [2 ** 31 - 1, 0, 1] as const };
    const correlation = storeCorrelation(new Tables(machine), spec).address;
    const run = () => machine.share('maxPool', { correlation, x: NOWHERE, out: NOWHERE, winners: NOWHERE }, forWorkers(1000));
    await expect(untilItThrows(run)).rejects.toThrow('it does not respond');
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
  // no image job is short enough to block the caller
  const away = await createWasmBackend(undefined, { longestBlock: 0 });
  const image = createImage(50, 40, 1, new Uint8ClampedArray(2000).fill(7));
  expect((await filter(image, box(3), { backend: away })).data).toEqual(image.data);
  away.dispose();
});

describe('threads are left out', () => {
  const tell = `
    import { createBackend } from './src/index.ts';
    console.log((await createBackend('wasm')).device);
    console.log(await createBackend('wasm', { threads: 2 }).then(() => 'two', ({ message }) => message));`;

  test('without SharedArrayBuffer', () => {
    const { stdout } = runProcess(`delete globalThis.SharedArrayBuffer;${tell}`);
    expect(stdout).toBe('wasm simd, 1 thread\ncreateBackend: threads must be 1 in this environment, received 2: SharedArrayBuffer is not available\n');
  });

  test("where Node's permission model forbids them", () => {
    const { stdout } = runProcess(`process.permission = { has: (name) => name !== 'worker' };${tell}`);
    expect(stdout).toBe(
      "wasm simd, 1 thread\ncreateBackend: threads must be 1 in this environment, received 2: Node's permission model forbids worker threads; --allow-worker allows them\n",
    );
  });
});

describe('a process', () => {
  const work = `
    import { createWasmBackend } from './src/kernels/backends/wasm/wasm.ts';
    const make = async () => {
      const backend = await createWasmBackend(3, { handOver: 0 });
      const buffer = backend.allocate(1e6);
      backend.run(backend.prepare({ operation: 'pointwise', formula: 'affine' }), [buffer], [buffer], [1, 5]);
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

async function machineOf(count: number, patience?: number) {
  const loaded = await loadPrograms(true);
  const pool = await ThreadPool.start(loaded, count, { patience });
  return { machine: new Machine(loaded, pool, { handOver: 0 }), pool };
}

/** Units that the caller waits a while for, but never computes. */
function forWorkers(units: number) {
  const alone = () => {
    for (const end = performance.now() + 0.2; performance.now() < end; );
    return true;
  };
  return { units, feed: () => units, alone, work: 0 };
}

/** A worker may come too late for a job, so it takes some. */
async function untilItThrows(run: () => void): Promise<void> {
  for (;;) {
    run();
    await new Promise((done) => setTimeout(done, 1));
  }
}

import { describe, expect, test } from 'vitest';
import { script } from '../faults/process.js';
import { growth, type Load } from './workload.js';

const CALLS = Number(process.env.LOAD ?? 10_000);

/** Runs code in a process of its own, which can collect its garbage and must end by itself. */
async function measured(code: string): Promise<Load> {
  const {
    code: exit,
    signal,
    stdout,
    stderr,
  } = await script(
    `
    import { createGpuBackend } from './src/kernels/backends/gpu/create-gpu.ts';
    import * as library from './src/index.ts';
    import { manyCalls } from './test/load/workload.ts';
    import { setFlagsFromString } from 'node:v8';
    import { runInNewContext } from 'node:vm';
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    const measure = async () => {
      await new Promise((done) => setTimeout(done));
      collect();
      return process.memoryUsage().rss;
    };
    const held = () => process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap').length;
    const before = held();
    const begun = performance.now();
    ${code}
    await new Promise((done) => setTimeout(done, 50));
    console.log(JSON.stringify({ samples, held: [before, held()], seconds: (performance.now() - begun) / 1000 }));`,
  ).ended;
  expect({ exit, signal, stderr }).toEqual({ exit: 0, signal: null, stderr: '' });
  return JSON.parse(stdout);
}

const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);

function report(what: string, { samples, seconds }: Load): void {
  const percent = (100 * growth(samples)).toFixed(1);
  console.log(
    `${what}: ${seconds.toFixed(1)} s, ${megabytes(samples[Math.floor(samples.length / 4)])} MiB after a quarter, ${megabytes(samples.at(-1) as number)} MiB at the end (${percent}%)`,
  );
}

describe(`${CALLS} filter calls: memory stays, nothing is held, and the process ends by itself`, () => {
  test.each([
    ['reference', "library.createBackend('reference')"],
    ['wasm, 1 thread', "library.createBackend('wasm', { threads: 1 })"],
    ['wasm, 2 threads', "library.createBackend('wasm', { threads: 2 })"],
    ['auto, which all calls share', 'undefined'],
    ["GPU.js's cpu mode", "createGpuBackend({ mode: 'cpu' })"],
  ])('%s', async (name, create) => {
    const load = await measured(`
      const backend = await ${create};
      const samples = await manyCalls(library, backend, ${CALLS}, measure);
      backend?.dispose();`);
    report(name, load);
    expect(growth(load.samples)).toBeLessThan(0.1);
    expect(load.held[1]).toBeLessThanOrEqual(load.held[0]);
  });
});

test('backends created and disposed of, one after the other and many at once', async () => {
  const load = await measured(`
    const samples = [];
    for (let i = 0; i < ${Math.ceil(CALLS / 50)}; i++) {
      const backend = await library.createBackend(i % 4 === 3 ? 'reference' : 'wasm', i % 4 === 3 ? {} : { threads: 1 + (i % 3) });
      await library.filter(library.createImage(50, 40, 3), library.gaussian(2), { backend });
      backend.dispose();
      if (i % ${Math.ceil(CALLS / 2000)} === 0) samples.push(await measure());
    }
    const together = await Promise.all(Array.from({ length: 16 }, (_, i) => library.createBackend('wasm', { threads: 1 + (i % 3) })));
    await Promise.all(together.map((backend) => library.filter(library.createImage(50, 40, 3), library.box(3), { backend })));
    for (const backend of together) backend.dispose();`);
  report('backends', load);
  expect(growth(load.samples)).toBeLessThan(0.1);
  expect(load.held[1]).toBeLessThanOrEqual(load.held[0]);
});

test('backends that nobody disposed of go with the garbage', async () => {
  const load = await measured(`
    const samples = [];
    for (let i = 0; i < ${Math.ceil(CALLS / 100)}; i++) {
      const backend = await library.createBackend('wasm', { threads: 2 });
      await library.filter(library.createImage(50, 40, 3), library.gaussian(2), { backend });
      if (i % ${Math.ceil(CALLS / 4000)} === 0) samples.push(await measure());
    }`);
  report('forgotten backends', load);
  expect(growth(load.samples)).toBeLessThan(0.1);
});

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Contestant, Limit, Peer } from '../row.js';

type Program = 'floats' | 'integers' | 'copy';

/**
 * The limits of the machine: only the row's multiply-adds, and a plain copy of its bytes, shared equally by threads.
 */
export const limits: readonly Peer[] = [
  limit('limit: float multiply-adds', 'floats', ({ multiplyAdds }) => multiplyAdds),
  limit('limit: 16-bit multiply-adds', 'integers', ({ integerMultiplyAdds }) => integerMultiplyAdds),
  limit('limit: copy', 'copy', ({ bytes }) => bytes),
];

function limit(name: string, program: Program, amountOf: (limit: Limit) => number | undefined): Peer {
  return {
    name,
    threaded: true,
    groups: ['micro', 'filters', 'layers', 'cnn'],
    quick: true,
    limit: true,
    async load() {
      compiled ??= compile();
      const programs = compiled;
      return (_, threads, amounts) => {
        const amount = amountOf(amounts);
        return amount ? contestant(programs, program, amount / threads, threads) : undefined;
      };
    },
  };
}

interface Compiled {
  readonly module: WebAssembly.Module;
  /** multiply-adds in a turn of a program's loop */
  readonly aTurn: { readonly floats: number; readonly integers: number };
}

let compiled: Compiled | undefined;

function compile(): Compiled {
  // in a separate process, because tsx should not load the compiler's ten megabytes of JavaScript
  const child = spawnSync(process.execPath, [fileURLToPath(new URL('../children/limits.mjs', import.meta.url))], { maxBuffer: 1e8 });
  if (child.status !== 0) throw new Error(`the limits' programs do not compile: ${child.stderr}`);
  const { wasm, aTurn } = JSON.parse(String(child.stdout)) as { wasm: string; aTurn: Compiled['aTurn'] };
  return { module: new WebAssembly.Module(Buffer.from(wasm, 'base64')), aTurn };
}

/** Threads that wait for work, as the caller has to wait too: programs, what to hand them, and how often. */
const THREAD = `
  const { parentPort, workerData: module } = require('node:worker_threads');
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort() {} } });
  // until the optimizing compiler is done, which one long call would not see
  for (const end = performance.now() + 200; performance.now() < end; ) exports.floats(1000) + exports.integers(1000);
  parentPort.on('message', ({ program, argument, bytes, runs }) => {
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    const start = performance.now();
    for (let i = 0; i < runs; i++) exports[program](argument);
    parentPort.postMessage((performance.now() - start) / runs);
  });`;
const workers: Worker[] = [];

/** @param amount of each thread: multiply-adds, or bytes */
function contestant({ module, aTurn }: Compiled, program: Program, amount: number, threads: number): Contestant {
  const argument = Math.ceil(program === 'copy' ? amount : amount / aTurn[program]);
  const bytes = program === 'copy' ? 2 * argument : 0;
  while (workers.length < threads) workers.push(new Worker(THREAD, { eval: true, workerData: module }));
  const time = async (runs: number) => {
    const team = workers.slice(0, threads);
    const answers = team.map(async (worker) => (await once(worker, 'message'))[0] as number);
    for (const worker of team) worker.postMessage({ program, argument, bytes, runs });
    return Math.max(...(await Promise.all(answers)));
  };
  return { run: () => time(1), time, result: () => undefined };
}

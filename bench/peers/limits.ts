import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import asc from 'assemblyscript/asc';
import type { Contestant, Limit, Peer } from '../row.js';

type Program = 'floats' | 'integers' | 'copy';

/** Sums that do not wait for each other, as many as 16 registers hold beside what is multiplied: a block of so many rows by so many columns. */
const [ROWS, COLUMNS] = [5, 2];
/** Blocks in a turn of the loop, whose own instructions then do not count. */
const UNROLLED = 4;
/** Multiply-adds of a turn. */
const A_TURN = { floats: 4 * ROWS * COLUMNS * UNROLLED, integers: 8 * 12 };

/** What the machine allows: the row's multiply-adds and nothing else, and a plain copy of its bytes. Threads share them equally. */
export const limits: readonly Peer[] = [
  limit('limit: float multiply-adds', 'floats', ({ multiplyAdds }) => multiplyAdds),
  limit('limit: 16-bit multiply-adds', 'integers', ({ integerMultiplyAdds }) => integerMultiplyAdds),
  limit('limit: copy', 'copy', ({ bytes }) => bytes),
];

function limit(name: string, program: Program, amountOf: (limit: Limit) => number | undefined): Peer {
  return {
    name,
    threaded: true,
    quick: true,
    limit: true,
    async load() {
      module ??= compile();
      const compiled = await module;
      return (_, threads, amounts) => {
        const amount = amountOf(amounts);
        return amount ? contestant(compiled, program, amount / threads, threads) : undefined;
      };
    },
  };
}

let module: Promise<WebAssembly.Module> | undefined;

async function compile(): Promise<WebAssembly.Module> {
  const times = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i)).join('\n');
  const block = (at: number) => `
        ${times(ROWS, (row) => `const x${at}_${row} = v128.load(from, ${16 * (at * ROWS + row)});`)}
        ${times(ROWS * COLUMNS, (i) => `s${i} = f32x4.add(s${i}, f32x4.mul(x${at}_${i % ROWS}, w${Math.floor(i / ROWS)}));`)}`;
  const source = `
    export function floats(turns: i32): f32 {
      ${times(COLUMNS, (i) => `const w${i} = f32x4.splat(${i}.5);`)}
      ${times(ROWS * COLUMNS, (i) => `let s${i} = f32x4.splat(${i});`)}
      let from: usize = 0; // another place each turn, else one product would do for all
      for (let turn = 0; turn < turns; turn++) {
        ${times(UNROLLED, block)}
        from = (from + 16) & 0xfff;
      }
      ${times(ROWS * COLUMNS, (i) => `s0 = f32x4.add(s0, s${i});`)}
      return f32x4.extract_lane(s0, 0);
    }
    export function integers(turns: i32): i32 {
      const a = i16x8.splat(3), b = i32x4.splat(1);
      ${times(12, (i) => `let s${i} = i32x4.splat(${i});`)}
      for (let turn = 0; turn < turns; turn++) {
        ${times(12, (i) => `s${i} = i32x4.add(i32x4.dot_i16x8_s(s${i}, a), b);`)}
      }
      ${times(12, (i) => `s0 = i32x4.add(s0, s${i});`)}
      return i32x4.extract_lane(s0, 0);
    }
    export function copy(bytes: i32): void { memory.copy(bytes, 0, bytes); }`;
  const { error, stderr, binary } = await asc.compileString(source, { runtime: 'stub', optimizeLevel: 3, enable: ['simd', 'bulk-memory'], importMemory: true });
  if (error || !binary) throw new Error(`the limits' programs do not compile: ${stderr}`);
  return new WebAssembly.Module(new Uint8Array(binary));
}

/** Threads that wait for work, as the caller has to wait too: programs, what to hand them, and how often. */
const THREAD = `
  const { parentPort, workerData: module } = require('node:worker_threads');
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort() {} } });
  parentPort.on('message', ({ program, argument, bytes, runs }) => {
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    const start = performance.now();
    for (let i = 0; i < runs; i++) exports[program](argument);
    parentPort.postMessage((performance.now() - start) / runs);
  });`;
const workers: Worker[] = [];

/** @param amount of each thread: multiply-adds, or bytes */
function contestant(module: WebAssembly.Module, program: Program, amount: number, threads: number): Contestant {
  const argument = Math.ceil(program === 'copy' ? amount : amount / A_TURN[program]);
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

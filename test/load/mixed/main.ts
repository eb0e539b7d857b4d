// One process under a load that is mixed at random: see docs/reliability.md. npm run load -- --seconds 600 --seed 1
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Backend, ConvlabError, createBackend, Random } from '../../../src/index.js';
import { growth } from '../workload.js';
import { Slot, slots, Threads } from './backends.js';
import { type Call, callOf, hashOf } from './calls.js';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '1800' }, seed: { type: 'string' } } });
const SECONDS = Number(values.seconds);
const SEED = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
/** Calls that go on at once. */
const LANES = 6;
/** Different calls: each is held against the reference once, and runs many times. */
const CALLS = 240;
const SAMPLES = 20;
const KILL_EVERY = 1500;
/** Milliseconds that a call of the reference may take alone: it is slow. */
const SLOW = 50;
/** Milliseconds after which a call hangs. */
const PATIENCE = 120_000;
const ABORTED = new Error('canceled by the load');

const threads = new Threads();
const reference = await createBackend('reference');
const wasm = await createBackend('wasm', { threads: 1 });
const all = [...slots(threads), new Slot('reference', () => createBackend('reference'), threads), ...(await gpu())];
const counts = new Map<string, number>();
const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

/** The bits of the right results, or the message with which the call is refused. */
interface Expected {
  readonly call: Call;
  readonly wasm: string;
  /** undefined: it takes too long to run there again */
  readonly reference: string | undefined;
}

/** Its own tests hold it against the reference; here it only has to answer. */
async function gpu(): Promise<Slot[]> {
  const found = await createBackend('gpu').catch(({ message }) => void console.log(`no GPU takes part: ${message}`));
  found?.dispose();
  return found ? [new Slot('gpu', () => createBackend('gpu'), threads)] : [];
}

const outcome = (call: Call, backend: Backend) =>
  call.run({ backend }).then(hashOf, (error) => {
    if (error instanceof ConvlabError) return error.message;
    throw error;
  });

/** Runs a call on one backend alone, and holds it against the reference. */
async function expect(number: number): Promise<Expected> {
  const call = callOf(number);
  const hang = watch(`alone: ${call.name}`);
  try {
    await call.check?.({ reference, wasm });
    if (call.tolerance !== undefined) {
      const [got, want] = [await call.run({ backend: wasm }), await call.run({ backend: reference })] as unknown as readonly (readonly Float32Array[])[];
      for (const [i, array] of want.entries()) {
        const largest = array.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
        const error = array.reduce((most, value, at) => Math.max(most, Math.abs(value - got[i][at])), 0);
        if (!(error <= call.tolerance(largest))) throw new Error(`result ${i} is off by ${error} of ${largest}`);
      }
    }
    const begun = performance.now();
    const onReference = await outcome(call, reference);
    const slow = performance.now() - begun > SLOW;
    return { call, wasm: await outcome(call, wasm), reference: slow ? undefined : onReference };
  } catch (error) {
    return fail(`alone: ${call.name}`, error);
  } finally {
    clearTimeout(hang);
  }
}

/** Ends the process if the timer is not cleared. */
function watch(what: string): NodeJS.Timeout {
  return setTimeout(() => fail(`it takes more than ${PATIENCE / 1000} s: ${what}`, undefined), PATIENCE);
}

function fail(what: string, error: unknown): never {
  console.error(`npm run load -- --seconds ${SECONDS} --seed ${SEED}\n${what}`, error);
  process.exit(1);
}

async function oneCall(random: Random, { call, ...expected }: Expected): Promise<void> {
  const slot = all[random.integer(all.length)];
  if (slot.name === 'reference' && expected.reference === undefined) return;
  const right = slot.name === 'reference' ? expected.reference : expected.wasm;
  const backend = await slot.backend;
  const controller = new AbortController();
  const cancels = random.chance(0.25);
  const timer = cancels ? setTimeout(() => controller.abort(ABORTED), random.uniform(0, 15)) : undefined;
  const begun = performance.now();
  const what = `${slot.name}: ${call.name}`;
  const hang = watch(what);
  try {
    const hash = hashOf(await call.run({ backend, signal: cancels ? controller.signal : undefined }));
    count(slot.name);
    // what a GPU rounds is not promised to the bit
    if (slot.name !== 'gpu' && hash !== right) fail(`other bits on ${what}`, hash);
  } catch (error) {
    if (error === ABORTED && controller.signal.aborted) count('canceled');
    else if (error instanceof ConvlabError && error.message === right) count('refused');
    else if (await slot.excuses(error, backend, begun)) count('failed by a killed thread');
    else fail(`an error on ${what}`, error);
  } finally {
    clearTimeout(timer);
    clearTimeout(hang);
  }
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
async function memory(): Promise<number> {
  for (let times = 0; times < 3; times++) {
    await new Promise((done) => setTimeout(done, 20));
    collect();
  }
  return process.memoryUsage().rss;
}

console.log(`seed ${SEED}`);
const numbers = new Random(SEED);
const expected: Expected[] = [];
for (let n = 0; n < CALLS; n++) expected.push(await expect(numbers.integer(2 ** 31)));

console.log(`${CALLS} calls are right alone`);
const samples: number[] = [];
const begun = performance.now();
const lanes = Array.from({ length: LANES }, (_, lane) => new Random(SEED + 1 + lane));
const killer = new Random(SEED - 1);
const kills = setInterval(() => threads.kill(killer), KILL_EVERY);
for (let sample = 0; sample < SAMPLES; sample++) {
  const end = begun + ((sample + 1) / SAMPLES) * SECONDS * 1000;
  await Promise.all(
    lanes.map(async (random) => {
      while (performance.now() < end) await oneCall(random, expected[random.integer(CALLS)]);
    }),
  );
  samples.push(await memory());
}
clearInterval(kills);
for (const slot of all) await slot.dispose();
wasm.dispose();

const grown = growth(samples);
const megabytes = samples.map((bytes) => Math.round(bytes / 2 ** 20));
console.log(
  `${Math.round((performance.now() - begun) / 1000)} s: ${[...counts].map(([name, times]) => `${times} ${name}`).join(', ')}; ${threads.killed} threads killed`,
);
console.log(`memory: ${megabytes.join(' ')} MiB, the last quarter ${(100 * grown).toFixed(1)}% more than the second`);
if (grown > 0.1) fail('memory has grown', megabytes);

import { afterAll, expect, test } from 'vitest';
import { type Backend, createBackend, type Way } from '../../src/index.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import { checkFilterCase } from './check-filter-case.js';
import { inOneLine, randomFilterCase } from './random-filter-case.js';

// npm test tries cases 0 to 499, npm run test:slow 0 to 1,999, npm run fuzz 100,000 from another number on (vitest.config.ts beside this),
// FUZZ_CASE one alone.
const { FUZZ, FUZZ_SEED = '0', FUZZ_CASE } = process.env;
const FIRST = Number(FUZZ_CASE ?? FUZZ_SEED);
const COUNT = FUZZ_CASE !== undefined ? 1 : FUZZ !== undefined ? 5 * Number(FUZZ) : 500;
const MOST_LISTED = 20;

/** Ways that so many cases take some of. */
const WAYS: readonly Way[] = [
  { through: 'samples', algorithm: 'direct', arithmetic: 'int16' },
  { through: 'samples', algorithm: 'sparse', arithmetic: 'int16' },
  { through: 'samples', algorithm: 'runningSum', arithmetic: 'int16' },
  { through: 'samples', algorithm: 'sparse', arithmetic: 'int32' },
  { through: 'samples', algorithm: 'direct', arithmetic: 'float32' },
  { through: 'samples', algorithm: 'sparse', arithmetic: 'float32' },
  { through: 'samples', algorithm: 'separable', arithmetic: 'float32' },
  { through: 'samples', algorithm: 'runningSum', arithmetic: 'float32' },
  { through: 'samples', algorithm: 'fft', arithmetic: 'float32' },
];

const nameOf = ({ through, algorithm, arithmetic }: Way) => `${through} ${algorithm} ${arithmetic}`;

const reference = await createBackend('reference');
const wasm: readonly Backend[] = await Promise.all([createWasmBackend(1), createWasmBackend(2, { handOver: 0 }), createWasmBackend(3, { handOver: 0 })]);
const background = await createWasmBackend(2, { longestBlock: 0 });
const banded = await Promise.all([
  ...[1, 2, 3, 7, 37].map((rows) => createWasmBackend(1, { bandRows: rows })),
  createWasmBackend(2, { bandRows: 4, handOver: 0 }),
  createWasmBackend(2, { bandRows: 5, longestBlock: 0 }),
]);
afterAll(() => {
  for (const backend of [...wasm, background, ...banded]) backend.dispose();
});

/** All backends take their time: each case runs on one thread and on some others. */
function some(number: number): { readonly wasm: readonly Backend[]; readonly banded: readonly Backend[] } {
  const shared = wasm[1 + (number % 2)];
  return { wasm: number % 8 === 0 ? [wasm[0], shared, background] : [wasm[0], shared], banded: [0, 2].map((step) => banded[(number + step) % banded.length]) };
}

test('any combination of options gives what the reference backend gives, and the same bits on any number of threads and in bands of any height', {
  timeout: 3_600_000,
}, async () => {
  const [failures, taken]: [string[], Map<string, number>] = [[], new Map()];
  const count = (name: string) => taken.set(name, (taken.get(name) ?? 0) + 1);
  for (let number = FIRST; number < FIRST + COUNT; number++) {
    const filterCase = randomFilterCase(number);
    try {
      const outcome = await checkFilterCase(filterCase, { reference, ...some(number) });
      if ('refused' in outcome) count('refused');
      else for (const name of new Set(outcome.plans.map(nameOf))) count(name);
    } catch (error) {
      const failure = `${(error as Error).message}\n  FUZZ_CASE=${number}: ${inOneLine(filterCase)}`;
      if (FUZZ !== undefined) console.log(failure);
      failures.push(failure);
    }
  }
  if (FUZZ !== undefined) console.log(`filters, cases ${FIRST} to ${FIRST + COUNT - 1}: ${[...taken].map(([name, times]) => `${times} ${name}`).join(', ')}`);
  if (failures.length > 0) expect.fail(`${failures.length} of ${COUNT} cases failed:\n${failures.slice(0, MOST_LISTED).join('\n')}`);
  if (COUNT < 2000) return;
  expect([...taken.keys()]).toEqual(expect.arrayContaining(WAYS.map(nameOf)));
  expect(taken.get('refused')).toBeLessThan(COUNT / 10);
});

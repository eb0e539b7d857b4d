import { afterAll, expect, test } from 'vitest';
import { createBackend } from '../../src/index.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import { type Backends, checkFilterCase } from './check-filter-case.js';
import { inOneLine, randomFilterCase } from './random-filter-case.js';

// npm test tries the first 2,000 cases, npm run fuzz 100,000 others (vitest.config.ts beside this); FUZZ_CASE tries one alone.
const { FUZZ, FUZZ_SEED = '0', FUZZ_CASE } = process.env;
const COUNT = FUZZ === undefined ? 2000 : 5 * Number(FUZZ);
const MOST_LISTED = 20;

const backends: Backends = {
  reference: await createBackend('reference'),
  wasm: [await createWasmBackend(1), await createWasmBackend(2, 0), await createWasmBackend(3, 0)],
};
afterAll(() => {
  for (const backend of backends.wasm) backend.dispose();
});

test('any combination of options gives what the reference backend gives, and the same bits on any number of threads', async () => {
  const failures: string[] = [];
  const ways = new Map<string, number>();
  const first = Number(FUZZ_CASE ?? FUZZ_SEED);
  const count = FUZZ_CASE === undefined ? COUNT : 1;
  for (let number = first; number < first + count; number++) {
    const filterCase = randomFilterCase(number);
    try {
      const outcome = await checkFilterCase(filterCase, backends);
      const names = 'refused' in outcome ? ['refused'] : outcome.plans.map(({ through, algorithm, arithmetic }) => `${through}, ${algorithm}, ${arithmetic}`);
      for (const name of new Set(names)) ways.set(name, (ways.get(name) ?? 0) + 1);
    } catch (error) {
      failures.push(`${(error as Error).message}\n  FUZZ_CASE=${number}: ${inOneLine(filterCase)}`);
    }
  }
  if (FUZZ !== undefined) console.log(`cases ${first} to ${first + count - 1}: ${[...ways].map(([way, times]) => `${times} ${way}`).join('; ')}`);
  if (failures.length > 0) expect.fail(`${failures.length} of ${count} cases failed:\n${failures.slice(0, MOST_LISTED).join('\n')}`);
});

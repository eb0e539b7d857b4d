import { defineConfig } from 'vitest/config';

// npm run fuzz: more inputs than npm test tries, and others each time. FUZZ_SEED and FUZZ give those of an earlier run, FUZZ_CASE one
// case of a filter alone.
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/fuzz/*.test.ts'],
    testTimeout: 3_600_000,
    env: { FUZZ: process.env.FUZZ ?? '20000', FUZZ_SEED: process.env.FUZZ_SEED ?? String(Date.now() % 2 ** 31) },
  },
});

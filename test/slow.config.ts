import { defineConfig } from 'vitest/config';
import { SLOW } from '../vitest.config.js';

// npm run test:slow: what takes long for what it shows, so it is no part of npm test.
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: [...SLOW, 'test/fuzz/filters.test.ts', 'test/load/mixed/seconds.test.ts'],
    // 2,000 random filters, the same each time; the load takes another seed each time, and prints it
    env: { FUZZ: '400', FUZZ_SEED: '0' },
    testTimeout: 120_000,
    maxWorkers: 2,
    setupFiles: 'test/typed-arrays.ts',
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'out/slow-tests.json' }]] : ['default'],
  },
});

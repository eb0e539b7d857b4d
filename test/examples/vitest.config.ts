import { defineConfig } from 'vitest/config';

// npm run test:lecture: every lesson, with the networks that it trains.
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/examples/lecture.test.ts'],
    setupFiles: 'test/typed-arrays.ts',
    testTimeout: 120_000,
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'out/lecture-tests.json' }]] : ['default'],
  },
});

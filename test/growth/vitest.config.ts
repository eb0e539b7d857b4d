import { defineConfig } from 'vitest/config';

// npm run test:growth: what files and texts cost that grow, one process after the other, so that none disturbs the measuring of another.
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/growth/*.test.ts'],
    testTimeout: 180_000,
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'out/growth-tests.json' }]] : ['default'],
  },
});

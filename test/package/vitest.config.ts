import { defineConfig } from 'vitest/config';

// The packed package, installed as a user would: its own run, because packing and installing take a while.
export default defineConfig({
  test: {
    include: ['test/package/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'out/package-tests.json' }]] : ['default'],
  },
});

import { defineConfig } from 'vitest/config';

// The packed package, installed as a user would: its own run, because packing and installing take a while.
export default defineConfig({
  test: {
    include: ['test/package/*.test.ts'],
    globalSetup: 'test/package/setup.ts',
    testTimeout: 120_000,
    hookTimeout: 60_000,
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'out/package-tests.json' }]] : ['default'],
  },
});

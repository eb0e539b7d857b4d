import { defineConfig } from 'vitest/config';

// npm run test:servers: docs/servers.md on Express, Fastify and the other servers it lists.
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['test/servers/*.test.ts'],
    setupFiles: 'test/typed-arrays.ts',
    testTimeout: process.env.FULL ? 1_800_000 : 120_000,
    hookTimeout: 60_000,
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'out/servers-tests.json' }]] : ['default'],
  },
});

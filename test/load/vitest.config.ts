import { defineConfig } from 'vitest/config';

// npm run test:load: minutes of work, so it is no part of npm test. LOAD=1000 makes it shorter.
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: { include: ['test/load/*.test.ts'], testTimeout: 1_800_000, hookTimeout: 120_000, fileParallelism: false },
});

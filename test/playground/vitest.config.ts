import { defineConfig } from 'vitest/config';
import { ofPlayground, PLAYGROUND_ON_GPUS } from '../../vitest.config.js';

// npm run test:playground: every view and chapter of the page, in minutes.
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'out/playground-tests.json' }]] : ['default'],
    maxWorkers: 2,
    setupFiles: 'test/typed-arrays.ts',
    projects: [ofPlayground('playground', ['test/playground/**/*.test.ts'], [PLAYGROUND_ON_GPUS])],
  },
});

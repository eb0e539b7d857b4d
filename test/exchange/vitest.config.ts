import { defineConfig } from 'vitest/config';

// npm run test:exchange: models, kernels and the reference backend against ONNX Runtime and TensorFlow.js.
export default defineConfig({
  resolve: { tsconfigPaths: true, alias: { '@tensorflow/tfjs': new URL('node_modules/@tensorflow/tfjs', import.meta.url).pathname } },
  test: {
    include: ['test/exchange/*.test.ts'],
    setupFiles: 'test/typed-arrays.ts',
    testTimeout: 120_000,
    hookTimeout: 60_000,
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'out/exchange-tests.json' }]] : ['default'],
  },
});

import { defineConfig } from 'vitest/config';
import { DRAWS_ON_CANVAS, inChromium, ON_GPUS } from '../../vitest.config.js';

// npm run test:gpu: every operator and kind of picture on WebGPU and WebGL 2, as SwiftShader runs them.
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    setupFiles: 'test/typed-arrays.ts',
    projects: [inChromium('gpu', ON_GPUS, [], DRAWS_ON_CANVAS)],
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'out/gpu-tests.json' }]] : ['default'],
  },
});

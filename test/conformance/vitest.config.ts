import { defineConfig } from 'vitest/config';
import { inChromium, ON_GPUS, ofPlayground, PLAYGROUND_ON_GPUS } from '../../vitest.config.js';
import { DRAWS_ON_CANVAS } from '../chromium.js';

// npm run test:gpu: every operator and kind of image, and the playground, on WebGPU and WebGL 2, as SwiftShader runs them.
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    setupFiles: 'test/typed-arrays.ts',
    projects: [inChromium('gpu', ON_GPUS, [], DRAWS_ON_CANVAS), ofPlayground('playground', [PLAYGROUND_ON_GPUS])],
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'out/gpu-tests.json' }]] : ['default'],
  },
});

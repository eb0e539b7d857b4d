import { createBackend } from '../../src/index.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import { runConformance } from './suite.js';

runConformance({ name: 'wasm in a browser', create: () => createBackend('wasm', { threads: 1 }) });
runConformance({ name: 'wasm in a browser, 3 threads', create: () => createWasmBackend(3, { handOver: 0 }) });

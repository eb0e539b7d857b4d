import { createBackend } from '../../src/index.js';
import { createWasmBackend } from '../../src/kernels/backends/wasm/wasm.js';
import { runConformance } from './suite.js';

runConformance({ name: 'wasm', create: () => createBackend('wasm', { threads: 1 }) });

// the cases are small: on several threads they share even what does not pay
for (const threads of [2, 3, 4]) runConformance({ name: `wasm, ${threads} threads`, create: () => createWasmBackend(threads, { handOver: 0 }) });

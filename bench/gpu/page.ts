import { benchGpu } from './bench.js';

// The script of a page, which main.ts calls and which reports its output to main.ts.
Object.assign(globalThis, { benchGpu });

import { benchGpu } from './bench.js';

// The script of a page: main.ts calls it, and is told what it prints.
Object.assign(globalThis, { benchGpu });

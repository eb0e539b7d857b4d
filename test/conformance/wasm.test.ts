import { createBackend } from '../../src/index.js';
import { runConformance } from './suite.js';

runConformance({ name: 'wasm', create: () => createBackend('wasm') });

import { createBackend } from '../../src/index.js';
import { runConformance } from './suite.js';

runConformance({ name: 'wasm in a browser', create: () => createBackend('wasm') });

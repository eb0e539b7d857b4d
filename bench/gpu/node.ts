// node bench-gpu.mjs [--quick --row TEXT --peer TEXT,… --rounds N --json FILE]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { benchGpu } from './bench.js';
import { FLAGS, optionsOf } from './flags.js';

// what peers expect of a browser, besides navigator.gpu, which convlab provides
const { globals } = await import('webgpu').catch(() => ({ globals: {} }));
Object.assign(globalThis, globals);
if (!globalThis.navigator) Object.defineProperty(globalThis, 'navigator', { value: { userAgent: `Node.js/${process.versions.node}` } });

const { values } = parseArgs({ options: FLAGS });
const report = await benchGpu(optionsOf(values), console.log);
if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
process.exit(); // the libraries keep workers and devices

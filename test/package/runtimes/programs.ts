// Programs of the table of runtimes, as files of somebody who has installed the package. Each prints what the probe returns.

const PRINTS = "console.log(JSON.stringify(await probe(library, 'written')));\n";
const MODULE = `import * as library from 'convlab/node';\nimport { probe } from './probe.mjs';\n${PRINTS}`;

export const PROGRAMS: Readonly<Record<string, string>> = {
  'module.mjs': MODULE,
  'common.cjs': `const library = require('convlab/node');
import('./probe.mjs').then(async ({ probe }) => {
  ${PRINTS}});
`,
  'worker.mjs': "import { Worker } from 'node:worker_threads';\nnew Worker(new URL('./module.mjs', import.meta.url));\n",
  'no-shared-memory.mjs': "delete globalThis.SharedArrayBuffer;\nawait import('./module.mjs');\n",
  // what Vitest and Jest fake by default; nothing moves the clock
  'fake-timers.mjs': `import { createRequire } from 'node:module';
const { install } = createRequire(process.argv[2])('@sinonjs/fake-timers');
install({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate', 'Date', 'performance', 'hrtime'] });
${MODULE.replace("import * as library from 'convlab/node'", "const library = await import('convlab/node')").replace("import { probe } from './probe.mjs'", "const { probe } = await import('./probe.mjs')")}`,
  'read-only.mjs': `import * as library from 'convlab/node';
import { probe } from './probe.mjs';
const refusal = await library.writeImage('written/in.png', library.createImage(3, 3, 3)).then(() => 'written', ({ message }) => message);
console.log(JSON.stringify({ ...(await probe(library)), refusal }));
`,
  'page.html': `<!doctype html><link rel="icon" href="data:,"><script type="module">
import * as library from './node_modules/convlab/dist/browser/convlab.js';
import { probe } from './probe.mjs';
globalThis.result = await probe(library).catch((error) => String(error));
</script>
`,
};

// npm run bench:gpu [-- --quick --row TEXT --peer TEXT,… --rounds N --json FILE --where page,node --pack DIR]
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { GpuReport } from './bench.js';
import { FLAGS, optionsOf } from './flags.js';
import { benchInPage } from './in-page.js';
import { buildPage, pack } from './pack.js';

const out = (path: string) => fileURLToPath(new URL(`../../out/${path}`, import.meta.url));
const { values: flags } = parseArgs({
  options: { ...FLAGS, json: { type: 'string', default: out('bench-gpu.json') }, where: { type: 'string', default: 'page,node' }, pack: { type: 'string' } },
});

if (flags.pack) {
  // npm runs this in the folder of the bench
  const folder = resolve(process.env.INIT_CWD ?? '.', flags.pack);
  console.log(`${await pack(folder)}, and beside it what it needs and README.md`);
} else {
  const reports: Record<string, GpuReport> = {};
  for (const where of flags.where.split(',')) {
    console.log(`\n=== ${where === 'page' ? 'in a page of Chromium' : 'in Node'} on ${cpus()[0].model}, ${cpus().length} cores`);
    try {
      reports[where] = where === 'page' ? await benchInPage(await buildPage(out('bench-gpu/page')), optionsOf(flags), console.log) : await benchInNode();
    } catch (error) {
      console.log(`it fails there: ${error instanceof Error ? error.message : error}`);
      process.exitCode = 1;
    }
  }
  await mkdir(dirname(flags.json), { recursive: true });
  await writeFile(
    flags.json,
    `${JSON.stringify({ cpu: cpus()[0].model, cores: cpus().length, date: new Date().toISOString().slice(0, 10), ...reports }, null, 2)}\n`,
  );
  process.exit();
}

/** The file that is carried elsewhere, as it runs there. */
async function benchInNode(): Promise<GpuReport> {
  const [file, json] = [await pack(out('bench-gpu/node')), out('bench-gpu/node.json')];
  const { quick, row, peer, rounds } = flags;
  const given = [...(quick ? ['--quick'] : []), '--row', row, '--peer', peer, ...(rounds ? ['--rounds', rounds] : []), '--json', json];
  const { status, signal } = spawnSync(process.execPath, ['--expose-gc', file, ...given], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`it ended with ${status ?? signal}`);
  return JSON.parse(await readFile(json, 'utf8')) as GpuReport;
}

// npm run bench [-- --only GROUP,… --row TEXT --peer TEXT --threads 1,2 --rounds N --quick --json FILE]
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { reference } from './compare.js';
import { type Entry, measure } from './measure.js';
import { PEERS } from './peers/index.js';
import { plainTable, type RowReport, rowTable } from './report.js';
import type { Peer, Prepare, Row } from './row.js';
import { CNN } from './rows/cnn.js';
import { FILES } from './rows/files.js';
import { FILTERS } from './rows/filters.js';
import { LAYERS } from './rows/layers.js';
import { MICRO } from './rows/micro.js';
import { TENSORS } from './rows/tensors.js';

const ROWS: readonly Row[] = [...MICRO, ...FILTERS, ...TENSORS, ...LAYERS, ...CNN, ...FILES];

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    row: { type: 'string', default: '' },
    peer: { type: 'string', default: '' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string', default: new URL('../out/bench.json', import.meta.url).pathname },
  },
});
const groups = flags.only?.split(',');
const rows = ROWS.filter(
  ({ group, table, name, quick }) => (groups?.includes(group) ?? true) && `${name}, ${table}`.includes(flags.row) && (quick || !flags.quick),
);
if (rows.length === 0) throw new Error(`no row of the groups ${[...new Set(ROWS.map(({ group }) => group))].join(', ')} has '${flags.row}' in its name`);
const threads = flags.threads.split(',').map(Number);
const rounds = Number(flags.rounds ?? (flags.quick ? 7 : 15));

const machine = { cpu: cpus()[0].model, cores: cpus().length, node: process.version, load: loadavg()[0] };
console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; load ${machine.load.toFixed(1)} at the start; medians of ${rounds}`);
console.log('off: largest difference to the float64 reference in grey levels, and the share of samples off; ≈ more than one level');

const loaded: { peer: Peer; prepare: Prepare }[] = [];
for (const peer of PEERS) {
  if ((flags.quick && !peer.quick) || (!peer.limit && !peer.name.startsWith('convlab') && !flags.peer.split(',').some((part) => peer.name.includes(part))))
    continue;
  try {
    loaded.push({ peer, prepare: await peer.load() });
  } catch (error) {
    console.log(`${peer.name} is left out: ${oneLine(error)}`);
  }
}

const report: RowReport[] = [];
for (const row of rows) {
  const work = await row.work();
  const compare = await reference(work, flags.quick ? 1e7 : 6e7);
  const entries: Entry[] = [];
  for (const { peer, prepare } of loaded) {
    for (const count of peer.threaded ? threads : [1]) {
      try {
        const contestant = await prepare(work, count, row.limit);
        if (contestant) entries.push({ peer: peer.name, limit: peer.limit, threads: count, contestant });
      } catch (error) {
        console.log(`${peer.name} drops out: ${oneLine(error)}`);
      }
    }
  }
  const measurements = await measure(entries, compare, { rounds, warmUp: flags.quick ? 100 : 400, times: row.times ?? 1 }, ({ peer }, error) =>
    console.log(`${peer} drops out: ${oneLine(error)}`),
  );
  for (const { contestant } of entries) await contestant.dispose?.();
  const done = { group: row.group, table: row.table, row: row.name, measurements };
  report.push(done);
  console.log(`\n${row.name}: ${row.table}\n${plainTable(rowTable(done, threads))}`);
}
await mkdir(dirname(flags.json), { recursive: true });
await writeFile(flags.json, `${JSON.stringify({ ...machine, rounds, threads, rows: report }, null, 2)}\n`);
process.exit(); // tfjs, GPU.js and wasm-vips keep workers

function oneLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0];
}

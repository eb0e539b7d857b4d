// npm run bench [-- --only GROUP,… --row TEXT --peer TEXT,… --threads 1,2 --rounds N --quick --json FILE --markdown FILE]
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { reference } from './compare.js';
import { type Entry, measure } from './measure.js';
import { PEERS } from './peers/index.js';
import { markdown, plainTable, type Report, rowTable, tablesOf } from './report.js';
import type { RowReport } from './report-cells.js';
import { summaryOf } from './report-summaries.js';
import type { Peer, Prepare, Row } from './row.js';
import { ROWS } from './rows/index.js';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    row: { type: 'string', default: '' },
    peer: { type: 'string', default: '' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string', default: fileURLToPath(new URL('../out/bench.json', import.meta.url)) },
    markdown: { type: 'string' },
  },
});
const json = fromCaller(flags.json);
const rows = chosenRows();
const peers = PEERS.filter(isChosen);
const threads = flags.threads.split(',').map(Number);
const rounds = Number(flags.rounds ?? (flags.quick ? 7 : 15));
const machine = { cpu: cpus()[0].model, cores: cpus().length, node: process.version, load: loadavg()[0], date: new Date().toISOString().slice(0, 10) };

console.log(
  `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; load ${machine.load.toFixed(1)} at the start; medians of ${rounds}, in milliseconds`,
);
console.log('takes: times as long as the first. off: largest difference to the float64 reference; of bytes in gray levels, with the share of');
console.log('samples that are off, ≈ where it is more than one level; of floats relative to the largest value.');
const report: Report = { ...machine, rounds, threads, rows: [] };
const loaded = await load();
for (const row of rows) {
  const done = await run(row);
  (report.rows as RowReport[]).push(done);
  console.log(row.allowance || row.group === 'sharing' ? `${done.row}: ${done.table}` : `\n${done.row}: ${done.table}\n${plainTable(rowTable(done, threads))}`);
  // after every row: a full run takes long, and may be stopped
  await mkdir(dirname(json), { recursive: true });
  await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
}
for (const { title, rows } of tablesOf(report.rows)) {
  const summary = summaryOf(rows, threads);
  if (summary) console.log(`\n${title}\n${plainTable(summary)}`);
}
if (flags.markdown) await writeTables(fromCaller(flags.markdown));
process.exit(); // tfjs, GPU.js and wasm-vips keep workers

/** A file that was named where npm was started. */
function fromCaller(file: string): string {
  return resolve(process.env.INIT_CWD ?? '', file);
}

function chosenRows(): Row[] {
  const groups = flags.only?.split(',');
  const chosen = ROWS.filter(({ group, table, name, quick }) => {
    return (groups?.includes(group) ?? true) && `${name}: ${table}`.includes(flags.row) && (quick || !flags.quick);
  });
  if (chosen.length === 0) throw new Error(`no row of the groups ${[...new Set(ROWS.map(({ group }) => group))].join(', ')} has '${flags.row}' in its name`);
  return chosen;
}

/** convlab and the limits always take part. */
function isChosen({ name, limit, quick, groups }: Peer): boolean {
  if (!rows.some(({ group }) => groups.includes(group)) || (flags.quick && !quick)) return false;
  return limit || name.startsWith('convlab') || flags.peer.split(',').some((part) => name.includes(part));
}

async function load(): Promise<{ peer: Peer; prepare: Prepare }[]> {
  const loaded: { peer: Peer; prepare: Prepare }[] = [];
  for (const peer of peers) {
    try {
      loaded.push({ peer, prepare: await peer.load() });
    } catch (error) {
      console.log(`${peer.name} is left out: ${oneLine(error)}`);
    }
  }
  return loaded;
}

async function run(row: Row): Promise<RowReport> {
  const work = await row.work(flags.quick);
  const compare = row.group === 'sharing' ? undefined : await reference(work, flags.quick ? 1e7 : 6e7);
  const entries: Entry[] = [];
  for (const { peer, prepare } of loaded.filter(({ peer }) => peer.groups.includes(row.group))) {
    for (const count of peer.threaded ? threads : [1]) {
      try {
        const contestant = await prepare(work, count, row.limit);
        if (contestant) entries.push({ peer: peer.name, limit: peer.limit, threads: count, contestant });
      } catch (error) {
        console.log(`${peer.name} drops out: ${oneLine(error)}`);
      }
    }
  }
  const rhythm = { rounds, warmUp: flags.quick ? 100 : 400, warmUpCalls: row.warmUpCalls ?? 1, times: row.times ?? 1 };
  const measurements = await measure(entries, compare, rhythm, ({ peer }, error) => console.log(`${peer} drops out: ${oneLine(error)}`));
  for (const { contestant } of entries) await contestant.dispose?.();
  return { group: row.group, table: row.table, row: row.name, allowance: row.allowance, measurements };
}

/** Puts the tables between two lines of a document. */
async function writeTables(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const parts = /^([\s\S]*<!-- tables -->\n)[\s\S]*(<!-- end of tables -->[\s\S]*)$/.exec(text);
  if (!parts) throw new Error(`--markdown must be a file with the lines <!-- tables --> and <!-- end of tables -->, received ${file}`);
  await writeFile(file, `${parts[1]}\n${markdown(report)}\n\n${parts[2]}`);
}

function oneLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0];
}

// npm run bench [-- --only GROUP,… --row TEXT --peer TEXT,… --threads 1,2 --rounds N --quick --json FILE --markdown FILE]
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PEERS } from './peers/index.js';
import { markdown, plainTable, type Report, rowTable, tablesOf } from './report.js';
import type { RowReport } from './report-cells.js';
import { summaryOf } from './report-summaries.js';
import type { Peer, Row } from './row.js';
import { ROWS } from './rows/index.js';
import { loadPeers, runRow } from './run-row.js';

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
const tell = (line: string) => console.log(line);
const loaded = await loadPeers(peers, tell);
for (const row of rows) {
  const done = await runRow(row, loaded, { threads, rounds, quick: flags.quick, tell });
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

/** Puts the tables between two lines of a document. */
async function writeTables(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const parts = /^([\s\S]*<!-- tables -->\n)[\s\S]*(<!-- end of tables -->[\s\S]*)$/.exec(text);
  if (!parts) throw new Error(`--markdown must be a file with the lines <!-- tables --> and <!-- end of tables -->, received ${file}`);
  await writeFile(file, `${parts[1]}\n${markdown(report)}\n\n${parts[2]}`);
}

// npm run bench [-- --only NAME --quick --json FILE]
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Measurement, measure } from './measure.js';
import { plane3x3 } from './plane-3x3.js';

const ROWS = [plane3x3];

const { values: flags } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false }, json: { type: 'string' } } });
const rows = ROWS.filter(({ name }) => name.includes(flags.only ?? ''));
if (rows.length === 0) throw new Error(`--only must be part of one of ${ROWS.map(({ name }) => name).join(', ')}, received ${flags.only}`);
const rounds = flags.quick ? 7 : 25;

const machine = { cpu: cpus()[0].model, cores: cpus().length, node: process.version, load: loadavg()[0] };
console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; load ${machine.load.toFixed(1)} at the start; medians of ${rounds}`);

const report: { name: string; title: string; measurements: Measurement[] }[] = [];
for (const { name, title, create } of rows) {
  const { contestants, expected } = await create();
  const measurements = await measure(contestants, expected, rounds);
  report.push({ name, title, measurements });
  console.log(`\n${title}\n${table(measurements)}`);
}
if (flags.json) await writeFile(flags.json, `${JSON.stringify({ ...machine, rounds, rows: report }, null, 2)}\n`);
process.exit(); // tfjs and GPU.js keep workers

/** The first line is what the others are compared with. */
function table(measurements: readonly Measurement[]): string {
  const [{ median: unit }] = measurements;
  const cells = measurements.map(({ name, median, fastest, error }) => [
    name,
    median.toFixed(2),
    fastest.toFixed(2),
    `${(median / unit).toFixed(1)}×`,
    error.toExponential(1),
  ]);
  const lines = [['', 'median ms', 'fastest ms', 'takes', 'max error'], ...cells];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) => line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ')).join('\n');
}

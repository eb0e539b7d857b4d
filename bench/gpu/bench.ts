import { plainTable, rowTable } from '../report.js';
import type { RowReport } from '../report-cells.js';
import type { Peer } from '../row.js';
import { loadPeers, runRow } from '../run-row.js';
import { type Measured, measureDevices, SOFTWARE } from './devices.js';
import type { GpuBenchOptions } from './flags.js';
import { convlabAuto, convlabOn } from './peers/convlab-on.js';
import { deviceLimits } from './peers/device-limits.js';
import { jaxJs } from './peers/jax-js.js';
import { onnxruntimeWeb } from './peers/onnxruntime-web.js';
import { tfjsWebGpu } from './peers/tfjs-webgpu.js';
import { gpuRows } from './rows.js';

/** The measurements of a run in a page or in Node. */
export interface GpuReport {
  /** the browser or Node version */
  readonly agent: string;
  readonly gpus: readonly Measured[];
  readonly rounds: number;
  readonly rows: readonly RowReport[];
}

/** Measures all rows. @param tell called with every line of the report */
export async function benchGpu({ quick, rounds = quick ? 3 : 7, row: part = '', peers }: GpuBenchOptions, tell: (line: string) => void): Promise<GpuReport> {
  const agent = globalThis.process?.versions?.node ? `Node ${process.versions.node}` : navigator.userAgent;
  tell(agent);
  const { gpus } = await measureDevices(tell);
  tell(`\nMedians of ${rounds}, in milliseconds. takes: times as long as the first line; off: largest difference to the float64 reference.`);
  const loaded = await loadPeers(peersFor(gpus, peers), tell);
  const rows: RowReport[] = [];
  for (const row of gpuRows(quick).filter(({ name, table }) => `${name}: ${table}`.includes(part))) {
    const done = await runRow(row, loaded, { threads: [1], rounds, quick, tell });
    tell(`\n${done.row}: ${done.table}\n${done.measurements.length === 0 ? 'nobody does it' : plainTable(rowTable(done, [1], () => 'ms'))}`);
    rows.push(done);
  }
  if (gpus.some(({ hardware }) => !hardware)) tell(`\n${SOFTWARE}`);
  if (gpus.length === 0) tell('\nNO GPU ANSWERS HERE: only wasm was measured.');
  return { agent, gpus, rounds, rows };
}

/** `auto` takes no software GPU: there it is wasm. */
function peersFor(gpus: readonly Measured[], chosen: readonly string[] = ['']): Peer[] {
  const others = [tfjsWebGpu, onnxruntimeWeb, jaxJs].filter(({ name }) => chosen.some((part) => name.includes(part)));
  const auto = gpus.some(({ hardware }) => hardware) ? [convlabAuto] : [];
  return [...convlabOn, ...auto, ...others, ...deviceLimits];
}

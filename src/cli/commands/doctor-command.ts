import type { Command } from 'commander';
import type { SharpReport } from '../../image/formats/sharp.js';
import type { Diagnosis } from '../../kernels/backends/doctor.js';
import { textTable } from '../../text-table.js';
import { speeds } from '../speeds.js';
import type { Terminal } from '../terminal.js';

/** `convlab doctor`: which backends run here, which one `auto` picks, and which codec reads and writes PNG and JPEG. */
export function addDoctorCommand(program: Command, terminal: Terminal): void {
  program
    .command('doctor')
    .description('try every backend, say what runs here, and what auto picks and why')
    .option('--json', 'as JSON')
    .action(async ({ json }) => {
      const { diagnose } = await import('../../kernels/backends/doctor.js');
      const { sharpReport } = await import('../../image/formats/sharp.js');
      const [diagnosis, sharp] = [await diagnose(), await sharpReport()];
      terminal.out(json ? `${JSON.stringify({ ...diagnosis, sharp }, null, 2)}\n` : report(diagnosis, sharp));
    });
}

function report({ backends, auto }: Diagnosis, sharp: SharpReport): string {
  const rows = backends.map(({ backend, mode, available, device, reason }) => {
    const found = available ? `${device}${reason ? ` (${reason})` : ''}` : `no: ${reason}`;
    return [mode ? `${backend} ${mode}` : backend, found];
  });
  const choice = auto ? `auto picks ${auto.device}: ${auto.reason}` : 'auto finds nothing that runs here';
  const measured = auto?.calibration ? `${speeds(auto.calibration)}\n` : '';
  return `${textTable([['BACKEND', 'WHAT RUNS'], ...rows])}\n\n${choice}\n${measured}${codecs(sharp)}\n`;
}

function codecs({ version, reason }: SharpReport): string {
  if (version) return `PNG and JPEG files by sharp ${version}, the others built in`;
  return reason ? `files built in: sharp is installed, but does not start (${reason})` : 'files built in; PNG and JPEG are faster where sharp is installed';
}

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
    .description('test every backend, and print which ones run here and what auto chooses')
    .option('--json', 'print JSON')
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
  const choice = auto ? `auto chooses ${auto.device}: ${auto.reason}` : 'auto: no backend runs here';
  const measured = auto?.calibration ? `${speeds(auto.calibration)}\n` : '';
  return `${textTable([['BACKEND', 'WHAT RUNS'], ...rows])}\n\n${choice}\n${measured}${codecs(sharp)}\n`;
}

function codecs({ version, reason }: SharpReport): string {
  if (version) return `codecs: sharp ${version} for PNG and JPEG, built-in for the others`;
  return reason ? `codecs: built-in; sharp is installed but does not load (${reason})` : 'codecs: built-in; install sharp for faster PNG and JPEG';
}

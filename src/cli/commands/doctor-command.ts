import type { Command } from 'commander';
import type { SharpReport } from '../../image/formats/sharp.js';
import type { Diagnosis } from '../../kernels/backends/doctor.js';
import { textTable } from '../../text-table.js';
import { speeds } from '../speeds.js';
import type { Terminal } from '../terminal.js';

/** `convlab doctor`: lists the available backends, the choice of `auto`, and the codecs for PNG and JPEG. */
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
  const choice = auto ? `Without --backend, convlab uses ${auto.device}: ${auto.reason}` : 'No backend that convlab uses without --backend runs here.';
  const measured = auto?.calibration ? `${speeds(auto.calibration)}\n` : '';
  return `${textTable([['BACKEND', 'WHAT RUNS'], ...rows])}\n\n${choice}\n${measured}${codecs(sharp)}\n`;
}

/** The codecs in use, and a faster alternative if there is one. */
export function codecs({ version, reason }: SharpReport): string {
  if (version) return `sharp ${version} reads and writes PNG, JPEG, WebP and AVIF files; built-in codecs handle the other formats.`;
  const why = reason ? `sharp is installed but does not load (${reason})` : 'sharp is not installed';
  return `Built-in codecs read and write files: ${why}. With sharp, PNG and JPEG are several times faster, and WebP and AVIF are supported: npm install sharp`;
}

import type { Command } from 'commander';
import type { Diagnosis } from '../kernels/backends/doctor.js';
import type { Terminal } from './program.js';
import { table } from './table.js';

/** `convlab doctor`: which backends run here, and which one `auto` picks. */
export function addDoctorCommand(program: Command, terminal: Terminal): void {
  program
    .command('doctor')
    .description('try every backend, say what runs here, and what auto picks and why')
    .option('--json', 'as JSON')
    .action(async ({ json }) => {
      const { diagnose } = await import('../kernels/backends/doctor.js');
      const diagnosis = await diagnose();
      terminal.out(json ? `${JSON.stringify(diagnosis, null, 2)}\n` : report(diagnosis));
    });
}

function report({ backends, auto }: Diagnosis): string {
  const rows = backends.map(({ backend, mode, available, device, reason }) => {
    const found = available ? `${device}${reason ? ` (${reason})` : ''}` : `no: ${reason}`;
    return [mode ? `${backend} ${mode}` : backend, found];
  });
  const choice = auto ? `auto picks ${auto.device}: ${auto.reason}` : 'auto finds nothing that runs here';
  return `${table(['BACKEND', 'WHAT RUNS'], rows)}\n${choice}\n`;
}

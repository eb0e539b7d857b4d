import type { Command } from 'commander';
import type { CatalogueEntry } from '../../filters/catalogue/catalogue.js';
import { textTable } from '../../text-table.js';
import type { Terminal } from '../terminal.js';

/** `convlab kernels`: lists the catalogue. */
export function addKernelsCommand(program: Command, terminal: Terminal): void {
  program
    .command('kernels')
    .description('list all named kernels')
    .option('--json', 'print JSON, including the weights')
    .action(async ({ json }) => {
      const { catalogue } = await import('../../filters/catalogue/catalogue.js');
      const entries = Object.entries(catalogue);
      terminal.out(json ? `${JSON.stringify(entries.map(describe), null, 2)}\n` : listing(entries));
    });
}

function describe([name, entry]: [string, CatalogueEntry]) {
  const { summary, parameters, output } = entry;
  const { shape, data } = 'make' in entry ? entry.make() : { shape: undefined, data: undefined };
  return { name, parameters, output, summary, shape, weights: data && [...data] };
}

function listing(entries: readonly [string, CatalogueEntry][]): string {
  const rows = entries.map(([name, entry]) => {
    const { summary, parameters, output } = entry;
    const call = parameters.length === 0 ? name : `${name}:${parameters.map((parameter) => parameter.default).join(',')}`;
    return [call, 'make' in entry ? entry.make().shape.join('×') : '–', output, summary];
  });
  return `${textTable([['KERNEL', 'SIZE', 'OUTPUT', 'WHAT IT DOES'], ...rows])}\n`;
}

import { kernel2d } from '../kernels/make/kernel2d.js';
import { decimal, type KernelFormat, parseRows, rowsOf } from './kernel-document.js';
import { refuseToSay } from './refuse-to-say.js';

/** The plain matrix: rows on lines, or apart by semicolons; cells apart by spaces or commas. `0 -1 0; -1 5 -1; 0 -1 0` */
export const matrix: KernelFormat = {
  matches: (text) => /^[\s;,]*[-+.\d]/.test(text),
  parse(text) {
    const rows = text.split(/[;\n]/).map((row) => row.trim());
    return { kernel: kernel2d(parseRows(rows.filter((row) => row !== ''))) };
  },
  format(document) {
    refuseToSay('matrix', document, []);
    const cells = rowsOf(document.kernel).map((row) => row.map(decimal));
    const width = Math.max(...cells.flat().map((cell) => cell.length));
    return `${cells.map((row) => row.map((cell) => cell.padStart(width)).join(' ')).join('\n')}\n`;
  },
};

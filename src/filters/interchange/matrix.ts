import { LINES, mayBeSquare, twoReadings } from '../kernels/make/flat-weights.js';
import { kernel2d } from '../kernels/make/kernel2d.js';
import { decimal, type KernelFormat, parseRows, refuse, rowsOf } from './kernel-document.js';
import { refuseToSay } from './refuse-to-say.js';

/**
 * A plain matrix: rows on separate lines or separated by semicolons, cells separated by spaces or commas, such as
 * `0 -1 0; -1 5 -1; 0 -1 0`. A single row of 4, 9, 16 … weights must end with a semicolon, because it could otherwise be
 * a square.
 */
export const matrix: KernelFormat = {
  matches: (text) => /^[\s;,]*[-+.\d]/.test(text),
  parse(text) {
    const lines = text.split(/[;\n]/).map((row) => row.trim());
    const rows = parseRows(lines.filter((row) => row !== ''));
    if (rows.length === 1 && mayBeSquare(rows[0].length) && !text.includes(';')) refuse(twoReadings(rows[0], LINES));
    return { kernel: kernel2d(rows) };
  },
  format(document) {
    refuseToSay('matrix', document, []);
    const cells = rowsOf(document.kernel).map((row) => row.map(decimal));
    const width = Math.max(...cells.flat().map((cell) => cell.length));
    const end = cells.length === 1 && mayBeSquare(cells[0].length) ? ';' : '';
    return `${cells.map((row) => row.map((cell) => cell.padStart(width)).join(' ')).join('\n')}${end}\n`;
  },
};

import { show } from '../../errors.js';
import { kernel2d } from '../kernels/make/kernel2d.js';
import { decimal, type KernelFormat, refuse, rowsOf } from './kernel-document.js';

const DOCUMENT_OPTIONS = ['scale', 'bias', 'anchor', 'paddingMode', 'flip', 'linear'] as const;

/** A matrix `[[0, -1, 0], …]`, or `{ "kernel": [[…]], "scale": 1, "bias": 0, … }` with options of `filter`. */
export const json: KernelFormat = {
  matches: (text) => /^\s*[[{]/.test(text),
  parse(text) {
    const value = jsonValue(text);
    if (Array.isArray(value)) return { kernel: kernel2d(value) };
    if (value === null || typeof value !== 'object') refuse(`a kernel is a matrix or an object, received ${show(value)}`);
    const unknown = Object.keys(value).find((name) => name !== 'kernel' && !DOCUMENT_OPTIONS.some((option) => option === name));
    if (unknown) refuse(`${unknown} is not an option; the options are kernel, ${DOCUMENT_OPTIONS.join(', ')}`);
    return { ...value, kernel: kernel2d(value.kernel) };
  },
  format({ kernel, ...options }) {
    const rows = rowsOf(kernel).map((row) => `    [${row.map(decimal).join(', ')}]`);
    const said = DOCUMENT_OPTIONS.filter((name) => options[name] !== undefined).map((name) => `,\n  "${name}": ${JSON.stringify(options[name])}`);
    return `{\n  "kernel": [\n${rows.join(',\n')}\n  ]${said.join('')}\n}\n`;
  },
};

function jsonValue(text: string) {
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse((error as Error).message);
  }
}

import { type ConvlabError, show } from '../../errors.js';
import { checkedInUse, checkOptions } from '../../options.js';
import { kernel2d } from '../kernels/make/kernel2d.js';
import { DOCUMENT_OPTIONS, decimal, type KernelFormat, refuse, rowsOf } from './kernel-document.js';

const DOCUMENT_NAMES = Object.keys(DOCUMENT_OPTIONS) as (keyof typeof DOCUMENT_OPTIONS)[];

/** A matrix `[[0, -1, 0], …]`, or `{ "kernel": [[…]], "scale": 1, "bias": 0, … }` with options of `filter`. */
export const json: KernelFormat = {
  matches: (text) => /^\s*[[{]/.test(text),
  parse(text) {
    const value = jsonValue(text);
    if (Array.isArray(value)) return { kernel: kernel2d(value) };
    if (value === null || typeof value !== 'object') refuse(`a kernel must be a matrix or an object, received ${show(value)}`);
    try {
      checkOptions('parseKernel', value, { kernel: checkedInUse('a matrix'), ...DOCUMENT_OPTIONS });
    } catch (cause) {
      refuse((cause as ConvlabError).complaint);
    }
    return { ...value, kernel: kernel2d(value.kernel) };
  },
  format({ kernel, ...options }) {
    const rows = rowsOf(kernel).map((row) => `    [${row.map(decimal).join(', ')}]`);
    const said = DOCUMENT_NAMES.filter((name) => options[name] !== undefined).map((name) => `,\n  "${name}": ${JSON.stringify(options[name])}`);
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

import { DataError, UnsupportedError } from '../../errors.js';
import type { Tensor } from '../../tensor.js';
import { kernel2d } from '../kernels/make/kernel2d.js';
import {
  anchorOf,
  checkDocument,
  decimal,
  divisorOf,
  inRows,
  type KernelDocument,
  type KernelFormat,
  parseRows,
  refuse,
  rowsOf,
  toNumber,
} from './kernel-document.js';
import { refuseToSay } from './refuse-to-say.js';

const SIDE = 5;
// with the s flag: otherwise a line separator after the number would cause backtracking over the spaces
const WORD = /^(divisor|scale|offset)\b\s*[:=]?\s*(.*)$/is;

/**
 * The dialog of GIMP's "Convolution matrix" and Photoshop's "Custom" as text: five rows of five weights in the same order,
 * then `divisor` (Photoshop calls it `scale`) and `offset`, in gray levels of 8 bits.
 *
 * Use {@link kernelFromAcf} for Photoshop's `.acf` files. GIMP's saved settings are not supported, because their format
 * may change with every version.
 */
export const custom: KernelFormat = {
  matches: (text) => /^[-+.\d]/.test(text.trim()) && lines(text).some((line) => WORD.test(line)),
  parse(text) {
    const isWord = (line: string) => WORD.test(line);
    const rows = parseRows(lines(text).filter((line) => !isWord(line)));
    if (rows.length !== SIDE || rows.some((row) => row.length !== SIDE))
      refuse(`a custom filter must have ${SIDE} rows of ${SIDE} weights, received ${rows.map((row) => row.length).join(' + ')}`);
    let [divisor, offset] = [1, 0];
    for (const line of lines(text).filter(isWord)) {
      const [, word, value] = WORD.exec(line) as RegExpExecArray;
      const number = toNumber(value) ?? refuse(`${word} must be a number, received "${value}"`);
      if (word.toLowerCase() === 'offset') offset = number;
      else divisor = number;
    }
    return divided(kernel2d(rows), divisor, offset);
  },
  format(document) {
    refuseToSay('custom', document, ['scale', 'bias', 'anchor']);
    const rows = framed(document).map((row) => row.map((weight) => decimal(weight).padStart(4)).join(' '));
    return `${rows.join('\n')}\ndivisor ${divisorOf('custom', document)}\noffset ${document.bias ?? 0}\n`;
  },
};

/**
 * The kernel of a Photoshop custom filter, an `.acf` file: 25 weights, scale and offset, each a signed 16-bit
 * big-endian number.
 * @throws DataError if it is not 54 bytes long, or its scale is 0
 * @see Adobe Photoshop File Formats Specification, "Custom Kernels"
 */
export function kernelFromAcf(bytes: Uint8Array): KernelDocument {
  if (bytes.length !== 2 * (SIDE * SIDE + 2))
    throw new DataError('kernelFromAcf', `an .acf file must have 54 bytes, received ${bytes.length}`, { length: bytes.length });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = Array.from({ length: SIDE * SIDE + 2 }, (_, i) => view.getInt16(2 * i));
  const [divisor, offset] = numbers.slice(-2);
  return divided(inRows(numbers.slice(0, -2), SIDE), divisor, offset);
}

/**
 * The inverse of {@link kernelFromAcf}.
 * @throws UnsupportedError if the kernel is larger than 5 × 5, or a number is not an integer of 16 bits
 * @example
 * ```ts
 * import { kernelFromAcf, kernelToAcf, sharpen } from 'convlab';
 *
 * const bytes = kernelToAcf({ kernel: sharpen(1) }); // for GIMP and Photoshop, always 5 × 5
 * console.log(kernelFromAcf(bytes).kernel.shape); // → [ 5, 5 ]
 * ```
 */
export function kernelToAcf(document: KernelDocument): Uint8Array {
  refuseToSay('acf', document, ['scale', 'bias', 'anchor']);
  checkDocument('kernelToAcf', document);
  const divisor = divisorOf('acf', document);
  const numbers = [...framed(document).flat(), divisor, document.bias ?? 0];
  const view = new DataView(new ArrayBuffer(2 * numbers.length));
  numbers.forEach((number, i) => {
    const whole = Math.round(number);
    if (Math.abs(whole - number) > 1e-6 || Math.abs(whole) > 32767 || (whole === 0 && number === divisor)) {
      throw new UnsupportedError('kernelToAcf', `an .acf file stores 16-bit integers, received ${number}; multiply the weights and set scale`, {
        number,
      });
    }
    view.setInt16(2 * i, whole);
  });
  return new Uint8Array(view.buffer);
}

function lines(text: string): string[] {
  return text
    .split(/[;\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function divided(kernel: Tensor, divisor: number, offset: number): KernelDocument {
  if (divisor === 0) refuse('the divisor must not be 0');
  return { kernel, scale: 1 / divisor, bias: offset };
}

/** The kernel padded with zeros to 5 × 5, its anchor in the center. */
function framed(document: KernelDocument): number[][] {
  const [y, x] = anchorOf(document);
  const [height, width] = document.kernel.shape;
  const middle = (SIDE - 1) / 2;
  if (Math.max(x, y, width - 1 - x, height - 1 - y) > middle) {
    throw new UnsupportedError(
      'formatKernel',
      `a custom filter must be 5 × 5 with its anchor in the center, received ${height} × ${width} with its anchor at ${y}, ${x}`,
    );
  }
  const rows = Array.from({ length: SIDE }, () => new Array<number>(SIDE).fill(0));
  rowsOf(document.kernel).forEach((row, i) => {
    row.forEach((weight, j) => {
      rows[middle - y + i][middle - x + j] = weight;
    });
  });
  return rows;
}

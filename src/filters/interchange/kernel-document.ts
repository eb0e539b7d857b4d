import { DataError, OptionError, ShapeError, show, UnsupportedError } from '../../errors.js';
import { checkOptions, float32, pickRows } from '../../options.js';
import { checkTensor, type Tensor } from '../../tensor.js';
import { FILTER_OPTIONS, type FilterOptions } from '../filter.js';
import { kernel2d } from '../kernels/make/kernel2d.js';
import { sumOf } from '../step.js';

/** Properties that a document can contain in addition to its kernel. */
export const DOCUMENT_OPTIONS = pickRows(FILTER_OPTIONS, 'scale', 'bias', 'anchor', 'paddingMode', 'flip', 'linear');

/**
 * A kernel and its options in a document, with the names of `filter`:
 * `const { kernel, ...options } = parseKernel(text); await filter(image, kernel, options)`.
 * Properties missing in a format are omitted. `bias` is in gray levels of 8 bits, 0 … 255.
 */
export interface KernelDocument extends Pick<FilterOptions, 'scale' | 'bias' | 'anchor' | 'paddingMode' | 'flip' | 'linear'> {
  /** `[kH, kW]` */
  readonly kernel: Tensor;
}

/** A text format for kernels. */
export interface KernelFormat {
  /** Whether a text appears to be in this format. */
  matches(text: string): boolean;
  /** @throws DataError with the position of the error */
  parse(text: string): KernelDocument;
  /** @throws UnsupportedError if the format cannot express the document */
  format(document: KernelDocument): string;
}

/**
 * Checks documents by the same rules when writing and reading, so that everything written can be read.
 * @throws ShapeError unless the kernel is `[kH, kW]`
 * @throws DataError if a weight is not finite
 * @throws OptionError if an option is unknown or breaks its rule
 */
export function checkDocument(operation: string, { kernel, ...options }: KernelDocument): void {
  checkTensor(operation, 'kernel', kernel);
  if (kernel.shape.length !== 2 || kernel.data.length === 0) {
    throw new ShapeError(operation, `kernel must be [kH, kW], received ${show(kernel.shape)}`, { kernel: kernel.shape });
  }
  const odd = kernel.data.find((weight) => !float32.holds(weight));
  if (odd !== undefined) throw new DataError(operation, `every weight must be ${float32.says}, received ${odd}`, { weight: odd });
  checkOptions(operation, options, DOCUMENT_OPTIONS);
  const [y, x] = anchorOf({ kernel, ...options });
  if (y >= kernel.shape[0] || x >= kernel.shape[1]) {
    throw new OptionError(operation, 'anchor', `must be a cell of the ${kernel.shape.join(' × ')} kernel`, options.anchor);
  }
}

/**
 * The divisor that is equivalent to the scale, for a format with a divisor.
 * @throws UnsupportedError if there is none
 */
export function divisorOf(format: string, { kernel, scale = 1 }: KernelDocument): number {
  if (scale === 'sum') return sumOf(kernel.data) || 1;
  const divisor = 1 / scale;
  if (Number.isFinite(divisor) && Number.isFinite(1 / divisor)) return divisor;
  throw new UnsupportedError('formatKernel', `the ${format} format stores the divisor 1 / scale, which is not a number for scale ${scale}`, { scale });
}

/** The kernel's rows. */
export function rowsOf({ shape: [height, width], data }: Tensor): number[][] {
  return Array.from({ length: height }, (_, y) => [...data.subarray(y * width, (y + 1) * width)]);
}

/** The shortest decimal that identifies a float32: 0.1, not 0.10000000149011612. */
export function decimal(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

/** Parses the rows of a matrix, with cells separated by spaces or commas. @throws DataError naming the cell */
export function parseRows(rows: readonly string[], cell: (text: string) => number | undefined = toNumber): number[][] {
  return rows.map((row, y) =>
    row.split(SEPARATOR).map((text, x) => cell(text) ?? refuse(`every weight must be a number, received ${show(text)} in row ${y + 1}, column ${x + 1}`)),
  );
}

/** The separator between two numbers. */
export const SEPARATOR = /\s*,\s*|\s+/;

/** Parses a number; undefined for any other text. */
export function toNumber(text: string): number | undefined {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/** Splits flat weights into rows of the given width. */
export function inRows(weights: readonly number[], width: number): Tensor {
  return kernel2d(Array.from({ length: weights.length / width }, (_, y) => weights.slice(y * width, (y + 1) * width)));
}

/** The default anchor, `[y, x]`: floor(k / 2), as in `filter`. */
export function anchorOf({ kernel, anchor }: KernelDocument): readonly [y: number, x: number] {
  const [y, x] = Array.isArray(anchor) ? anchor : [anchor, anchor];
  return [y ?? Math.floor(kernel.shape[0] / 2), x ?? Math.floor(kernel.shape[1] / 2)];
}

export function refuse(complaint: string): never {
  throw new DataError('parseKernel', complaint);
}

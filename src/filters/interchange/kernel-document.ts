import { DataError, show } from '../../errors.js';
import type { Tensor } from '../../tensor.js';
import type { FilterOptions } from '../filter.js';
import { kernel2d } from '../kernels/make/kernel2d.js';

/**
 * A kernel and what a format says about its use, in the words of `filter`:
 * `const { kernel, ...options } = parseKernel(text); await filter(image, kernel, options)`.
 * What a format does not say is left out. `bias` is in gray levels of 8 bits, 0 … 255.
 */
export interface KernelDocument extends Pick<FilterOptions, 'scale' | 'bias' | 'anchor' | 'paddingMode' | 'flip' | 'linear'> {
  /** `[kH, kW]` */
  readonly kernel: Tensor;
}

/** One way to write kernels down. */
export interface KernelFormat {
  /** Whether a text is meant to be in this format. */
  matches(text: string): boolean;
  /** @throws DataError that says where it is wrong */
  parse(text: string): KernelDocument;
  /** @throws UnsupportedError if the format cannot say what the document says */
  format(document: KernelDocument): string;
}

/** The kernel's rows. */
export function rowsOf({ shape: [height, width], data }: Tensor): number[][] {
  return Array.from({ length: height }, (_, y) => [...data.subarray(y * width, (y + 1) * width)]);
}

/** A float32 in as few digits as tell it from its neighbors: 0.1, not 0.10000000149011612. */
export function decimal(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

/** The rows of a matrix from their texts, cells apart by spaces or commas. @throws DataError naming the cell */
export function parseRows(rows: readonly string[], cell: (text: string) => number | undefined = toNumber): number[][] {
  return rows.map((row, y) =>
    row.split(SEPARATOR).map((text, x) => cell(text) ?? refuse(`row ${y + 1}, column ${x + 1} is ${show(text)}, which is no number`)),
  );
}

/** What lies between two numbers. */
export const SEPARATOR = /\s*,\s*|\s+/;

/** The number a text is, if it is one. */
export function toNumber(text: string): number | undefined {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/** Flat weights in rows of the given width. */
export function inRows(weights: readonly number[], width: number): Tensor {
  return kernel2d(Array.from({ length: weights.length / width }, (_, y) => weights.slice(y * width, (y + 1) * width)));
}

/** The anchor where none is said, `[y, x]`: floor(k / 2), as everywhere in convlab. */
export function anchorOf({ kernel, anchor }: KernelDocument): readonly [y: number, x: number] {
  const [y, x] = Array.isArray(anchor) ? anchor : [anchor, anchor];
  return [y ?? Math.floor(kernel.shape[0] / 2), x ?? Math.floor(kernel.shape[1] / 2)];
}

export function refuse(complaint: string): never {
  throw new DataError('parseKernel', complaint);
}

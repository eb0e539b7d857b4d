import { OptionError, ShapeError, show } from '../errors.js';
import { type Tensor, tensor } from '../tensor.js';
import type { KernelEntry } from './catalogue/catalogue-entry.js';
import { kernels } from './catalogue/kernels.js';
import { OPERATION_NAMES } from './catalogue/operation-names.js';
import { type Named, readName } from './catalogue/read-name.js';
import { kernelFromRows } from './kernels/make/kernel2d.js';

/**
 * Any accepted form of a kernel: a tensor `[kH, kW]`, or `[C, kH, kW]` with one kernel for each filtered channel; its rows, `[[0, -1, 0],
 * …]`, or one list of rows per channel; or a name from the catalogue with parameters after a colon, as on the command line:
 * `'sharpen'`, `'gaussian:2'`, `'motion-blur:15,30'`.
 */
export type KernelSource = Tensor | string | readonly (readonly number[])[] | readonly (readonly (readonly number[])[])[];

type Rows = readonly (readonly number[])[];

/**
 * @throws OptionError if a name is unknown
 * @throws ShapeError or DataError if lists do not form a kernel; a tensor is checked later, in `placeStep`
 */
export function toKernel(operation: string, source: KernelSource): Tensor {
  if (typeof source === 'string') {
    const { entry, parameters } = readKernelName(operation, source);
    return entry.make(...parameters);
  }
  return Array.isArray(source) ? fromLists(operation, source) : (source as Tensor);
}

/** @throws OptionError if no kernel has that name */
export function readKernelName(operation: string, text: string): Named<KernelEntry> {
  const [name] = text.split(':');
  if (OPERATION_NAMES.includes(name)) {
    throw new OptionError(operation, 'kernel', `must be a single kernel, but ${name} uses several: apply ${name} of the catalogue to the image`, text);
  }
  const rule = 'must be the name of a kernel, such as gaussian:2, a list of rows, [[0, -1, 0], …], or a tensor; use parseKernel for weights as a string';
  return readName(text, { operation, option: 'kernel', rule, entries: kernels });
}

function fromLists(operation: string, lists: Rows | readonly Rows[]): Tensor {
  const isList = lists.length > 0 && lists.every((rows) => Array.isArray(rows) && Array.isArray(rows[0]));
  if (!isList) return kernelFromRows(operation, lists as Rows);
  const each = (lists as readonly Rows[]).map((rows) => kernelFromRows(operation, rows));
  const [{ shape }] = each;
  const odd = each.find((kernel) => show(kernel.shape) !== show(shape));
  if (odd)
    throw new ShapeError(operation, `the kernels of all channels must have the same shape, received ${show(shape)} and ${show(odd.shape)}`, { kernel: lists });
  return tensor(
    each.flatMap(({ data }) => [...data]),
    [each.length, ...shape],
  );
}

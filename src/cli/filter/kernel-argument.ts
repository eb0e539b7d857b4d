import { readFile } from 'node:fs/promises';
import { ConvlabError, DataError, OptionError } from '../../errors.js';
import { catalogue } from '../../filters/catalogue/catalogue.js';
import { type LocalOperationEntry, type OperationEntry, wayOf } from '../../filters/catalogue/operation-entry.js';
import { readName } from '../../filters/catalogue/read-name.js';
import { kernelFromAcf } from '../../filters/interchange/custom.js';
import type { KernelDocument } from '../../filters/interchange/kernel-document.js';
import { parseKernel } from '../../filters/interchange/kernel-text.js';
import type { Output } from '../../filters/picture/output.js';

/** A `--kernel` that is a single kernel, with the options of its file. */
export interface KernelArgument extends KernelDocument {
  /** the argument as typed */
  readonly text: string;
  readonly output: Output;
}

/** A `--kernel` of several kernels, such as canny. */
export interface OperationArgument {
  readonly text: string;
  readonly output: Output;
  readonly parameters: readonly (number | undefined)[];
  readonly apply: OperationEntry['apply'];
  /** how it is computed by rows; undefined if it needs the whole image */
  readonly way: LocalOperationEntry['way'] | undefined;
}

/**
 * Reads `NAME[:PARAMETER,…]` from the catalogue, a kernel in any format of {@link parseKernel}, or a file with one.
 * @param operation the command's name in errors
 * @throws OptionError if it is none of these
 * @throws DataError if the file cannot be read or contains no kernel
 */
export async function kernelArgument(text: string, operation = 'filter'): Promise<KernelArgument | OperationArgument> {
  if (/\.(json|txt|svg|acf)$/i.test(text)) return { text, output: 'clamp', ...(await fromFile(text, operation)) };
  if (/^[\s;,]*[-+.\d[{<]/.test(text)) return { text, output: 'clamp', ...fromText(text, operation) };
  return fromCatalogue(text, operation);
}

function fromCatalogue(text: string, operation: string): KernelArgument | OperationArgument {
  const rule = `must be the name of a filter (see 'convlab kernels'), a matrix such as "0 -1 0; -1 5 -1; 0 -1 0", or a .json, .svg, .txt or .acf file`;
  const { entry, parameters } = readName(text, { operation, option: '--kernel', rule, entries: catalogue });
  const { output } = entry;
  return 'make' in entry ? { text, output, kernel: entry.make(...parameters) } : { text, output, parameters, apply: entry.apply, way: wayOf(entry) };
}

function fromText(text: string, operation: string): KernelDocument {
  try {
    return parseKernel(text);
  } catch (error) {
    throw new OptionError(operation, '--kernel', `must be a kernel (${withoutOperation(error)})`, text);
  }
}

async function fromFile(path: string, operation: string): Promise<KernelDocument> {
  try {
    const bytes = await readFile(path);
    return path.toLowerCase().endsWith('.acf') ? kernelFromAcf(bytes) : parseKernel(bytes.toString('utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new DataError(operation, `${path} does not exist`, { path }, { cause: error });
    throw new DataError(operation, `${path} is not a kernel file: ${withoutOperation(error)}`, { path }, { cause: error });
  }
}

function withoutOperation(error: unknown): string {
  return error instanceof ConvlabError ? error.complaint : (error as Error).message;
}

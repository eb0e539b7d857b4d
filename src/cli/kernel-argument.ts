import { readFile } from 'node:fs/promises';
import { closestMatch } from 'leven';
import { ConvlabError, DataError, OptionError, refuseUnknownOptions } from '../errors.js';
import type { ApplyOptions } from '../filters/apply.js';
import { catalogue } from '../filters/catalogue.js';
import { kernel2d } from '../filters/kernel2d.js';
import type { Output } from '../filters/output.js';
import type { Tensor } from '../tensor.js';

/** What one `--kernel` asks for. */
export interface KernelArgument extends Pick<ApplyOptions, 'scale' | 'bias'> {
  /** as it was typed */
  readonly text: string;
  readonly kernel: Tensor;
  readonly output: Output;
}

/**
 * Reads `NAME[:PARAMETER,…]` from the catalogue, a matrix `"0 -1 0; -1 5 -1; 0 -1 0"`, or a file whose name ends in .json.
 * @throws OptionError if it is none of these
 * @throws DataError if the file cannot be read or holds no kernel
 */
export async function kernelArgument(text: string): Promise<KernelArgument> {
  if (text.toLowerCase().endsWith('.json')) return { text, output: 'clamp', ...(await fromFile(text)) };
  if (/^[\s;,]*[-+.\d]/.test(text)) return { text, output: 'clamp', kernel: fromMatrix(text) };
  return { text, ...fromCatalogue(text) };
}

function fromCatalogue(text: string): { kernel: Tensor; output: Output } {
  const [name, parameters = ''] = text.split(/:(.*)/s);
  const names = Object.keys(catalogue);
  if (!names.includes(name)) {
    const similar = closestMatch(name, names, { maxDistance: 3 });
    const hint = similar ? `did you mean ${similar}?` : "'convlab kernels' lists them";
    throw new OptionError('filter', '--kernel', `must be a kernel's name, a matrix like "0 -1 0; -1 5 -1; 0 -1 0", or a .json file (${hint})`, text);
  }
  const entry = catalogue[name];
  const values = parameters === '' ? [] : parameters.split(',').map(Number);
  if (values.length > entry.parameters.length) {
    const takes = entry.parameters.length === 0 ? 'no parameters' : entry.parameters.map((parameter) => parameter.name).join(', ');
    throw new OptionError('filter', '--kernel', `${name} takes ${takes}`, text);
  }
  return { kernel: entry.make(...values), output: entry.output };
}

function fromMatrix(text: string): Tensor {
  const rows = text.split(/[;\n]/).filter((row) => row.trim() !== '');
  try {
    return kernel2d(
      rows.map((row) =>
        row
          .trim()
          .split(/\s*,\s*|\s+/)
          .map(Number),
      ),
    );
  } catch (error) {
    throw new OptionError('filter', '--kernel', `is no matrix (${complaint(error)})`, text);
  }
}

async function fromFile(path: string): Promise<Pick<KernelArgument, 'kernel' | 'scale' | 'bias'>> {
  try {
    const json = JSON.parse(await readFile(path, 'utf8'));
    if (Array.isArray(json)) return { kernel: kernel2d(json) };
    refuseUnknownOptions('filter', Object(json), ['kernel', 'scale', 'bias']);
    return { kernel: kernel2d(json?.kernel), scale: json.scale, bias: json.bias };
  } catch (error) {
    const shape = 'a matrix [[0, -1, 0], …] or { "kernel": [[…]], "scale": 1, "bias": 0 }';
    throw new DataError('filter', `${path} holds no kernel, which is ${shape}: ${complaint(error)}`, { path }, { cause: error });
  }
}

function complaint(error: unknown): string {
  const { message } = error as Error;
  return error instanceof ConvlabError ? message.slice(message.indexOf(': ') + 2) : message;
}

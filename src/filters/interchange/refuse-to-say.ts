import { show, UnsupportedError } from '../../errors.js';
import type { KernelDocument } from './kernel-document.js';

/** Values that every reader assumes if a document does not contain them. */
const SILENT: Partial<Record<keyof KernelDocument, unknown>> = { scale: 1, bias: 0, flip: false };

/** @throws UnsupportedError if the format cannot express the document: nothing is dropped silently */
export function refuseToSay(format: string, document: KernelDocument, known: readonly (keyof KernelDocument)[]): void {
  for (const [name, value] of Object.entries(document)) {
    if (name === 'kernel' || value === undefined || known.includes(name as keyof KernelDocument) || value === SILENT[name as keyof KernelDocument]) continue;
    throw new UnsupportedError('formatKernel', `the ${format} format cannot store ${name} ${show(value)}; use json`, {
      [name]: value,
    });
  }
}

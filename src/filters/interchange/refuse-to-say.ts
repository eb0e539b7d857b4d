import { show, UnsupportedError } from '../../errors.js';
import type { KernelDocument } from './kernel-document.js';

/** What every reader takes for granted where a document does not say it. */
const SILENT: Partial<Record<keyof KernelDocument, unknown>> = { scale: 1, bias: 0, flip: false };

/** @throws UnsupportedError if the document says more than a format can: nothing is dropped without a word */
export function refuseToSay(format: string, document: KernelDocument, known: readonly (keyof KernelDocument)[]): void {
  for (const [name, value] of Object.entries(document)) {
    if (name === 'kernel' || value === undefined || known.includes(name as keyof KernelDocument) || value === SILENT[name as keyof KernelDocument]) continue;
    throw new UnsupportedError('formatKernel', `the ${format} format has no word for ${name}, which is ${show(value)}; json has one for everything`, {
      [name]: value,
    });
  }
}

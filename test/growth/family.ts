import type { Work } from './works.js';

/** Inputs of one structure that grows. */
export interface Family {
  /** what there is n of */
  readonly name: string;
  readonly work: Work;
  /** the smallest n; 2, 4 and 8 times as many are made too */
  readonly n: number;
  make(n: number): Buffer | string | { readonly file: Buffer; readonly beside: Buffer };
  /** What the cost is held against. Default: bytes of the input and pixels of the result */
  size?(n: number): number;
}

/** The same words for every n. */
export function family(work: Work, name: string, n: number, make: Family['make'], size?: Family['size']): Family {
  return { name, work, n, make, ...(size && { size }) };
}

/** Memory lent to the caller until it is returned. */
interface Loan {
  readonly end: number;
  /** number of calls that use it */
  holds: number;
  /** called once it has been returned and no computation uses it */
  release: (() => unknown) | undefined;
}

/** The lent parts, by byte offset, of each buffer that a backend exposes to callers. */
const lenders = new WeakMap<ArrayBufferLike, Map<number, Loan>>();

/** Lends bytes. From now on, arrays on their buffer are valid only inside lent parts. */
export function lend({ buffer, byteOffset, byteLength }: ArrayBufferView): void {
  const loans = lenders.get(buffer) ?? new Map<number, Loan>();
  lenders.set(buffer, loans.set(byteOffset, { end: byteOffset + byteLength, holds: 0, release: undefined }));
}

/** Takes bytes back: new calls cannot use them, and `release` frees them when the current calls have ended. */
export function takeBack({ buffer, byteOffset }: ArrayBufferView, release: () => unknown): void {
  const loans = lenders.get(buffer);
  const loan = loans?.get(byteOffset);
  if (loan && loan.holds > 0) loan.release = release;
  else {
    loans?.delete(byteOffset);
    release();
  }
}

/** True if an array is in backend memory that was returned and may be reused for another image. */
export function isGivenBack(bytes: ArrayBufferView): boolean {
  const loans = lenders.get(bytes.buffer);
  if (!loans) return false;
  const loan = loanOf(loans, bytes);
  return loan === undefined || loan.release !== undefined;
}

/** Prevents the memory of arrays from being freed during a call. Arrays in other memory are ignored. */
export async function holding<T>(arrays: readonly (ArrayBufferView | undefined)[], work: () => Promise<T>): Promise<T> {
  const held: [Map<number, Loan>, Loan][] = [];
  for (const array of arrays) {
    const loans = array && lenders.get(array.buffer);
    const loan = loans && loanOf(loans, array);
    if (loan) held.push([loans, loan]);
  }
  for (const [, loan] of held) loan.holds++;
  try {
    return await work();
  } finally {
    for (const [loans, loan] of held) {
      if (--loan.holds > 0 || !loan.release) continue;
      for (const [start, each] of loans) if (each === loan) loans.delete(start);
      loan.release();
    }
  }
}

function loanOf(loans: ReadonlyMap<number, Loan>, { byteOffset, byteLength }: ArrayBufferView): Loan | undefined {
  const whole = loans.get(byteOffset);
  if (whole && byteOffset + byteLength <= whole.end) return whole;
  for (const [start, loan] of loans) if (start <= byteOffset && byteOffset + byteLength <= loan.end) return loan;
  return undefined;
}

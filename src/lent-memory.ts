/** Memory lent to the caller until it is returned. */
interface Loan {
  readonly end: number;
  /** calls that compute in it */
  holds: number;
  /** called once it was returned and no computation uses it any more */
  release: (() => unknown) | undefined;
}

/** Pieces that are lent, by their first byte, of each buffer that a backend shows to callers. */
const lenders = new WeakMap<ArrayBufferLike, Map<number, Loan>>();

/** Lends bytes: from now on arrays over their buffer hold only where something is lent. */
export function lend({ buffer, byteOffset, byteLength }: ArrayBufferView): void {
  const loans = lenders.get(buffer) ?? new Map<number, Loan>();
  lenders.set(buffer, loans.set(byteOffset, { end: byteOffset + byteLength, holds: 0, release: undefined }));
}

/** Takes bytes back: no new call uses them, and once those that do have ended, `release` frees them. */
export function takeBack({ buffer, byteOffset }: ArrayBufferView, release: () => unknown): void {
  const loans = lenders.get(buffer);
  const loan = loans?.get(byteOffset);
  if (loan && loan.holds > 0) loan.release = release;
  else {
    loans?.delete(byteOffset);
    release();
  }
}

/** Whether an array is in backend memory that was returned and may be reused for another image. */
export function isGivenBack(bytes: ArrayBufferView): boolean {
  const loans = lenders.get(bytes.buffer);
  if (!loans) return false;
  const loan = loanOf(loans, bytes);
  return loan === undefined || loan.release !== undefined;
}

/** Keeps what arrays are in from being freed while a call computes. Those of other memory need no care. */
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

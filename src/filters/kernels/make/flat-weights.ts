/** How a notation writes rows down. */
interface Notation {
  /** `rows apart by ";" or new lines` */
  readonly says: string;
  write(rows: readonly (readonly number[])[]): string;
}

/** More weights are not written into a message. */
const MOST_SHOWN = 25;

/** Nested lists, as in code and JSON. */
export const LISTS: Notation = { says: 'a list for each row', write: (rows) => `[${rows.map((row) => `[${row.join(', ')}]`).join(', ')}]` };
/** Text; a single row ends with ";", because otherwise it could be a square. */
export const LINES: Notation = {
  says: 'rows separated by ";" or new lines',
  write: (rows) => (rows.length === 1 ? `"${rows[0].join(' ')};"` : `"${rows.map((row) => row.join(' ')).join('; ')}"`),
};

/** True if that many weights in one list may also be meant as a square, as sharp and ImageMagick's -convolve take them. */
export function mayBeSquare(count: number): boolean {
  return count > 1 && Number.isInteger(Math.sqrt(count));
}

/** The complaint about such a list: both readings of it. */
export function twoReadings(weights: readonly number[], { says, write }: Notation): string {
  const side = Math.sqrt(weights.length);
  const square = Array.from({ length: side }, (_, y) => weights.slice(y * side, (y + 1) * side));
  const shown = (rows: readonly (readonly number[])[]) => (weights.length > MOST_SHOWN ? '' : `, ${write(rows)}`);
  return `${weights.length} weights without rows are ambiguous: ${side} × ${side} (${says}${shown(square)}) or a row of ${weights.length}${shown([weights])}`;
}

/** A notation for the rows of a kernel. */
interface Notation {
  /** how rows are written, for the message: `rows separated by ";" or new lines` */
  readonly says: string;
  write(rows: readonly (readonly number[])[]): string;
}

/** Maximum number of weights quoted in a message. */
const MOST_SHOWN = 25;

/** Nested lists, as in code and JSON. */
export const LISTS: Notation = { says: 'a list for each row', write: (rows) => `[${rows.map((row) => `[${row.join(', ')}]`).join(', ')}]` };
/** Text. A single row ends with ";", because otherwise it could be a square. */
export const LINES: Notation = {
  says: 'rows separated by ";" or new lines',
  write: (rows) => (rows.length === 1 ? `"${rows[0].join(' ')};"` : `"${rows.map((row) => row.join(' ')).join('; ')}"`),
};

/**
 * True if a list of this length could also be a square kernel in flat form, as in sharp and ImageMagick's -convolve.
 */
export function mayBeSquare(count: number): boolean {
  return count > 1 && Number.isInteger(Math.sqrt(count));
}

/** The error message for a flat list that {@link mayBeSquare}; it shows both interpretations. */
export function twoReadings(weights: readonly number[], { says, write }: Notation): string {
  const side = Math.sqrt(weights.length);
  const square = Array.from({ length: side }, (_, y) => weights.slice(y * side, (y + 1) * side));
  const shown = (rows: readonly (readonly number[])[]) => (weights.length > MOST_SHOWN ? '' : `, ${write(rows)}`);
  return `${weights.length} weights without rows are ambiguous: ${side} × ${side} (${says}${shown(square)}) or a row of ${weights.length}${shown([weights])}`;
}

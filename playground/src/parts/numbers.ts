/** A number with at most four significant digits and a typographic minus sign: −0.125, 1200, 3.1e−5. */
export function short(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const rounded = Number(value.toPrecision(digits));
  // zeros after the decimal point would take the space of the digits
  const text = rounded !== 0 && Math.abs(rounded) < 1e-4 ? rounded.toExponential() : String(rounded === 0 ? 0 : rounded);
  return text.replaceAll('-', '−');
}

/** The same, in parentheses if negative, for use after a sign. */
export function inBrackets(value: number, digits = 4): string {
  return value < 0 ? `(${short(value, digits)})` : short(value, digits);
}

/** A time in milliseconds, in words: 640 µs, 3.2 ms, 1.4 s. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1) return `${short(1000 * milliseconds, 2)} µs`;
  return milliseconds < 1000 ? `${short(milliseconds, 3)} ms` : `${short(milliseconds / 1000, 3)} s`;
}

/** A share from 0 to 1 as a percentage with one decimal. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

import { short } from './numbers.js';

interface BarsProps {
  readonly values: ArrayLike<number>;
  /** A name for each bar; by default its number. */
  readonly names?: readonly string[];
  /** What the bars are. */
  readonly label: string;
  /** The value of a full bar. Default: the largest. */
  readonly most?: number;
  /** The highlighted bar. */
  readonly marked?: number;
  /** A value in words. Default: the number. */
  readonly format?: (value: number) => string;
}

/** Values as horizontal bars with names and numbers; a list for screen readers. */
export function Bars({ values, names, label, marked, format = short, most = Math.max(...Array.from(values), 1e-9) }: BarsProps) {
  return (
    <ul class="bars" aria-label={label}>
      {Array.from(values, (value, i) => (
        <li key={names?.[i] ?? i} data-marked={i === marked}>
          <span class="bars-name">{names?.[i] ?? i}</span>
          <span class="bars-track">
            <span class="bars-fill" style={{ width: `${Math.min(100, (100 * Math.max(value, 0)) / most)}%` }} />
          </span>
          <span class="bars-value">{format(value)}</span>
        </li>
      ))}
    </ul>
  );
}

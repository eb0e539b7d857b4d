import { dark } from '../shell/theme.js';
import { cellColors, type Palette, type Range, rangeOf } from './colors.js';
import { short } from './numbers.js';
import type { Cell } from './tensor-canvas.js';

interface MatrixProps {
  /** Rows of numbers. */
  readonly rows: readonly (readonly number[])[];
  /** The caption above the matrix. */
  readonly name: string;
  /** Default `signed`. */
  readonly palette?: Palette;
  readonly range?: Range;
  /** Cells that are framed. */
  readonly marked?: (y: number, x: number) => boolean;
  /** Cells that are padding instead of cells of the input. */
  readonly ghost?: (y: number, x: number) => boolean;
  readonly digits?: number;
  /** The cell under the pointer. */
  readonly onCell?: (cell: Cell | undefined) => void;
}

/** A small matrix with cells colored by value; a table for screen readers. */
export function Matrix({ rows, name, palette = 'signed', range = rangeOf(palette, rows.flat()), marked, ghost, digits = 3, onCell }: MatrixProps) {
  const isDark = dark.value;
  return (
    <figure class="matrix" style={{ '--columns': rows[0]?.length ?? 1 }}>
      <figcaption>{name}</figcaption>
      <table aria-label={name} onPointerLeave={onCell && (() => onCell(undefined))}>
        <tbody>
          {rows.map((row, y) => (
            <tr key={y}>
              {row.map((value, x) => (
                <td
                  key={x}
                  data-marked={marked?.(y, x)}
                  data-ghost={ghost?.(y, x)}
                  style={cellColors(palette, value, range, isDark)}
                  onPointerEnter={onCell && (() => onCell({ y, x }))}
                >
                  {short(value, digits)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

import { cellColors, rangeOf } from '../parts/colors.js';
import { short } from '../parts/numbers.js';
import { dark } from '../shell/theme.js';
import { t } from './strings.js';

interface StepGridProps {
  readonly name: string;
  readonly rows: readonly (readonly number[])[];
  readonly ghost?: (y: number, x: number) => boolean;
  readonly marked?: (y: number, x: number) => boolean;
  /** Cells that are not computed yet. */
  readonly hidden?: (y: number, x: number) => boolean;
  /** The highlighted cell of the framed ones. */
  readonly winner?: (y: number, x: number) => boolean;
  /** A few characters in the corner of a cell. */
  readonly note?: (y: number, x: number) => string;
  readonly onChange?: (y: number, x: number) => void;
}

/** A grid of cells, which can be clicked if `onChange` is set. */
export function StepGrid({ name, rows, ghost, marked, winner, hidden, note, onChange }: StepGridProps) {
  const range = rangeOf('signed', rows.flat());
  return (
    <figure class="grid">
      <figcaption>{name}</figcaption>
      <fieldset class="grid-cells" aria-label={name} style={{ '--columns': rows[0].length }}>
        {rows.map((row, y) =>
          row.map((value, x) => {
            const isGhost = ghost?.(y, x) ?? false;
            const shown = hidden?.(y, x) ? '' : short(value);
            const cell = {
              class: 'grid-cell',
              'data-ghost': isGhost,
              'data-marked': marked?.(y, x) ?? false,
              'data-winner': winner?.(y, x) ?? false,
              style: shown === '' ? undefined : isGhost ? undefined : cellColors('signed', value, range, dark.value),
            };
            const said = note?.(y, x);
            const inner = (
              <>
                {shown}
                {said && <small aria-hidden="true">{said}</small>}
              </>
            );
            const label = t('cellOf', { name, y: y + 1, x: x + 1 });
            return onChange && !isGhost ? (
              <button type="button" key={`${y},${x}`} {...cell} aria-label={`${label}: ${shown}${said ?? ''}`} onClick={() => onChange(y, x)}>
                {inner}
              </button>
            ) : (
              <span key={`${y},${x}`} {...cell}>
                {inner}
              </span>
            );
          }),
        )}
      </fieldset>
    </figure>
  );
}

import { cellColors, type Range, rangeOf } from '../../parts/colors.js';
import { short } from '../../parts/numbers.js';
import { dark } from '../../shell/theme.js';
import { t } from '../strings.js';
import type { Rows } from './rows.js';

interface CellsProps {
  readonly name: string;
  readonly rows: Rows;
  /** Name of the grid for animations; cells are found by `data-cell`. */
  readonly id: string;
  readonly range?: Range;
  readonly ghost?: (y: number, x: number) => boolean;
  readonly marked?: (y: number, x: number) => boolean;
  readonly winner?: (y: number, x: number) => boolean;
  /** Cells that are not known yet. */
  readonly hidden?: (y: number, x: number) => boolean;
  /** The cell that is requested. */
  readonly secret?: (y: number, x: number) => boolean;
  /** The weight on a cell. */
  readonly note?: (y: number, x: number) => string;
  readonly onPick?: (y: number, x: number) => void;
}

/** A grid of numbers, large enough for a lecture hall; with `onPick` its cells are buttons. */
export function Cells({ name, rows, id, range = rangeOf('signed', rows.flat()), ghost, marked, winner, hidden, secret, note, onPick }: CellsProps) {
  return (
    <figure class="lec-grid">
      <figcaption>{name}</figcaption>
      <fieldset class="lec-cells" aria-label={name} style={{ '--columns': rows[0].length }}>
        {rows.map((row, y) =>
          row.map((value, x) => {
            const isGhost = ghost?.(y, x) ?? false;
            const asked = secret?.(y, x) ?? false;
            const shown = asked ? '?' : hidden?.(y, x) ? '' : short(value, 3);
            const cell = {
              class: 'lec-cell',
              'data-cell': `${id}/${y},${x}`,
              'data-ghost': isGhost,
              'data-marked': marked?.(y, x) ?? false,
              'data-winner': winner?.(y, x) ?? false,
              'data-secret': asked,
              style: shown === '' || asked || isGhost ? undefined : cellColors('signed', value, range, dark.value),
            };
            const said = note?.(y, x);
            const inner = (
              <>
                {shown}
                {said && <small aria-hidden="true">{said}</small>}
              </>
            );
            return onPick ? (
              <button
                type="button"
                key={`${y},${x}`}
                {...cell}
                aria-label={`${t('cell', { name, y: y + 1, x: x + 1 })}: ${asked ? t('asked') : shown}`}
                onClick={() => onPick(y, x)}
              >
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

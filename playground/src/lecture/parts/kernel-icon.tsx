import { cellColors, rangeOf } from '../../parts/colors.js';
import { short } from '../../parts/numbers.js';
import { dark } from '../../shell/theme.js';
import type { Rows } from './rows.js';

/** A kernel as small cells; large kernels are shown without numbers. */
export function KernelIcon({ rows, large = false }: { readonly rows: Rows; readonly large?: boolean }) {
  const range = rangeOf('signed', rows.flat());
  const written = rows.length <= 5;
  return (
    <span
      class="lec-kernel"
      data-large={large}
      style={{ '--columns': rows[0].length }}
      role="img"
      aria-label={rows.map((row) => row.map((value) => short(value, 2)).join(' ')).join('; ')}
    >
      {rows.map((row, y) =>
        row.map((value, x) => (
          <i key={`${y},${x}`} style={cellColors('signed', value, range, dark.value)} aria-hidden="true">
            {written ? short(value, 2) : ''}
          </i>
        )),
      )}
    </span>
  );
}

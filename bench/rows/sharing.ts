import type { Row } from '../row.js';

/** So often a job has run when it is measured: by then threads have learned whether they share it. */
const WARM_UP_CALLS = 50;

/** The quick rows with learned sharing, compared with always and never sharing. */
export function sharingRows(rows: readonly Row[]): readonly Row[] {
  return rows
    .filter(({ quick, group }) => quick && group !== 'micro')
    .map((row) => ({
      ...row,
      group: 'sharing',
      table: 'sharing between two threads',
      name: `${row.name}: ${row.table}`,
      // fifty calls of a training take long, and so do those of all options
      quick: row.group === 'filters' || row.group === 'layers',
      warmUpCalls: WARM_UP_CALLS,
    }));
}

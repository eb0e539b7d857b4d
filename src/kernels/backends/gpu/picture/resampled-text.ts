import type { Resampling } from '../../../job.js';
import type { ProgramTables } from './program-tables.js';
import { COLUMNS } from './store-text.js';
import type { SumText } from './sum-text.js';
import { typeOf, upTo } from './wgsl-words.js';
import type { WindowStage } from './window-stage.js';

/** One launch of a resize: every cell is computed by a window along its row or its column. */
export interface ResampledStage extends Pick<WindowStage, 'input' | 'output' | 'first' | 'columns' | 'cells' | 'layers' | 'windows'> {
  /** windows along the rows (1) or the columns (0) */
  readonly axis: 0 | 1;
  readonly resampling: Resampling;
}

/** @param cells whether the function `cells(h, w)` exists */
export function resampledText({ axis, resampling, output, cells }: ResampledStage, tables: ProgramTables): SumText {
  const { taps } = resampling;
  const [starts, weights] = [tables.add(resampling.starts), tables.add(resampling.weights)];
  const each = upTo(COLUMNS);
  const begin = each.map(
    (column) => `var s0_0_${column}: ${typeOf(cells)} = ${typeOf(cells)}(0); let w${column}: i32 = min(ow + ${column}, ${output[1] - 1});`,
  );
  const window = (o: string) => `let start: i32 = i32(table[${starts} + ${o}]); let at: i32 = ${weights} + ${o} * ${taps};`;
  const loop = (text: string) => `for (var k: i32 = 0; k < ${taps}; k++) { let weight: f32 = table[at + k]; ${text} }`;
  const sums =
    axis === 0
      ? [`${window('oh')} ${loop(each.map((column) => `s0_0_${column} += weight * cells(start + k, w${column});`).join(' '))}`]
      : each.map((column) => `{ ${window(`w${column}`)} ${loop(`s0_0_${column} += weight * cells(oh, start + k);`)} }`);
  return { shared: '', body: [...begin, ...sums].join('\n  '), rows: 1 };
}

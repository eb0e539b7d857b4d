import type { RowRange } from '../../kernels/backend.js';
import type { ConvGeometry } from '../../kernels/geometry.js';
import { changeStep, type SeenRows, type Step } from '../step.js';

/** Steps on some rows of an image. */
export interface StepsOnRows {
  readonly steps: readonly Step[];
  /** the rows of the image that the steps read */
  readonly source: RowRange;
  /** the rows of the result that the steps compute: the requested rows, and more if the padding needs them */
  readonly given: RowRange;
}

/**
 * Restricts steps to the rows of an image on which some rows of the result depend. Values beyond the border must be those
 * of the whole image. Near the border, enough rows for reflection are therefore included.
 */
export function stepsOnRows(steps: readonly Step[], rows: RowRange): StepsOnRows {
  const height = steps[steps.length - 1].geometry.output[1];
  let [from, to] = rows;
  for (let more = 1; from > 0 || to < height; more *= 2) {
    const found = seenBy(steps, [from, to]);
    if (found) return { steps: steps.map((step, i) => changeStep(step, { rows: found.seen[i] })), source: found.source, given: [from, to] };
    [from, to] = [Math.max(0, from - more), Math.min(height, to + more)];
  }
  return { steps, source: [0, steps[0].geometry.input[1]], given: [0, height] };
}

/** The rows that each step reads; undefined if they do not cover the padding. */
function seenBy(steps: readonly Step[], rows: RowRange): { seen: readonly SeenRows[]; source: RowRange } | undefined {
  const seen: SeenRows[] = [];
  let source = rows;
  for (let i = steps.length - 1; i >= 0; i--) {
    const { geometry: g } = steps[i];
    const height = g.input[1];
    const first = source[0] * g.stride[1] - g.before[1];
    const end = (source[1] - 1) * g.stride[1] + (g.kernel[1] - 1) * g.dilation[1] + 1 - g.before[1];
    source = [Math.max(0, first), Math.min(height, end)];
    const count = source[1] - source[0];
    const [before, after] = [source[0] - first, end - source[1]];
    if (count < 1 || (count < height && Math.max(before, after) > reflected(g, count))) return undefined;
    seen[i] = { count, before, after };
  }
  return { seen, source };
}

/** Number of padding rows that equal those of the whole image if this many rows are available. */
function reflected({ paddingMode }: ConvGeometry, count: number): number {
  return paddingMode === 'reflect' ? count - 1 : paddingMode === 'symmetric' ? count : Number.POSITIVE_INFINITY;
}

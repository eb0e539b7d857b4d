import type { ConvGeometry, PaddingMode } from '../../../geometry.js';

/** Numbers of rows and of columns. */
export type Pair = readonly [rows: number, columns: number];

/** Positions and weights of the windows of one launch. */
export interface WindowStage {
  readonly input: Pair;
  /** size of the computed rectangle of windows */
  readonly output: Pair;
  /** offset of that rectangle */
  readonly first: Pair;
  readonly size: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly before: Pair;
  readonly mode: PaddingMode;
  /** the cells of a pixel beyond the border, per layer */
  readonly border: readonly (readonly number[])[];
  /** neighboring outputs of a row per thread */
  readonly columns: number;
  /** maximum rows of outputs per thread; storing each output adds program text, which takes time to compile */
  readonly mostRows: number;
  /** cells per pixel */
  readonly cells: number;
  /** number of layers that are read */
  readonly layers: number;
  /** one per sum; per layer `[size]`, or `[cells, size]` */
  readonly windows: readonly (readonly ArrayLike<number>[])[];
  /** sums are 32-bit integers */
  readonly whole: boolean;
  /** weights of zero are not omitted */
  readonly zeros: boolean;
  /** no cell is NaN or infinite, so weights of zero need not be omitted */
  readonly finite: boolean;
  /** all weights are 1, and each sum is derived from that of the window above. Default false */
  readonly running?: boolean;
}

/** The windows of a geometry, for its whole output. */
export function placedBy(g: ConvGeometry): Pick<WindowStage, 'input' | 'output' | 'first' | 'size' | 'stride' | 'dilation' | 'before' | 'mode'> {
  const pair = (values: readonly number[]): Pair => [values[1], values[2]];
  return {
    ...{ input: pair(g.input), output: pair(g.output), first: [0, 0], size: pair(g.kernel), stride: pair(g.stride) },
    ...{ dilation: pair(g.dilation), before: pair(g.before), mode: g.paddingMode },
  };
}

/** The same along one axis only; along the other, windows have one cell and the size does not change. */
export function alongAxis(stage: WindowStage, axis: 0 | 1): WindowStage {
  const only = (values: Pair, other: number): Pair => (axis === 0 ? [values[0], other] : [other, values[1]]);
  const height = axis === 0 ? stage.output[0] : stage.input[0];
  return {
    ...stage,
    // rows first, so the input of the columns has the width of the result
    input: axis === 0 ? [stage.input[0], stage.output[1]] : stage.input,
    output: [height, stage.output[1]],
    first: axis === 0 ? [stage.first[0], 0] : [0, stage.first[1]],
    size: only(stage.size, 1),
    stride: only(stage.stride, 1),
    dilation: only(stage.dilation, 1),
    before: only(stage.before, 0),
  };
}

import { borderTable, OUTSIDE } from '../../../border.js';
import type { ConvGeometry, Triple } from '../../../geometry.js';

/** Scratch memory for a strip of gathered rows: small enough to stay in a core's second-level cache. */
const STRIP_BYTES = 192 * 1024;

/** If there are fewer columns than this between the borders, they are gathered together with the borders. */
const DIRECT_COLUMNS = 32;

/** A correlation that the programs can run: the forward pass of a geometry, or a part of its input gradient. The tables describe all borders. */
export interface CorrelationSpec {
  readonly batch: number;
  readonly groups: number;
  /** per group */
  readonly inChannels: number;
  /** per group */
  readonly outChannels: number;
  readonly input: Triple;
  readonly kernel: Triple;
  readonly output: Triple;
  readonly stride: Triple;
  readonly dilation: Triple;
  readonly value: number;
  /** per axis: the input position of each padded position, or OUTSIDE */
  readonly tables: Tables;
  /** index of each tap's weight in the window of a channel; empty if weights are provided otherwise */
  readonly weights: Int32Array;
}

type Tables = readonly [Int32Array, Int32Array, Int32Array];

export function forwardCorrelation(g: ConvGeometry): CorrelationSpec {
  return {
    batch: g.batch,
    groups: g.groups,
    inChannels: g.inChannels / g.groups,
    outChannels: g.outChannels / g.groups,
    input: g.input,
    kernel: g.kernel,
    output: g.output,
    stride: g.stride,
    dilation: g.dilation,
    value: g.paddingValue,
    tables: [borderTable(g, 0), borderTable(g, 1), borderTable(g, 2)],
    weights: tapPositions(g, g.kernel, (axis, tap) => (g.flip ? g.kernel[axis] - 1 - tap : tap)),
  };
}

/** The row-major position of each tap in the kernel. @param at position of a tap along an axis */
export function tapPositions(g: ConvGeometry, [KD, KH, KW]: Triple, at: (axis: 0 | 1 | 2, tap: number) => number): Int32Array {
  return Int32Array.from({ length: KD * KH * KW }, (_, tap) => {
    const [kd, kh, kw] = [at(0, Math.floor(tap / (KH * KW))), at(1, Math.floor(tap / KW) % KH), at(2, tap % KW)];
    return (kd * g.kernel[1] + kh) * g.kernel[2] + kw;
  });
}

/** True if padded cells repeat cells of x, so that their gradient must be folded back. */
export function foldsGradient(g: ConvGeometry): boolean {
  const padded = g.before.some((cells, axis) => cells > 0 || g.after[axis] > 0);
  return padded && g.paddingMode !== 'zero' && g.paddingMode !== 'constant';
}

/** The layout of a correlation in scratch memory. */
export interface StripLayout {
  /** per gathered cell of a row: its input column, or OUTSIDE; [phases, phase length] */
  readonly columns: Int32Array;
  readonly run: { readonly from: number; readonly to: number; readonly source: number };
  readonly stripRows: number;
  readonly gatheredRows: number;
  readonly taps: number;
  /** byte offset of every (cin, kd, kh, kw) in the strip */
  readonly offsets: Int32Array;
  /** cells of a whole strip */
  readonly cells: number;
  readonly direct: DirectLayout;
}

/**
 * The columns where x is read without gathering, see assembly/correlation.ts. With one input channel, the offsets are
 * always those in x.
 */
export interface DirectLayout {
  readonly from: number;
  readonly to: number;
  readonly source: number;
  readonly offsets: Int32Array;
}

/**
 * With a stride s in W, a gathered row is stored phase by phase (columns 0, s, 2s …, then 1, s + 1 …), so that neighboring
 * outputs always read neighboring cells. A phase is long enough for whole vectors of outputs.
 */
export function stripLayout(c: CorrelationSpec, cellBytes = 4): StripLayout {
  const [KD, KH, KW] = c.kernel;
  const [, strideH, strideW] = c.stride;
  const [, dilationH, dilationW] = c.dilation;
  const phaseLength = ceil4(c.output[2]) + Math.floor(((KW - 1) * dilationW) / strideW);
  const columns = Int32Array.from({ length: strideW * phaseLength }, (_, i) => {
    const padded = (i % phaseLength) * strideW + Math.floor(i / phaseLength);
    return padded < c.tables[2].length ? c.tables[2][padded] : OUTSIDE;
  });
  const rowLength = columns.length;

  const reachH = (KH - 1) * dilationH + 1;
  const affordable = STRIP_BYTES / cellBytes / (c.inChannels * KD * rowLength);
  // with fewer rows than the kernel's height, the next strip would gather most of them again
  const stripRows = Math.min(c.output[1], Math.max(Math.ceil(reachH / strideH), Math.floor((affordable - reachH) / strideH) + 1));
  const gatheredRows = (stripRows - 1) * strideH + reachH;

  const offsets: number[] = [];
  for (let slice = 0; slice < c.inChannels * KD; slice++) {
    for (let kh = 0; kh < KH; kh++) {
      for (let kw = 0; kw < KW; kw++) {
        const column = kw * dilationW;
        const cell = (column % strideW) * phaseLength + Math.floor(column / strideW);
        offsets.push(4 * ((slice * gatheredRows + kh * dilationH) * rowLength + cell));
      }
    }
  }
  const run = longestRun(columns);
  return {
    columns,
    run,
    direct: directLayout(c, run) ?? { from: 0, to: 0, source: 0, offsets: Int32Array.from(offsets) },
    stripRows,
    gatheredRows,
    taps: offsets.length,
    offsets: Int32Array.from(offsets),
    cells: c.inChannels * KD * gatheredRows * rowLength,
  };
}

function directLayout(c: CorrelationSpec, run: StripLayout['run']): DirectLayout | undefined {
  const [KD, KH, KW] = c.kernel;
  const [dilationD, dilationH, dilationW] = c.dilation;
  const [from, to] = [run.from, Math.min(c.output[2], run.to - (KW - 1) * dilationW)];
  if (c.inChannels > 1) return undefined;
  const offsets = Array.from({ length: KD * KH * KW }, (_, tap) => {
    const [kd, kh, kw] = [Math.floor(tap / (KH * KW)), Math.floor(tap / KW) % KH, tap % KW];
    return 4 * ((kd * dilationD * c.input[1] + kh * dilationH) * c.input[2] + kw * dilationW);
  });
  const direct = c.stride[2] === 1 && to - from >= DIRECT_COLUMNS;
  return { ...(direct ? { from, to, source: run.source } : { from: 0, to: 0, source: 0 }), offsets: Int32Array.from(offsets) };
}

export function ceil4(n: number): number {
  return Math.ceil(n / 4) * 4;
}

/** The longest run of cells in a row that are neighboring input columns. */
export function longestRun(columns: Int32Array): { from: number; to: number; source: number } {
  let best = { from: 0, to: 0, source: 0 };
  for (let from = 0; from < columns.length; ) {
    let to = from + 1;
    while (to < columns.length && columns[from] !== OUTSIDE && columns[to] === columns[to - 1] + 1) to++;
    if (columns[from] !== OUTSIDE && to - from > best.to - best.from) best = { from, to, source: columns[from] };
    from = to;
  }
  return best;
}

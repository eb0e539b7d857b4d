import { sizeOf } from '../../../../tensor.js';
import { OUTSIDE } from '../../../border.js';
import type { ConvGeometry, Triple } from '../../../geometry.js';
import type { Tables } from '../tables.js';
import { type CorrelationSpec, foldsGradient, tapPositions } from './correlation-spec.js';
import { type StoredCorrelation, storeCorrelation } from './stored-correlation.js';

/** A correlation that computes some cells of an input gradient: every `step`-th one, starting at `first`. */
export interface GradientPart {
  readonly correlation: CorrelationSpec;
  readonly first: Triple;
  readonly step: Triple;
}

/**
 * ∂L/∂x̂[i] = Σ G[(i − k·dilation) / stride] · kernel[k]. With k' = K − 1 − k this is a correlation of stride 1 over
 * the axis p = i + k'·dilation, on which cell p holds G[(p − (K − 1)·dilation) / stride] where that is a cell of G,
 * else 0. With a stride, most of these are zeros. Cells i that are a stride apart use the same taps, so each such set
 * of cells is a separate correlation with a part of the kernel and without the zeros. Sets without taps are omitted, so
 * an axis has at most one part per tap, regardless of the stride. The output is the padded input if its gradient is
 * folded afterwards, and x itself if padding is constant.
 */
export function inputGradientParts(g: ConvGeometry): readonly GradientPart[] {
  const axes = ([0, 1, 2] as const).map((axis) => partsOfAxis(g, axis));
  return axes[0].flatMap((d) => axes[1].flatMap((h) => axes[2].map((w) => gradientPart(g, [d, h, w]))));
}

interface AxisPart {
  readonly first: number;
  readonly step: number;
  readonly outputs: number;
  readonly dilation: number;
  /** positions in the kernel */
  readonly taps: readonly number[];
  readonly table: Int32Array;
}

function partsOfAxis(g: ConvGeometry, axis: 0 | 1 | 2): AxisPart[] {
  const target = targetOf(g)[axis];
  const [K, stride, output] = [g.kernel[axis], g.stride[axis], g.output[axis]];
  const shift = (foldsGradient(g) ? 0 : g.before[axis]) - (K - 1) * g.dilation[axis];
  // taps this far apart use the same cells, at distances of `dilation` cells in G
  const period = stride / commonDivisor(stride, g.dilation[axis]);
  const dilation = (period * g.dilation[axis]) / stride;
  const parts: AxisPart[] = [];
  for (let tap = 0; tap < Math.min(K, period); tap++) {
    const at = shift + tap * g.dilation[axis];
    const first = (stride - (at % stride)) % stride;
    if (first >= target) continue;
    const outputs = Math.ceil((target - first) / stride);
    const taps = Array.from({ length: Math.ceil((K - tap) / period) }, (_, i) => tap + i * period);
    const begin = (first + at) / stride;
    const length = outputs + (taps.length - 1) * dilation;
    if (begin >= output || begin + length <= 0) continue;
    const table = Int32Array.from({ length }, (_, i) => (begin + i >= 0 && begin + i < output ? begin + i : OUTSIDE));
    parts.push({ first, step: stride, outputs, dilation, taps: taps.map((turned) => (g.flip ? turned : K - 1 - turned)), table });
  }
  return parts;
}

/** Sizes of x, or of the padded x where the gradient is folded. */
function targetOf(g: ConvGeometry): Triple {
  return foldsGradient(g) ? (g.input.map((n, axis) => n + g.before[axis] + g.after[axis]) as unknown as Triple) : g.input;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

function gradientPart(g: ConvGeometry, axes: readonly AxisPart[]): GradientPart {
  const [d, h, w] = axes;
  const triple = (of: (part: AxisPart) => number): Triple => [of(d), of(h), of(w)];
  const kernel = triple(({ taps }) => taps.length);
  return {
    first: triple(({ first }) => first),
    step: triple(({ step }) => step),
    correlation: {
      batch: g.batch,
      groups: g.groups,
      inChannels: g.outChannels / g.groups,
      outChannels: g.inChannels / g.groups,
      input: g.output,
      kernel,
      output: triple(({ outputs }) => outputs),
      stride: [1, 1, 1],
      dilation: triple(({ dilation }) => dilation),
      value: 0,
      tables: [d.table, h.table, w.table],
      weights: tapPositions(g, kernel, (axis, tap) => axes[axis].taps[tap]),
    },
  };
}

/** A stored part; the bytes from the first cell of the whole to its first cell, and between its cells along each axis. */
interface StoredPart {
  readonly stored: StoredCorrelation;
  readonly begin: number;
  readonly steps: Triple;
}

/** An input gradient whose parts are in wasm memory. */
export interface StoredGradient {
  readonly parts: readonly StoredPart[];
  /** sizes of the whole: of x, or of the padded x */
  readonly target: Triple;
  /** the parts cover all cells; the others are 0 */
  readonly complete: boolean;
  /** bytes of packed weights of the largest part */
  readonly packedBytes: number;
  readonly stripBytes: number;
  readonly outputBytes: number;
}

export function storeGradient(tables: Tables, g: ConvGeometry): StoredGradient {
  const target = targetOf(g);
  const bytes = [4 * target[1] * target[2], 4 * target[2], 4];
  const parts = inputGradientParts(g).map(({ correlation, first, step }) => ({
    stored: storeCorrelation(tables, correlation),
    begin: first.reduce((sum, at, axis) => sum + at * bytes[axis], 0),
    steps: step.map((cells, axis) => cells * bytes[axis]) as unknown as Triple,
  }));
  const most = (of: (stored: StoredCorrelation) => number) => Math.max(0, ...parts.map(({ stored }) => of(stored)));
  return {
    parts,
    target,
    complete: parts.reduce((cells, { stored }) => cells + sizeOf(stored.spec.output), 0) === sizeOf(target),
    packedBytes: most(({ packedBytes }) => packedBytes),
    stripBytes: most(({ stripBytes }) => stripBytes),
    outputBytes: most(({ spec: { batch, groups, outChannels, output } }) => 4 * batch * groups * outChannels * sizeOf(output)),
  };
}

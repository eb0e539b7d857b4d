import { sizeOf } from '../../../../tensor.js';
import { OUTSIDE } from '../../../border.js';
import type { ConvGeometry, Triple } from '../../../geometry.js';
import type { Tables } from '../tables.js';
import { type CorrelationSpec, foldsGradient, tapPositions } from './correlation-spec.js';
import { type StoredCorrelation, storeCorrelation } from './stored-correlation.js';

/** A correlation that gives some cells of an input gradient: those from `first` on, `step` apart. */
export interface GradientPart {
  readonly correlation: CorrelationSpec;
  readonly first: Triple;
  readonly step: Triple;
}

/**
 * ∂L/∂x̂[i] = Σ G[(i − k·dilation) / stride] · kernel[k]. With k' = K − 1 − k this is a correlation of stride 1 over the
 * axis p = i + k'·dilation, on which cell p holds G[(p − (K − 1)·dilation) / stride] where that is a cell of G, else 0. With a
 * stride most of these are zeros. Cells i that are a stride apart read cells of G under the same taps, and under no others, so each
 * such set of cells is a correlation of its own with its part of the kernel and without the zeros. With a dilation as well, the
 * zeros stay.
 * The output is the padded input where its gradient is folded afterwards, and x itself where padding is constant.
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
  const folds = foldsGradient(g);
  const target = g.input[axis] + (folds ? g.before[axis] + g.after[axis] : 0);
  const [K, stride] = [g.kernel[axis], g.stride[axis]];
  const reach = (K - 1) * g.dilation[axis];
  const shift = (folds ? 0 : g.before[axis]) - reach;
  const step = g.dilation[axis] === 1 ? stride : 1;
  const dilation = step === 1 ? g.dilation[axis] : 1;
  return Array.from({ length: Math.min(step, target) }, (_, first) => {
    const outputs = Math.ceil((target - first) / step);
    const turned = [...Array(K).keys()].filter((tap) => step === 1 || (first + shift + tap) % stride === 0);
    const begin = first + shift + (step === 1 ? 0 : (turned[0] ?? 0));
    const table = Int32Array.from({ length: outputs + Math.max(0, turned.length - 1) * dilation }, (_, i) => {
      const o = (begin + i * step) / stride;
      return Number.isInteger(o) && o >= 0 && o < g.output[axis] ? o : OUTSIDE;
    });
    return { first, step, outputs, dilation, taps: turned.map((tap) => (g.flip ? tap : K - 1 - tap)), table };
  });
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

/** The parts of an input gradient that have taps. */
export interface StoredGradient {
  readonly parts: readonly StoredPart[];
  /** sizes of the whole: of x, or of the padded x */
  readonly target: Triple;
  /** the parts cover all cells */
  readonly complete: boolean;
  /** of the largest part */
  readonly packedBytes: number;
  readonly stripBytes: number;
  readonly outputBytes: number;
}

export function storeGradient(tables: Tables, g: ConvGeometry): StoredGradient {
  const all = inputGradientParts(g);
  const target = foldsGradient(g) ? (g.input.map((n, axis) => n + g.before[axis] + g.after[axis]) as unknown as Triple) : g.input;
  const bytes = [4 * target[1] * target[2], 4 * target[2], 4];
  const parts = all
    .filter(({ correlation }) => sizeOf(correlation.kernel) > 0)
    .map(({ correlation, first, step }) => ({
      stored: storeCorrelation(tables, correlation),
      begin: first.reduce((sum, at, axis) => sum + at * bytes[axis], 0),
      steps: step.map((cells, axis) => cells * bytes[axis]) as unknown as Triple,
    }));
  const most = (of: (stored: StoredCorrelation) => number) => Math.max(0, ...parts.map(({ stored }) => of(stored)));
  return {
    parts,
    target,
    complete: parts.length === all.length,
    packedBytes: most(({ packedBytes }) => packedBytes),
    stripBytes: most(({ stripBytes }) => stripBytes),
    outputBytes: most(({ spec: { batch, groups, outChannels, output } }) => 4 * batch * groups * outChannels * sizeOf(output)),
  };
}

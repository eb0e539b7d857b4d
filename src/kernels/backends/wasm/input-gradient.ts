import { sizeOf } from '../../../tensor.js';
import { OUTSIDE } from '../../border.js';
import type { ConvGeometry, Triple } from '../../geometry.js';
import { type Correlation, foldsGradient, weightsOf } from './correlation.js';
import type { Kept, Machine } from './machine.js';
import { type Prepared, place } from './prepare.js';

/** A correlation that gives every so many cells of an input gradient: those from `first` on, `step` apart. */
export interface GradientPart {
  readonly correlation: Correlation;
  readonly first: Triple;
  readonly step: Triple;
}

/**
 * ∂L/∂x̂[i] = Σ G[(i − k·dilation) / stride] · kernel[k]. With k' = K − 1 − k this is a correlation of stride 1 over the
 * axis p = i + k'·dilation, on which cell p shows G[(p − (K − 1)·dilation) / stride] where that is a cell of G, else 0. With a stride
 * only every so many of these are cells of G: cells i that are a stride apart see them under the same taps, and under no others. So
 * each of these sets of cells is a correlation of its own with its part of the kernel, without such zeros. Where there is a
 * dilation too, the zeros stay.
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
  /** places in the kernel */
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
      weights: weightsOf(g, kernel, (axis, tap) => axes[axis].taps[tap]),
    },
  };
}

/** A part, and in bytes where in the whole its first cell lies, and how far apart its cells are along each axis. */
interface PreparedPart {
  readonly p: Prepared;
  readonly begin: number;
  readonly steps: Triple;
}

/** The parts of an input gradient that have taps. */
export interface PreparedGradient extends Kept {
  readonly parts: readonly PreparedPart[];
  /** sizes of the whole: of x, or of the padded x */
  readonly target: Triple;
  /** every cell is in one of them */
  readonly complete: boolean;
  /** of the largest */
  readonly packedBytes: number;
  readonly stripBytes: number;
  readonly outputBytes: number;
}

export function prepareGradient(machine: Machine, g: ConvGeometry): PreparedGradient {
  return machine.keep(`convInputGradient ${g.key}`, () => {
    const all = inputGradientParts(g);
    const target = foldsGradient(g) ? (g.input.map((n, axis) => n + g.before[axis] + g.after[axis]) as unknown as Triple) : g.input;
    const bytes = [4 * target[1] * target[2], 4 * target[2], 4];
    const parts = all
      .filter(({ correlation }) => sizeOf(correlation.kernel) > 0)
      .map(({ correlation, first, step }) => ({
        p: place(machine, correlation),
        begin: first.reduce((sum, at, axis) => sum + at * bytes[axis], 0),
        steps: step.map((cells, axis) => cells * bytes[axis]) as unknown as Triple,
      }));
    const most = (of: (p: Prepared) => number) => Math.max(0, ...parts.map(({ p }) => of(p)));
    return {
      parts,
      target,
      complete: parts.length === all.length,
      packedBytes: most(({ packedBytes }) => packedBytes),
      stripBytes: most(({ stripBytes }) => stripBytes),
      outputBytes: most(({ correlation: { batch, groups, outChannels, output } }) => 4 * batch * groups * outChannels * sizeOf(output)),
      allocations: parts.flatMap(({ p }) => p.allocations),
    };
  });
}

import { ShapeError, show } from '../../errors.js';
import { checkOptions, type OptionsOf, type Rows } from '../../options.js';
import { sizeOf, type Tensor } from '../../tensor.js';
import type { Backend } from '../backend.js';
import { defaultBackend, RUN_OPTIONS } from '../backends/create.js';
import { depthwiseKernel } from '../depthwise.js';
import { CONV_OPTIONS, type ConvGeometry, convGeometry } from '../geometry.js';
import { ALGORITHM, type Algorithm, type Alternative, type Plan, plan } from './plan.js';

/** A plan, and what it says in words. */
export interface Explanation extends Plan {
  /** Several lines: the convolution, the choice and its reason, and all algorithms with what they would cost. */
  readonly text: string;
}

/** Rows of {@link ExplainOptions}. */
export const EXPLAIN_OPTIONS = {
  ...CONV_OPTIONS,
  /** Explain what this one would do. Default `'auto'`. */
  algorithm: ALGORITHM,
  /** Default: the one that `conv` would use. */
  backend: RUN_OPTIONS.backend,
} satisfies Rows;

/** Options of {@link explain}: those of `conv` that decide how it is computed. */
export interface ExplainOptions extends OptionsOf<typeof EXPLAIN_OPTIONS> {}

const NAMES = { direct: 'direct', sparse: 'sparse', separable: 'separable', runningSum: 'running sum', fft: 'FFT' } as const;

/**
 * Which algorithm `conv` would choose for a kernel, what it is predicted to cost beside the others, and why. Computes nothing.
 *
 * @param kernel a window `[k]`, `[kH, kW]` or `[kD, kH, kW]` that slides over every channel, as in `filter`;
 * or `[Cout, Cin / groups, ...k]`, as `conv` takes it
 * @param shape `[N, C, ...spatial]`; for a window along one or two axes also `[W]` or `[H, W]`
 * @param options as for `conv`
 * @throws ShapeError or OptionError as `conv` does
 * @example
 * ```ts
 * import { box, explain } from 'convlab';
 *
 * const { algorithm, text } = await explain(box(15), [1080, 1920], { padding: 'same' });
 * console.log(algorithm); // runningSum
 * console.log(text);
 * ```
 */
export async function explain(kernel: Tensor, shape: readonly number[], options: ExplainOptions = {}): Promise<Explanation> {
  checkOptions('explain', options, EXPLAIN_OPTIONS);
  const { backend = await defaultBackend(), algorithm, ...geometryOptions } = options;
  const { x, full, groups } = lift(kernel, shape);
  const geometry = convGeometry(x, full.shape, { ...(groups === undefined ? {} : { groups }), ...geometryOptions }, 'explain');
  return explainGeometry(full, geometry, backend, algorithm);
}

/** The same for a convolution whose options are settled. @param kernel `geometry.kernelShape` */
export function explainGeometry(kernel: Tensor, geometry: ConvGeometry, backend: Backend, algorithm?: Algorithm | 'auto'): Explanation {
  const planned = plan(kernel, geometry, backend, algorithm, 'explain');
  return { ...planned, text: describe(planned, geometry, backend) };
}

/** Puts a window and a shape as a learner writes them into those of `conv`. */
function lift(kernel: Tensor, shape: readonly number[]): { x: readonly number[]; full: Tensor; groups?: number } {
  if (!(kernel?.data instanceof Float32Array) || !Array.isArray(kernel.shape) || !Array.isArray(shape)) {
    throw new ShapeError('explain', `expects a kernel and a shape, received ${show(kernel)} and ${show(shape)}`, { kernel, shape });
  }
  const rank = kernel.shape.length;
  if (shape.length === rank && rank >= 3) return { x: shape, full: kernel };
  if (shape.length !== rank && shape.length !== rank + 2) {
    throw new ShapeError('explain', `a kernel ${show(kernel.shape)} does not go with a shape ${show(shape)}`, { kernel: kernel.shape, shape });
  }
  const x = shape.length === rank ? [1, 1, ...shape] : shape;
  const channels = x[1];
  return { x, full: depthwiseKernel(kernel, channels), groups: channels };
}

function describe({ algorithm, why, alternatives }: Plan, g: ConvGeometry, backend: Backend): string {
  const size = (shape: readonly number[]) => shape.join(' × ');
  const rows = alternatives.map((alternative) => [
    `${alternative.algorithm === algorithm ? '→' : ' '} ${NAMES[alternative.algorithm]}`,
    alternative.possible ? time(alternative.cost) : '–',
    alternative.possible ? work(alternative, g) : `not possible: ${alternative.whyNot}`,
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return [
    `A kernel of ${size(g.kernel.slice(3 - g.rank))} on ${show(g.xShape)} gives ${show(g.outShape)}. Backend: ${backend.device}.`,
    `${NAMES[algorithm]}, because ${why}.`,
    '',
    ...rows.map(([name, cost, what]) => `${name.padEnd(widths[0])}  ${cost.padStart(widths[1])}  ${what}`),
    '',
    'Times are predicted, for one thread of the machine that the model was measured on; their ratios are what decides.',
  ].join('\n');
}

/** What an algorithm does for one output, where that can be said. */
function work({ algorithm, multiplyAdds, passes }: Alternative & { possible: true }, g: ConvGeometry): string {
  const each = multiplyAdds / sizeOf(g.outShape);
  const count = each < 10 ? Number(each.toFixed(1)) : Math.round(each);
  switch (algorithm) {
    case 'direct':
      return `${count} multiply-adds for each output: every weight`;
    case 'sparse':
      return `${count} multiply-adds for each output: the weights that are not zero`;
    case 'separable':
      return `${count} multiply-adds for each output, in ${passes.length} passes`;
    case 'runningSum':
      return `about ${count} additions for each output, whatever the size of the window`;
    case 'fft':
      return `about ${count} multiply-adds for each output, most of them for the transforms`;
  }
}

function time(milliseconds: number): string {
  return milliseconds < 1 ? `${Number((1000 * milliseconds).toPrecision(2))} µs` : `${Number(milliseconds.toPrecision(2))} ms`;
}

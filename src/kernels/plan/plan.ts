import { OptionError } from '../../errors.js';
import { oneOf, option } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import type { Backend } from '../backend.js';
import type { ConvGeometry } from '../geometry.js';
import { multiplyAdds, predict } from './cost.js';
import { fftTiles } from './fft-tiles.js';
import type { Pass } from './pass.js';
import { inWords, type Reason } from './reason.js';
import { separablePasses } from './separable.js';

/**
 * How one convolution can be computed. All give the result of `direct` but for the rounding of float32:
 * - `direct`: the definition, every product of every window;
 * - `sparse`: weights of zero are left out, and so is what lies under them: where `direct` gives 0 · NaN = NaN, it does not;
 * - `separable`: a kernel that is a product of one-dimensional kernels, or a sum of a few such products, as one pass an
 *   axis; the kernel is met to 1e-6 of its largest singular value;
 * - `runningSum`: a box of any size, at a cost that does not depend on it; fewer roundings than `direct`;
 * - `fft`: by Fourier transform, for large dense kernels; the error is a few 1e-7 of the largest Σ |x · kernel| nearby.
 */
export type Algorithm = (typeof ALGORITHMS)[number];
/** Every {@link Algorithm}. */
export const ALGORITHMS = ['direct', 'sparse', 'separable', 'runningSum', 'fft'] as const;

/** The option that names one, or leaves the choice to the plan. */
export const ALGORITHM = option(oneOf(['auto', ...ALGORITHMS]), { default: 'auto', help: 'how it is computed; auto: the cheapest, see "convlab explain"' });

/** One algorithm that was considered. */
export type Alternative = {
  readonly algorithm: Algorithm;
} & (
  | {
      readonly possible: true;
      /** predicted milliseconds, see cost.ts */
      readonly cost: number;
      /** a whole call's, over all passes */
      readonly multiplyAdds: number;
      readonly passes: readonly Pass[];
    }
  | { readonly possible: false; readonly whyNot: string; readonly reason: Reason }
);

/** The algorithm that was chosen for one convolution, and why. */
export interface Plan {
  readonly algorithm: Algorithm;
  /** predicted milliseconds */
  readonly cost: number;
  /** completes "… because" */
  readonly why: string;
  /** the same as data */
  readonly reason: Reason;
  readonly passes: readonly Pass[];
  /** all of {@link ALGORITHMS}, the chosen one too; the cheapest first, the impossible ones last */
  readonly alternatives: readonly Alternative[];
}

/** Where costs are close the more exact algorithm is taken: `direct` before all others, `fft` after them. */
const HANDICAP: Readonly<Record<Algorithm, number>> = { direct: 0.9, sparse: 1, separable: 1, runningSum: 1, fft: 1.1 };

/** Milliseconds that planning itself may take: for less work than that the plan is `direct`. */
const PLANNING = 0.1;

/**
 * Looks at the values of a kernel and chooses the algorithm. For calls whose kernel stays what it is: a network, whose
 * kernels change with every step, runs `direct`.
 * @param algorithm one of {@link ALGORITHMS}, or `'auto'`: the one that is predicted to be cheapest
 * @throws OptionError if the algorithm cannot compute this convolution, with the reason
 */
export function plan(kernel: Tensor, geometry: ConvGeometry, backend: Backend, algorithm: Algorithm | 'auto' = 'auto', operation = 'conv'): Plan {
  const weights = readWeights(kernel.data, geometry.outChannels);
  const alternatives = ALGORITHMS.map((name) => consider(name, kernel.data, geometry, backend, weights)).sort((a, b) => costOf(a) - costOf(b));
  const because: Reason | undefined = algorithm === 'auto' ? whyDirect(kernel.data, geometry, backend) : { name: 'asked' };
  const wanted = algorithm !== 'auto' ? algorithm : because ? 'direct' : best(alternatives);
  const chosen = alternatives.find((alternative) => alternative.algorithm === wanted) as Alternative;
  if (!chosen.possible) {
    const possible = ALGORITHMS.filter((name) => alternatives.some((each) => each.algorithm === name && each.possible)).join(', ');
    throw new OptionError(operation, 'algorithm', `does not go with this kernel: ${chosen.whyNot} (${possible} would)`, algorithm);
  }
  const reason = because ?? advantage(chosen, geometry);
  return { algorithm: wanted, cost: chosen.cost, why: inWords(reason), reason, passes: chosen.passes, alternatives };
}

/** The passes of the plan. */
export function planPasses(kernel: Tensor, geometry: ConvGeometry, backend: Backend, algorithm?: Algorithm | 'auto', operation?: string): readonly Pass[] {
  const obvious = (algorithm ?? 'auto') === 'auto' && whyDirect(kernel.data, geometry, backend);
  return obvious ? [directPass(kernel.data, geometry)] : plan(kernel, geometry, backend, algorithm, operation).passes;
}

/** Why nothing but `direct` needs to be considered. */
function whyDirect(kernel: Float32Array, geometry: ConvGeometry, backend: Backend): Reason | undefined {
  if (backend.name === 'reference') return { name: 'definition' };
  return predict(directPass(kernel, geometry)) < PLANNING ? { name: 'little' } : undefined;
}

function directPass(kernel: Float32Array, geometry: ConvGeometry): Pass {
  return { program: 'conv', geometry, kernel };
}

interface Weights {
  readonly finite: boolean;
  readonly zeros: boolean;
  /** those of every output channel are equal */
  readonly equal: boolean;
}

function readWeights(kernel: Float32Array, outChannels: number): Weights {
  const size = kernel.length / outChannels;
  let [finite, zeros, equal] = [true, false, true];
  for (let from = 0; from < kernel.length; from += size) {
    for (let i = from; i < from + size; i++) {
      if (!Number.isFinite(kernel[i])) finite = false;
      if (kernel[i] === 0) zeros = true;
      if (kernel[i] !== kernel[from]) equal = false;
    }
  }
  return { finite, zeros, equal };
}

function consider(algorithm: Algorithm, kernel: Float32Array, geometry: ConvGeometry, backend: Backend, weights: Weights): Alternative {
  const passes = passesOf(algorithm, kernel, geometry, backend, weights);
  if ('whyNot' in passes) return { algorithm, possible: false, whyNot: inWords(passes.whyNot), reason: passes.whyNot };
  const total = (measure: (pass: Pass) => number) => passes.reduce((sum, pass) => sum + measure(pass), 0);
  return { algorithm, possible: true, cost: total(predict), multiplyAdds: total(multiplyAdds), passes };
}

type Passes = readonly Pass[] | { readonly whyNot: Reason };

function passesOf(algorithm: Algorithm, kernel: Float32Array, geometry: ConvGeometry, backend: Backend, { finite, zeros, equal }: Weights): Passes {
  const by = (program: Pass['program']): Passes =>
    backend[program] ? [{ program, geometry, kernel }] : { whyNot: { name: 'noProgram', values: { backend: backend.name } } };
  switch (algorithm) {
    case 'direct':
      return by('conv');
    case 'sparse':
      return zeros ? by('convSparse') : { whyNot: { name: 'noZeros' } };
    case 'separable':
      return finite ? separablePasses(geometry, kernel) : NOT_FINITE;
    case 'runningSum':
      if (!finite) return NOT_FINITE;
      if (!equal) return { whyNot: { name: 'unequal' } };
      return geometry.kernelShape[1] === 1 ? by('convRunningSum') : { whyNot: { name: 'addsUp', values: { n: geometry.kernelShape[1] } } };
    case 'fft':
      if (!finite) return NOT_FINITE;
      return fftTiles(geometry) ? by('convFft') : { whyNot: { name: 'spectra' } };
  }
}

const NOT_FINITE: Passes = { whyNot: { name: 'notFinite' } };

function advantage({ algorithm, passes }: Alternative & { possible: true }, geometry: ConvGeometry): Reason {
  const size = geometry.kernel.slice(3 - geometry.rank).join(' × ');
  switch (algorithm) {
    case 'direct':
      return { name: 'cheapest' };
    case 'sparse':
      return { name: 'zeros' };
    case 'separable': {
      const n = passes[0].geometry.outChannels / geometry.outChannels;
      const kernels = passes.map((pass) => pass.geometry.kernel.slice(3 - geometry.rank).join(' × '));
      return { name: n === 1 ? 'product' : 'products', values: { size, n, passes: kernels } };
    }
    case 'runningSum':
      return { name: 'equal' };
    case 'fft':
      return { name: 'large', values: { size } };
  }
}

function best(alternatives: readonly Alternative[]): Algorithm {
  const handicapped = (alternative: Alternative) => HANDICAP[alternative.algorithm] * costOf(alternative);
  return alternatives.reduce((least, alternative) => (handicapped(alternative) < handicapped(least) ? alternative : least)).algorithm;
}

function costOf(alternative: Alternative): number {
  return alternative.possible ? alternative.cost : Number.POSITIVE_INFINITY;
}

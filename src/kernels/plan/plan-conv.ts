import { OptionError } from '../../errors.js';
import { sizeOf, type Tensor } from '../../tensor.js';
import type { Backend } from '../backend.js';
import type { ConvGeometry } from '../geometry.js';
import type { ConvProgram } from '../job.js';
import { MOST_VALUES } from './blocks.js';
import { ALGORITHMS, type Algorithm, type Alternative, type ConvPlan, LazyPlan } from './conv-plan.js';
import { multiplyAdds, predict } from './cost.js';
import { fftTiles } from './fft-tiles.js';
import type { Pass } from './pass.js';
import { inWords, type Reason } from './reason.js';
import { separablePasses } from './separable.js';

/** If costs are close, the more accurate algorithm is chosen: `direct` before all others, `fft` after them. */
const HANDICAP: Readonly<Record<Algorithm, number>> = { direct: 0.9, sparse: 1, separable: 1, runningSum: 1, fft: 1.1 };

/** Milliseconds that planning takes; for less work, the plan is `direct` without a comparison. */
const PLANNING = 0.1;

/**
 * Chooses the algorithm for float planes from the values of a kernel. For calls with a constant kernel: networks,
 * whose kernels change with every step, run `direct`.
 * @param kernel `geometry.kernelShape`
 * @param algorithm one of {@link ALGORITHMS}, or `'auto'`: the one with the lowest predicted cost
 * @throws OptionError if the algorithm cannot compute this convolution, with the reason
 */
export function planConv(kernel: Tensor, geometry: ConvGeometry, backend: Backend, algorithm: Algorithm | 'auto' = 'auto', operation = 'conv'): ConvPlan {
  const direct = algorithm === 'auto' ? whyDirect(kernel.data, geometry, backend) : undefined;
  let found: readonly Considered[] | undefined;
  const considered = () => (found ??= considerAll(kernel.data, geometry, backend));
  if (direct) return planOverPlanes('direct', [directPass(kernel.data, geometry)], direct, geometry, considered);
  const wanted = algorithm === 'auto' ? best(considered()) : algorithm;
  const chosen = considered().find((each) => each.algorithm === wanted) as Considered;
  if ('whyNot' in chosen) {
    const possible = considered().flatMap((each) => ('whyNot' in each ? [] : each.algorithm));
    const inOrder = ALGORITHMS.filter((name) => possible.includes(name)).join(', ');
    throw new OptionError(operation, 'algorithm', `cannot compute this kernel: ${inWords(chosen.whyNot)}; use one of ${inOrder}`, wanted);
  }
  const reason: Reason = algorithm === 'auto' ? advantage(chosen, geometry) : { name: 'asked' };
  return planOverPlanes(wanted, chosen.passes, reason, geometry, considered);
}

/** The passes of one algorithm, or the reason why it cannot be used. */
type Considered = { readonly algorithm: Algorithm } & ({ readonly passes: readonly Pass[]; readonly cost: number } | { readonly whyNot: Reason });

function planOverPlanes(
  algorithm: Algorithm,
  passes: readonly Pass[],
  reason: Reason,
  geometry: ConvGeometry,
  considered: () => readonly Considered[],
): ConvPlan {
  const decided = { algorithm, through: 'planes', arithmetic: 'float32', geometry, reason, passes } as const;
  return new LazyPlan(
    decided,
    () => costOf(passes),
    () => considered().map(toAlternative),
  );
}

function toAlternative(each: Considered): Alternative {
  const way = { algorithm: each.algorithm, through: 'planes', arithmetic: 'float32' } as const;
  if ('whyNot' in each) return { ...way, possible: false, reason: each.whyNot, whyNot: inWords(each.whyNot) };
  const { passes, cost } = each;
  const total = passes.reduce((sum, pass) => sum + multiplyAdds(pass), 0);
  // excluding the tensors' own buffers; large tensors run in blocks
  const between = passes.slice(0, -1).reduce((sum, { geometry }) => sum + sizeOf(geometry.outShape), 0);
  return { ...way, possible: true, cost, memory: 4 * Math.min(between, MOST_VALUES), multiplyAdds: total, passes: passes.length };
}

/** The reason why only `direct` is considered. */
function whyDirect(kernel: Float32Array, geometry: ConvGeometry, { abilities }: Backend): Reason | undefined {
  if (abilities.definition) return { name: 'definition' };
  return predict(directPass(kernel, geometry)) < PLANNING ? { name: 'little' } : undefined;
}

function directPass(kernel: Float32Array, geometry: ConvGeometry): Pass {
  return { program: 'direct', geometry, kernel };
}

interface WeightFacts {
  readonly finite: boolean;
  readonly zeros: boolean;
  /** the weights of each output channel are equal */
  readonly equal: boolean;
}

function readWeights(kernel: Float32Array, outChannels: number): WeightFacts {
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

/** All algorithms, cheapest first, impossible ones last. */
function considerAll(kernel: Float32Array, geometry: ConvGeometry, backend: Backend): readonly Considered[] {
  const facts = readWeights(kernel, geometry.outChannels);
  return ALGORITHMS.map((algorithm): Considered => {
    const passes = passesOf(algorithm, kernel, geometry, backend, facts);
    return 'whyNot' in passes ? { algorithm, whyNot: passes.whyNot } : { algorithm, passes, cost: costOf(passes) };
  }).sort((a, b) => predicted(a) - predicted(b));
}

type Passes = readonly Pass[] | { readonly whyNot: Reason };

function passesOf(algorithm: Algorithm, kernel: Float32Array, geometry: ConvGeometry, backend: Backend, { finite, zeros, equal }: WeightFacts): Passes {
  const by = (program: ConvProgram): Passes =>
    backend.abilities.programs.includes(program) ? [{ program, geometry, kernel }] : { whyNot: { name: 'noProgram', values: { backend: backend.name } } };
  switch (algorithm) {
    case 'direct':
      return by('direct');
    case 'sparse':
      return zeros ? by('sparse') : { whyNot: { name: 'noZeros' } };
    case 'separable':
      return finite ? separablePasses(geometry, kernel) : NOT_FINITE;
    case 'runningSum':
      if (!finite) return NOT_FINITE;
      if (!equal) return { whyNot: { name: 'unequal' } };
      return geometry.kernelShape[1] === 1 ? by('runningSum') : { whyNot: { name: 'addsUp', values: { n: geometry.kernelShape[1] } } };
    case 'fft':
      if (!finite) return NOT_FINITE;
      return fftTiles(geometry) ? by('fft') : { whyNot: { name: 'spectra' } };
    default:
      return algorithm satisfies never;
  }
}

const NOT_FINITE: Passes = { whyNot: { name: 'notFinite' } };

function advantage({ algorithm, passes }: { readonly algorithm: Algorithm; readonly passes: readonly Pass[] }, geometry: ConvGeometry): Reason {
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
    default:
      return algorithm satisfies never;
  }
}

function best(considered: readonly Considered[]): Algorithm {
  const handicapped = (each: Considered) => HANDICAP[each.algorithm] * predicted(each);
  return considered.reduce((least, each) => (handicapped(each) < handicapped(least) ? each : least)).algorithm;
}

function predicted(each: Considered): number {
  return 'whyNot' in each ? Number.POSITIVE_INFINITY : each.cost;
}

function costOf(passes: readonly Pass[]): number {
  return passes.reduce((sum, pass) => sum + predict(pass), 0);
}

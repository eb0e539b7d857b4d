import { sizeOf } from '../../../../tensor.js';
import { borderTable } from '../../../border.js';
import type { ConvGeometry, Triple } from '../../../geometry.js';
import { NOWHERE } from '../address.js';
import type { Tables } from '../tables.js';
import type { Steps } from '../turns.js';
import { foldsGradient } from './correlation-spec.js';
import { packWeights, prepareWinograd, runCorrelation } from './correlations.js';
import { storeGradient } from './input-gradient.js';
import { storeForward } from './stored-correlation.js';
import { clear, type Floats, isLinear, NS, productsOf, type RunOnThree } from './work.js';

/**
 * The kernel gradient is summed in this many parts regardless of the number of threads, so the bits do not depend on
 * it.
 */
const GRADIENT_CHUNKS = 16;
/** Maximum weights of a kernel to sum in parts. For larger ones, a sum per part takes too much memory: threads share output channels, GRADIENT_CHANNELS at a time. */
const LARGE_KERNEL = 65536;
const GRADIENT_CHANNELS = 16;

/** @returns a function of gradient, kernel and out */
export function prepareInputGradient(tables: Tables, g: ConvGeometry): RunOnThree {
  const { machine } = tables;
  const work = productsOf(g);
  if (isLinear(g)) {
    const inputs = g.inChannels * sizeOf(g.kernel);
    const [stepI, stepP, I, J, P] = [g.outChannels, 1, g.batch, inputs, g.outChannels];
    const workload = { units: inputs, step: 8, work };
    return (gradient, kernel, out) => machine.perform('stridedByRows', { a: gradient, stepI, stepP, b: kernel, out, I, J, P }, workload);
  }
  const { parts, target, complete, packedBytes, stripBytes, outputBytes } = storeGradient(tables, g);
  const fold = foldsGradient(g) ? prepareFold(tables, g, target) : undefined;
  const alone = parts.length === 1 && complete;
  const order = { coutStep: 9, cinStep: 9 * g.inChannels, reverse: !g.flip };
  const byTiles = alone && !fold ? prepareWinograd(tables, parts[0].stored, order) : undefined;
  const planes = g.batch * g.inChannels;
  const plane = 4 * sizeOf(target);
  return function* (gradient, kernel, out) {
    if (byTiles && (yield* byTiles({ x: gradient, kernel, bias: NOWHERE, out }))) return;
    const scratch = machine.scratchFor([packedBytes, alone ? 0 : outputBytes, fold ? planes * plane : 0], [stripBytes]);
    const [packed, part, unfolded] = scratch.common;
    const whole = fold ? unfolded : out;
    if (!complete) yield* clear(machine, whole, planes * plane);
    for (const { stored, begin, steps } of parts) {
      yield* packWeights(machine, g, stored, kernel, packed, true);
      const task = { correlation: stored.address, x: gradient, packed, sparse: false, bias: NOWHERE, out: alone ? whole : part };
      yield* runCorrelation(machine, stored, scratch, task, work / parts.length);
      if (alone) continue;
      const [[PD, PH, PW], [stepD, stepH, stepW]] = [stored.spec.output, steps];
      yield* machine.perform(
        'spread',
        { part, out: (whole + begin) as Floats, plane, PD, PH, PW, stepD, stepH, stepW },
        { units: planes, work: NS.spread * planes * sizeOf(stored.spec.output) },
      );
    }
    if (fold) yield* fold(unfolded, out);
  };
}

/** Adds the gradients of padded cells to the cells that they show. @param target sizes of the padded planes */
function prepareFold(tables: Tables, g: ConvGeometry, target: Triple): (padded: Floats, out: Floats) => Steps<boolean> {
  const [tableD, tableH, tableW] = ([0, 1, 2] as const).map((axis) => tables.store(borderTable(g, axis)));
  const [[PD, PH, PW], [D, H, W]] = [target, g.input];
  const planes = g.batch * g.inChannels;
  const workload = { units: planes, work: 2 * NS.value * planes * sizeOf(target) };
  return (padded, out) => tables.machine.perform('fold', { padded, out, tableD, tableH, tableW, PD, PH, PW, D, H, W }, workload);
}

/** @returns a function of x, gradient and out */
export function prepareKernelGradient(tables: Tables, g: ConvGeometry): RunOnThree {
  const { machine } = tables;
  const work = productsOf(g);
  if (isLinear(g)) {
    const inputs = g.inChannels * sizeOf(g.kernel);
    const [stepI, stepP, I, J, P] = [1, g.outChannels, g.outChannels, inputs, g.batch];
    const workload = { units: inputs, step: 8, work };
    return (x, gradient, out) => machine.perform('stridedByRows', { a: gradient, stepI, stepP, b: x, out, I, J, P }, workload);
  }
  const stored = storeForward(tables, g);
  const length = sizeOf(g.kernelShape);
  const large = length > LARGE_KERNEL;
  const chunks = large ? 1 : Math.min(GRADIENT_CHUNKS, stored.strips);
  const blocks = large ? Math.ceil(g.outChannels / g.groups / GRADIENT_CHANNELS) : 1;
  const summing = { units: length, step: 4, work: NS.value * chunks * length };
  return function* (x, gradient, out) {
    const scratch = machine.scratchFor([chunks > 1 ? 4 * chunks * length : 0], [stored.stripBytes, stored.gradientRowBytes]);
    const [[parts], [, rowsAt]] = [scratch.common, scratch.each];
    const sums = chunks > 1 ? parts : out;
    const task = { correlation: stored.address, x, gradient, sums, reverse: g.flip, chunks, blocks, rowsAt };
    yield* machine.perform('kernelGradient', task, { scratch, units: chunks * blocks, work });
    if (chunks > 1) yield* machine.perform('sumChunks', { sums, chunks, length, out }, summing);
  };
}

export function prepareBiasGradient({ machine }: Tables, g: ConvGeometry): (gradient: Floats, out: Floats) => Steps<boolean> {
  const [batch, channels, area] = [g.batch, g.outChannels, sizeOf(g.output)];
  const workload = { units: g.outChannels, work: NS.value * sizeOf(g.outShape) };
  return (gradient, out) => machine.perform('biasGradient', { gradient, out, batch, channels, area }, workload);
}

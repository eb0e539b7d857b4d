import { sizeOf } from '../../../../tensor.js';
import { borderTable } from '../../../border.js';
import type { ConvGeometry, Triple } from '../../../geometry.js';
import { NOWHERE } from '../address.js';
import type { Machine } from '../machine.js';
import { foldsGradient } from './correlation-spec.js';
import { packWeights, runCorrelation, tryWinograd } from './correlations.js';
import { keepGradient } from './input-gradient.js';
import { keepForward } from './stored-correlation.js';
import { type Floats, isLinear, NS, productsOf } from './work.js';

/** The kernel's gradient is summed in this many parts on any number of threads: the same bits for each. */
const GRADIENT_CHUNKS = 16;
/** Larger kernels take too much memory for a sum per part: instead, threads share output channels, this many at a time. */
const LARGE_KERNEL = 65536;
const GRADIENT_CHANNELS = 16;

/** See Backend.convInputGradient. */
export function runInputGradient(machine: Machine, g: ConvGeometry, gradient: Floats, kernel: Floats, out: Floats): void {
  const work = productsOf(g);
  if (isLinear(g)) {
    const inputs = g.inChannels * sizeOf(g.kernel);
    const task = { a: gradient, stepI: g.outChannels, stepP: 1, b: kernel, out, I: g.batch, J: inputs, P: g.outChannels };
    machine.share('stridedByRows', task, { units: inputs, step: 8, work });
    return;
  }
  const { parts, target, complete, packedBytes, stripBytes, outputBytes } = keepGradient(machine, g);
  const folds = foldsGradient(g);
  const alone = parts.length === 1 && complete;
  if (alone && !folds) {
    const order = { coutStep: 9, cinStep: 9 * g.inChannels, reverse: !g.flip };
    if (tryWinograd(machine, `convInputGradient ${g.key}`, parts[0].stored, order, { x: gradient, kernel, bias: NOWHERE, out })) return;
  }

  const planes = g.batch * g.inChannels;
  const plane = 4 * sizeOf(target);
  const scratch = machine.scratchFor([packedBytes, alone ? 0 : outputBytes, folds ? planes * plane : 0], [stripBytes]);
  const [packed, part, unfolded] = scratch.common;
  const whole = folds ? unfolded : out;
  if (!complete) machine.run.clear(whole, planes * plane);
  for (const { stored, begin, steps } of parts) {
    packWeights(machine, g, stored, kernel, packed, true);
    const task = { correlation: stored.address, x: gradient, packed, sparse: false, bias: NOWHERE, out: alone ? whole : part };
    runCorrelation(machine, stored, scratch, task, work / parts.length);
    if (alone) continue;
    const [[PD, PH, PW], [stepD, stepH, stepW]] = [stored.spec.output, steps];
    machine.share(
      'spread',
      { part, out: (whole + begin) as Floats, plane, PD, PH, PW, stepD, stepH, stepW },
      { units: planes, work: NS.spread * planes * sizeOf(stored.spec.output) },
    );
  }
  if (folds) fold(machine, g, target, unfolded, out);
}

/** @param target sizes of the padded planes */
function fold(machine: Machine, g: ConvGeometry, target: Triple, padded: Floats, out: Floats): void {
  const { tables } = machine.keep(`border ${g.key}`, () => {
    const tables = ([0, 1, 2] as const).map((axis) => machine.store(borderTable(g, axis)));
    return { tables, allocations: tables };
  });
  const [[tableD, tableH, tableW], [PD, PH, PW], [D, H, W]] = [tables, target, g.input];
  const planes = g.batch * g.inChannels;
  machine.share('fold', { padded, out, tableD, tableH, tableW, PD, PH, PW, D, H, W }, { units: planes, work: 2 * NS.value * planes * sizeOf(target) });
}

/** See Backend.convKernelGradient. */
export function runKernelGradient(machine: Machine, g: ConvGeometry, x: Floats, gradient: Floats, out: Floats): void {
  const work = productsOf(g);
  if (isLinear(g)) {
    const inputs = g.inChannels * sizeOf(g.kernel);
    const task = { a: gradient, stepI: 1, stepP: g.outChannels, b: x, out, I: g.outChannels, J: inputs, P: g.batch };
    machine.share('stridedByRows', task, { units: inputs, step: 8, work });
    return;
  }
  const stored = keepForward(machine, g);
  const length = sizeOf(g.kernelShape);
  const large = length > LARGE_KERNEL;
  const chunks = large ? 1 : Math.min(GRADIENT_CHUNKS, stored.strips);
  const blocks = large ? Math.ceil(g.outChannels / g.groups / GRADIENT_CHANNELS) : 1;
  const scratch = machine.scratchFor([chunks > 1 ? 4 * chunks * length : 0], [stored.stripBytes, stored.gradientRowBytes]);
  const [[parts], [, rowsAt]] = [scratch.common, scratch.each];
  const sums = chunks > 1 ? parts : out;
  const task = { correlation: stored.address, x, gradient, sums, reverse: g.flip, chunks, blocks, rowsAt };
  machine.share('kernelGradient', task, { scratch, units: chunks * blocks, work });
  if (chunks > 1) machine.share('sumChunks', { sums, chunks, length, out }, { units: length, step: 4, work: NS.value * chunks * length });
}

/** See Backend.convBiasGradient. */
export function runBiasGradient(machine: Machine, g: ConvGeometry, gradient: Floats, out: Floats): void {
  const task = { gradient, out, batch: g.batch, channels: g.outChannels, area: sizeOf(g.output) };
  machine.share('biasGradient', task, { units: g.outChannels, work: NS.value * sizeOf(g.outShape) });
}

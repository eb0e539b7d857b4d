import { sizeOf } from '../../../../tensor.js';
import type { ConvGeometry } from '../../../geometry.js';
import type { Machine, Scratch } from '../machine.js';
import { type CorrelateTask, WINOGRAD_GAP, WINOGRAD_POINTS } from '../records.generated.js';
import type { Tables } from '../tables.js';
import type { Steps } from '../turns.js';
import { ceil4 } from './correlation-spec.js';
import type { StoredCorrelation } from './stored-correlation.js';
import { areFinite, type ConvOperands, type Floats, NS } from './work.js';

// Objects are written out here, because spreading one takes longer than a small layer.

/** Runs a correlation over all its strips. @param work see Workload */
export function runCorrelation(machine: Machine, { strips }: StoredCorrelation, scratch: Scratch, task: CorrelateTask, work: number): Steps<boolean> {
  return machine.perform('correlate', task, { scratch, units: strips, work });
}

/** Orders the weights of a kernel for a correlation. @param transposed input and output channels are exchanged, for the input gradient */
export function packWeights(machine: Machine, g: ConvGeometry, stored: StoredCorrelation, kernel: Floats, packed: Floats, transposed: boolean): Steps<boolean> {
  const { inChannels, outChannels } = stored.spec;
  const window = sizeOf(g.kernel);
  const perOutput = (g.inChannels / g.groups) * window;
  const task = {
    kernel,
    packed,
    outChannels,
    inChannels,
    taps: sizeOf(stored.spec.kernel),
    groupStep: inChannels * outChannels * window,
    coutStep: transposed ? window : perOutput,
    cinStep: transposed ? perOutput : window,
    places: stored.weights,
  };
  return machine.perform('packKernel', task, { units: g.groups, work: (NS.value * stored.packedBytes) / 4 });
}

/**
 * The layout of 3 × 3 windows in a kernel: distances, in weights, between output channels and between input channels of
 * the correlation.
 */
export interface WindowOrder {
  readonly coutStep: number;
  readonly cinStep: number;
  /** windows are read in reverse */
  readonly reverse: boolean;
}

/**
 * A correlation by Winograd tiles.
 * @returns undefined if sums of products are cheaper; otherwise a function that returns false if a value is not finite,
 * which would affect a whole tile
 */
export function prepareWinograd(tables: Tables, stored: StoredCorrelation, order: WindowOrder): ((operands: ConvOperands) => Steps<boolean>) | undefined {
  const { spec, winograd } = stored;
  if (!winograd) return undefined;
  const { machine } = tables;
  const { batch, inChannels, outChannels, input, output } = spec;
  const { tileRows, tiles } = winograd;
  const { coutStep, cinStep, reverse } = order;
  const offsets = tables.store(Int32Array.from({ length: inChannels }, (_, i) => 4 * i * tiles));
  const points = (channels: number) => WINOGRAD_POINTS * (4 * channels * tiles + WINOGRAD_GAP);
  const packedBytes = 4 * WINOGRAD_POINTS * ceil4(outChannels) * inChannels;
  const scratchBytes = [stored.stripBytes, points(inChannels), points(ceil4(outChannels))];
  const [values, weights, products] = [batch * inChannels * sizeOf(input), inChannels * outChannels * 9, WINOGRAD_POINTS * inChannels * outChannels];
  const transforms = { units: ceil4(outChannels) / 4, work: products };
  const units = batch * output[0] * Math.ceil(output[1] / (2 * tileRows));
  const work = NS.product * products * batch * output[0] * Math.ceil(output[1] / 2) * (tiles / tileRows);
  return function* ({ x, kernel, bias, out }) {
    if (!(yield* areFinite(machine, x, values)) || !(yield* areFinite(machine, kernel, weights))) return false;
    const scratch = machine.scratchFor([packedBytes], scratchBytes);
    const [[packed], [, cellsAt, sumsAt]] = [scratch.common, scratch.each];
    yield* machine.perform('winogradKernels', { kernel, packed, outChannels, inChannels, coutStep, cinStep, reverse }, transforms);
    const task = { correlation: stored.address, x, packed, offsets, tileRows, tiles, bias, out, cellsAt, sumsAt };
    yield* machine.perform('winograd', task, { scratch, units, work });
    return true;
  };
}

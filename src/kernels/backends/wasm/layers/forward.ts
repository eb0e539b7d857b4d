import { sizeOf } from '../../../../tensor.js';
import type { ConvGeometry } from '../../../geometry.js';
import { fftTiles } from '../../../plan/fft-tiles.js';
import type { Tables } from '../tables.js';
import { packWeights, prepareWinograd, runCorrelation } from './correlations.js';
import { storeTiling } from './store-tiling.js';
import { storeForward } from './stored-correlation.js';
import { areFinite, type Floats, isLinear, NS, productsOf, type RunConv, valuesOf } from './work.js';

/** Nanoseconds to transform a slice of a kernel, or two tiles; an estimate. */
const TRANSFORM_NS = 20_000;

/** `conv`, as sums of products. */
export function prepareDirect(tables: Tables, g: ConvGeometry): RunConv {
  const { machine } = tables;
  const work = productsOf(g);
  if (isLinear(g)) {
    const [I, J, P] = [g.batch, g.outChannels, g.inChannels * sizeOf(g.kernel)];
    const workload = { units: g.outChannels, step: 4, work };
    return ({ x, kernel, bias, out }) => machine.perform('rowsByRows', { a: x, b: kernel, bias, out, I, J, P }, workload);
  }
  const stored = storeForward(tables, g);
  const byTiles = prepareWinograd(tables, stored, { coutStep: 9 * g.inChannels, cinStep: 9, reverse: g.flip });
  return function* (operands) {
    if (byTiles && (yield* byTiles(operands))) return;
    const { x, kernel, bias, out } = operands;
    const scratch = machine.scratchFor([stored.packedBytes], [stored.stripBytes]);
    const [packed] = scratch.common;
    yield* packWeights(machine, g, stored, kernel, packed, false);
    yield* runCorrelation(machine, stored, scratch, { correlation: stored.address, x, packed, sparse: false, bias, out }, work);
  };
}

/** `conv` without the weights of zero. */
export function prepareSparse(tables: Tables, g: ConvGeometry): RunConv {
  const { machine } = tables;
  const stored = storeForward(tables, g);
  const correlation = stored.address;
  const packedBytes = g.outChannels * (4 + 12 * stored.layout.taps);
  const packing = { units: g.outChannels, work: NS.value * sizeOf(g.kernelShape) };
  return function* ({ x, kernel, bias, out }) {
    const scratch = machine.scratchFor([packedBytes], [stored.stripBytes]);
    const [packed] = scratch.common;
    yield* machine.perform('packSparse', { correlation, kernel, packed, reverse: g.flip }, packing);
    yield* runCorrelation(machine, stored, scratch, { correlation, x, packed, sparse: true, bias, out }, valuesOf(g));
  };
}

/** `conv` with equal weights, by running sums. */
export function prepareRunningSum(tables: Tables, g: ConvGeometry): RunConv {
  const { machine } = tables;
  const correlation = storeForward(tables, g).address;
  const scratchBytes = machine.run.runningSumScratch(correlation);
  return function* ({ x, kernel, bias, out }) {
    const scratch = machine.scratchFor([], [scratchBytes]);
    yield* machine.perform('runningSum', { correlation, x, kernel, bias, out }, { scratch, units: g.batch * g.outChannels, work: valuesOf(g) });
  };
}

/** `conv` by Fourier transform, or by sums of products if a value is not finite, which would affect a whole tile. */
export function prepareFft(tables: Tables, g: ConvGeometry): RunConv {
  const { machine } = tables;
  const tiles = fftTiles(g);
  if (!tiles) throw new Error('the plan has no Fourier transform for this geometry');
  const correlation = storeForward(tables, g).address;
  const tiling = storeTiling(tables, g, tiles);
  const [values, weights] = [sizeOf(g.xShape), sizeOf(g.kernelShape)];
  const slices = (g.outChannels / g.groups) * (g.inChannels / g.groups) * g.kernel[0];
  const spectraBytes = slices * machine.run.fftSpectrumBytes(tiling);
  const scratchBytes = machine.run.fftScratch(correlation, tiling);
  const units = machine.run.fftTransforms(correlation, tiling);
  const groupBytes = (4 * weights) / g.groups;
  let direct: RunConv | undefined;
  return function* (operands) {
    const { x, kernel, bias, out } = operands;
    if (!(yield* areFinite(machine, x, values)) || !(yield* areFinite(machine, kernel, weights))) {
      direct ??= prepareDirect(tables, g);
      yield* direct(operands);
      return;
    }
    const scratch = machine.scratchFor([spectraBytes], [scratchBytes]);
    const [spectra] = scratch.common;
    for (let group = 0; group < g.groups; group++) {
      const [before, ours] = [group - 1, group].map((i) => (kernel + i * groupBytes) as Floats);
      if (group === 0 || !machine.run.sameBytes(ours, before, groupBytes)) {
        yield* machine.perform(
          'fftKernels',
          { correlation, tiling, kernel: ours, spectra, reverse: g.flip },
          { scratch, units: slices, work: TRANSFORM_NS * slices },
        );
      }
      yield* machine.perform('fftConv', { correlation, tiling, x, spectra, bias, out, group }, { scratch, units, work: TRANSFORM_NS * units });
    }
  };
}

import { sizeOf } from '../../../../tensor.js';
import type { ConvGeometry } from '../../../geometry.js';
import { fftTiles } from '../../../plan/fft-tiles.js';
import type { Machine } from '../machine.js';
import { packWeights, runCorrelation, tryWinograd } from './correlations.js';
import { keepForward } from './stored-correlation.js';
import { keepTiling } from './tiling.js';
import { type ConvOperands, type Floats, isLinear, NS, productsOf } from './work.js';

/** To transform a kernel or two tiles always pays on several threads. */
const TRANSFORM_NS = 20_000;

/** See Backend.conv. */
export function runConv(machine: Machine, g: ConvGeometry, operands: ConvOperands): void {
  const { x, kernel, bias, out } = operands;
  const work = productsOf(g);
  if (isLinear(g)) {
    const task = { a: x, b: kernel, bias, out, I: g.batch, J: g.outChannels, P: g.inChannels * sizeOf(g.kernel) };
    machine.share('rowsByRows', task, { units: g.outChannels, step: 4, work });
    return;
  }
  const stored = keepForward(machine, g);
  if (tryWinograd(machine, `conv ${g.key}`, stored, { coutStep: 9 * g.inChannels, cinStep: 9, reverse: g.flip }, operands)) return;
  const scratch = machine.scratchFor([stored.packedBytes], [stored.stripBytes]);
  const [packed] = scratch.common;
  packWeights(machine, g, stored, kernel, packed, false);
  runCorrelation(machine, stored, scratch, { correlation: stored.address, x, packed, sparse: false, bias, out }, work);
}

/** See Backend.convSparse. */
export function runConvSparse(machine: Machine, g: ConvGeometry, { x, kernel, bias, out }: ConvOperands): void {
  const stored = keepForward(machine, g);
  const scratch = machine.scratchFor([g.outChannels * (4 + 12 * stored.layout.taps)], [stored.stripBytes]);
  const [packed] = scratch.common;
  const correlation = stored.address;
  machine.share('packSparse', { correlation, kernel, packed, reverse: g.flip }, { units: g.outChannels, work: NS.value * sizeOf(g.kernelShape) });
  runCorrelation(machine, stored, scratch, { correlation, x, packed, sparse: true, bias, out }, valuesOf(g));
}

/** See Backend.convRunningSum. */
export function runConvRunningSum(machine: Machine, g: ConvGeometry, { x, kernel, bias, out }: ConvOperands): void {
  const correlation = keepForward(machine, g).address;
  const scratch = machine.scratchFor([], [machine.run.runningSumScratch(correlation)]);
  machine.share('runningSum', { correlation, x, kernel, bias, out }, { scratch, units: g.batch * g.outChannels, work: valuesOf(g) });
}

/** See Backend.convFft. */
export function runConvFft(machine: Machine, g: ConvGeometry, operands: ConvOperands): void {
  const tiles = fftTiles(g);
  if (!tiles) throw new Error('the plan offers no Fourier transform for this geometry');
  const { run } = machine;
  const { x, kernel, bias, out } = operands;
  const weights = sizeOf(g.kernelShape);
  if (!run.allFinite(x, sizeOf(g.xShape)) || !run.allFinite(kernel, weights)) {
    runConv(machine, g, operands);
    return;
  }
  const correlation = keepForward(machine, g).address;
  const tiling = keepTiling(machine, g, tiles);
  const slices = (g.outChannels / g.groups) * (g.inChannels / g.groups) * g.kernel[0];
  const scratch = machine.scratchFor([slices * run.fftSpectrumBytes(tiling)], [run.fftScratch(correlation, tiling)]);
  const [spectra] = scratch.common;
  const units = run.fftTransforms(correlation, tiling);
  const groupBytes = (4 * weights) / g.groups;
  for (let group = 0; group < g.groups; group++) {
    const [before, ours] = [group - 1, group].map((i) => (kernel + i * groupBytes) as Floats);
    if (group === 0 || !run.sameBytes(ours, before, groupBytes)) {
      machine.share('fftKernels', { correlation, tiling, kernel: ours, spectra, reverse: g.flip }, { scratch, units: slices, work: TRANSFORM_NS });
    }
    machine.share('fftConv', { correlation, tiling, x, spectra, bias, out, group }, { scratch, units, work: TRANSFORM_NS });
  }
}

/** Nanoseconds to read x once and to write the output. */
function valuesOf(g: ConvGeometry): number {
  return NS.value * (sizeOf(g.xShape) + sizeOf(g.outShape));
}

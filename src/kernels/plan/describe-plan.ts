import { show } from '../../errors.js';
import { sizeOf } from '../../tensor.js';
import type { BackendChoice } from '../backend.js';
import type { ConvGeometry } from '../geometry.js';
import type { Alternative, ConvPlan, Way } from './conv-plan.js';

const NAMES = { direct: 'direct', sparse: 'sparse', separable: 'separable', runningSum: 'running sum', fft: 'FFT' } as const;
const ARITHMETIC = { float32: 'in floats', float64: 'in floats of 64 bits', int16: 'in integers', int32: 'in integers' } as const;

/** Describes a plan: the convolution, the chosen algorithm and the reason, and all alternatives with their cost. */
export function describePlan(plan: ConvPlan, device: string): string {
  const { geometry: g, why } = plan;
  const alternatives = plan.alternatives;
  const picture = alternatives.some(({ through }) => through === 'samples');
  const size = (shape: readonly number[]) => shape.join(' × ');
  const rows = alternatives.map((alternative) => [
    `${isChosen(alternative, plan) ? '→' : ' '} ${alternative.possible || alternative.through === 'planes' ? nameOf(alternative, picture) : 'samples to samples'}`,
    alternative.possible ? time(alternative.cost) : '–',
    alternative.possible ? work(alternative, g) : `not possible: ${alternative.whyNot}`,
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return [
    `A kernel of ${size(g.kernel.slice(3 - g.rank))} on ${show(g.xShape)} gives ${show(g.outShape)}. Backend: ${device}.`,
    `${nameOf(plan, picture)}, because ${why}.`,
    ...plan.overheads.map(({ what, cost }) => `In addition to the sums, ${what}${cost > 0 ? `: about ${time(cost)}` : ''}.`),
    ...(plan.chosen ? [whereItRuns(plan.chosen)] : []),
    '',
    ...rows.map(([name, cost, what]) => `${name.padEnd(widths[0])}  ${cost.padStart(widths[1])}  ${what}`),
    '',
    'Times are predictions for one thread of the machine on which the model was measured. Only their ratios matter.',
  ].join('\n');
}

function whereItRuns({ backend, wasm, gpu, why }: BackendChoice): string {
  return `It runs on ${backend}, because ${why}: about ${time(wasm)} on wasm${gpu === undefined ? '' : `, ${time(gpu)} on the GPU`}.`;
}

/** Describes an algorithm. @param image whether to distinguish samples and planes */
export function nameOf({ algorithm, through, arithmetic }: Way, picture = true): string {
  if (!picture) return NAMES[algorithm];
  return through === 'planes' ? `${NAMES[algorithm]} over planes` : `${NAMES[algorithm]} ${ARITHMETIC[arithmetic]}`;
}

function isChosen(a: Way, b: Way): boolean {
  return a.algorithm === b.algorithm && a.through === b.through && a.arithmetic === b.arithmetic;
}

/** The work of an algorithm per output, if it can be given. */
function work({ algorithm, multiplyAdds, passes }: Alternative & { possible: true }, g: ConvGeometry): string {
  const each = multiplyAdds / sizeOf(g.outShape);
  const count = each < 10 ? Number(each.toFixed(1)) : Math.round(each);
  switch (algorithm) {
    case 'direct':
      return `${count} multiply-adds per output: every weight`;
    case 'sparse':
      return `${count} multiply-adds per output: the non-zero weights`;
    case 'separable':
      return `${count} multiply-adds per output, in ${passes} passes`;
    case 'runningSum':
      return `about ${count} additions per output, for windows of any size`;
    case 'fft':
      return `about ${count} multiply-adds per output, most of them for the transforms`;
    default:
      return algorithm satisfies never;
  }
}

function time(milliseconds: number): string {
  return milliseconds < 1 ? `${Number((1000 * milliseconds).toPrecision(2))} µs` : `${Number(milliseconds.toPrecision(2))} ms`;
}

import { sizeOf } from '../../tensor.js';
import type { Work } from '../backend.js';
import type { ConvGeometry } from '../geometry.js';
import type { PictureJob, PicturePass, PictureSum, SampleFormat } from '../job.js';
import type { ConvPlan } from './conv-plan.js';

const BYTES: Readonly<Record<SampleFormat, number>> = { uint8: 1, uint16: 2, float32: 4 };
/** Multiply-adds of a running sum, whatever its window. */
const RUNNING = 6;

/** The transfers and the work of an image job, from samples to samples. */
export function workOfPicture({ load, passes, store }: PictureJob): Work {
  const [first, last] = [passes[0].geometry, passes[passes.length - 1].geometry];
  const pixels = (axes: readonly number[]) => axes[1] * axes[2];
  const mask = store.part?.mask ? BYTES[store.part.mask.samples] * pixels(first.input) : 0;
  const [up, down] = [BYTES[load.samples] * load.channels * pixels(first.input) + mask, BYTES[store.samples] * load.channels * pixels(last.output)];
  const times = store.normalized ? 2 : 1;
  const launches = times * passes.reduce((all, { sum }) => all + launchesOf(sum), 0);
  // between two launches, each value is written and read as a float
  const between = 8 * (launches - 1) * sizeOf(last.outShape);
  const multiplyAdds = times * passes.reduce((sum, pass) => sum + productsOf(pass) * sizeOf(pass.geometry.outShape), 0);
  const sums = passes.map(({ sum, geometry: { kernel, stride } }) => `${sum.kind} ${kernel.slice(1).join('×')} by ${stride.slice(1).join('×')}`);
  const kind = `${sums}, ${load.take} ${load.samples} of ${load.channels}${load.light ? ', light' : ''} to ${store.samples}`;
  return { kind, values: sizeOf(last.outShape), up, down, bytes: up + down + between, multiplyAdds, launches };
}

function launchesOf(sum: PictureSum): number {
  if (sum.kind === 'products') return 2 * sum.count;
  return sum.kind === 'separable' || sum.kind === 'moments' ? 2 : 1;
}

/** The transfers and the work of a convolution of tensors, computed directly or in one pass per axis. */
export function workOfPlan({ geometry, alternatives, cost }: ConvPlan): Work {
  const few = alternatives.flatMap((each) => (each.possible && (each.algorithm === 'direct' || each.algorithm === 'separable') ? each.multiplyAdds : []));
  return { ...workOfOperator('conv', geometry, Math.min(directProducts(geometry), ...few)), cost };
}

/** True if another backend may use another algorithm: none was requested, and there is enough work. */
export function isFree({ reason }: ConvPlan): boolean {
  return reason.name !== 'asked' && reason.name !== 'little';
}

/** The same for an operator: all tensors except its result are uploaded. */
export function workOfOperator(operation: string, geometry: ConvGeometry, multiplyAdds = directProducts(geometry)): Work {
  const { xShape, kernelShape, outShape, kernel, stride } = geometry;
  const [x, weights, out] = [xShape, kernelShape, outShape].map((shape) => 4 * sizeOf(shape));
  const down = { convInputGradient: x, convKernelGradient: weights }[operation] ?? out;
  const up = x + weights + out - down;
  const kind = `${operation} ${kernelShape.slice(0, 2).join('×')}, ${kernel.join('×')} by ${stride.join('×')}`;
  return { kind, values: sizeOf(outShape), up, down, bytes: up + down, multiplyAdds, launches: 2 };
}

function directProducts({ outShape, kernelShape, outChannels }: ConvGeometry): number {
  return (sizeOf(outShape) * sizeOf(kernelShape)) / outChannels;
}

/** Multiply-adds for each value of a pass. */
function productsOf({ sum, geometry }: Pick<PicturePass, 'sum' | 'geometry'>): number {
  const [, KH, KW] = geometry.kernel;
  switch (sum.kind) {
    case 'integer':
    case 'window':
      return KH * KW * (1 - zerosIn(sum.window) / sum.window.length);
    case 'box':
    case 'sums':
    case 'likeness':
      return RUNNING;
    case 'moments':
      return 2 * (KH + KW);
    case 'separable':
      return KH + KW;
    case 'products':
      return sum.count * (KH + KW);
    case 'fft':
      return KH * KW;
    case 'magnitude':
    case 'ridge':
      return 2 * KH * KW;
    case 'slopes':
      return sum.windows.length * KH * KW;
    default:
      return sum satisfies never;
  }
}

function zerosIn(weights: ArrayLike<number>): number {
  let zeros = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i] === 0) zeros++;
  return zeros;
}

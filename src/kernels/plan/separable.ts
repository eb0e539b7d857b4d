import { type ConvGeometry, convGeometry, type PaddingMode } from '../geometry.js';
import { type Product, separate } from './low-rank.js';
import type { Pass } from './pass.js';
import type { Reason } from './reason.js';

/** Maximum number of products, because each of them takes a copy of the image. */
const MOST_PRODUCTS = 8;

/**
 * One pass per axis: columns, then rows; for a volume slices, columns, rows. If the kernel is a sum of products, these are separate
 * channels between the passes, and the last pass adds the channels. Every pass is therefore a plain `conv`, on every backend.
 *
 * A row of constant padding holds v; after the pass along the columns it would hold v · Σ column, so the next pass is padded with
 * this value. With all other modes, padding repeats cells of the input, which have already been through the pass.
 */
export function separablePasses(geometry: ConvGeometry, kernel: Float32Array): readonly Pass[] | { readonly whyNot: Reason } {
  const { kernelShape, outChannels, groups, paddingValue } = geometry;
  const axes = ([0, 1, 2] as const).filter((axis) => geometry.kernel[axis] > 1);
  if (axes.length < 2) return { whyNot: { name: 'singleAxis' } };
  if (kernelShape[1] > 1) return { whyNot: { name: 'addsUpOwn', values: { n: kernelShape[1] } } };

  const channels = productsOfChannels(geometry, kernel, axes);
  if (!channels) return { whyNot: { name: 'noProducts', values: { n: MOST_PRODUCTS } } };
  const products = Math.max(1, ...channels.map((list) => list.length));
  const sums = new Set(channels.flatMap((list) => list.map((product) => product.slice(0, -1).map(sum).join())));
  if (paddingValue !== 0 && (products > 1 || sums.size > 1)) {
    return { whyNot: { name: 'padding' } };
  }

  const some = channels.find((list) => list.length > 0);
  const passes: Pass[] = [];
  let value = paddingValue;
  for (const [i, axis] of axes.entries()) {
    const [first, last] = [i === 0, i === axes.length - 1];
    const [from, to] = [first ? geometry.inChannels : outChannels * products, last ? outChannels : outChannels * products];
    const shape = [geometry.batch, from, ...(passes.at(-1)?.geometry.outShape ?? geometry.xShape).slice(2)];
    const spread = first ? groups : last ? outChannels : outChannels * products;
    const settled = ([0, 1, 2] as const).filter((a) => a === axis || (first && geometry.kernel[a] === 1));
    const pass = passGeometry(geometry, settled, shape, to, spread, value);
    const weights = new Float32Array(outChannels * products * geometry.kernel[axis]);
    for (const [c, list] of channels.entries()) {
      for (const [p, product] of list.entries()) weights.set(product[i], (c * products + p) * geometry.kernel[axis]);
    }
    passes.push({ program: 'direct', geometry: pass, kernel: weights });
    value *= some ? sum(some[0][i]) : 0;
  }
  return passes;
}

/** The products of every output channel; channels that share a kernel, as in a filter, share the work. */
function productsOfChannels({ kernel: size, outChannels }: ConvGeometry, kernel: Float32Array, axes: readonly number[]): (readonly Product[])[] | undefined {
  const taps = kernel.length / outChannels;
  const channels: (readonly Product[])[] = [];
  for (let c = 0; c < outChannels; c++) {
    const window = kernel.subarray(c * taps, (c + 1) * taps);
    const shared = c > 0 && window.every((weight, i) => weight === kernel[(c - 1) * taps + i]);
    const products = shared
      ? channels[c - 1]
      : separate(
          Float64Array.from(window),
          axes.map((axis) => size[axis]),
          MOST_PRODUCTS,
        );
    if (!products) return undefined;
    channels.push(products);
  }
  return channels;
}

/** The geometry along some axes only: the axis of the pass and, in the first pass, those along which the kernel has a single cell. */
function passGeometry(g: ConvGeometry, axes: readonly number[], xShape: number[], outChannels: number, groups: number, paddingValue: number): ConvGeometry {
  const along = <T>(values: readonly T[], neutral: T) => values.map((value, a) => (axes.includes(a) ? value : neutral)).slice(3 - g.rank);
  const kernelShape = [outChannels, xShape[1] / groups, ...along(g.kernel, 1)];
  const paddingMode: PaddingMode = g.paddingMode;
  return convGeometry(xShape, kernelShape, {
    stride: along(g.stride, 1),
    dilation: along(g.dilation, 1),
    padding: along(
      g.before.map((before, a) => [before, g.after[a]] as const),
      [0, 0] as const,
    ),
    paddingMode,
    paddingValue: paddingMode === 'constant' ? paddingValue : undefined,
    groups,
    flip: g.flip,
  });
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

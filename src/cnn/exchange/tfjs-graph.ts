import { ExportNames } from './export-names.js';
import type { OpenShape } from './export-trace.js';
import { integers, type TfNode, type TfWeight, textAttribute } from './tfjs-file.js';
import { type Filter, groupOf, tensorFlowOrder, withoutDilation } from './tfjs-filter.js';

/** TensorFlow's data formats with channels last, by number of spatial axes. */
export const DATA_FORMATS: Readonly<Record<number, string>> = { 2: 'NHWC', 3: 'NDHWC' };

/** Builds a TensorFlow graph; nodes and weights are identified by name. */
export class TfjsGraph {
  readonly nodes: TfNode[] = [];
  readonly weights: TfWeight[] = [];
  /** The weights by requested name. */
  readonly #kept = new Map<string, TfWeight[]>();
  readonly #names = new ExportNames();

  /** Reserves a name for an input. */
  reserve(name: string): string {
    return this.#names.unique(name);
  }

  /** Adds a node. @returns its name */
  add(name: string, op: string, input: readonly string[], attr: Readonly<Record<string, unknown>> = {}): string {
    const unique = this.#names.unique(name.replaceAll(/[^\w.]/g, '_'));
    this.nodes.push({ name: unique, op, input, attr: { T: { type: 'DT_FLOAT' }, ...attr } });
    return unique;
  }

  /** A convolution without padding, of x with channels last. */
  convolve(name: string, x: string, filter: Filter, axes: number): string {
    const { groups, inChannels, outChannels, stride, dilation } = filter;
    if (stride.some((cells) => cells > 1) && dilation.some((distance) => distance > 1)) return this.convolve(name, x, withoutDilation(filter), axes);
    const depthwise = groups > 1 && groups === inChannels && axes === 2;
    if (groups > 1 && !depthwise) {
      const channelAxis = this.integers('axis', [], [axes + 1]);
      const split = this.add(`${name}_groups`, 'Split', [channelAxis, x], { num_split: { i: String(groups) } });
      const parts = Array.from({ length: groups }, (_, group) => this.convolve(name, group === 0 ? split : `${split}:${group}`, groupOf(filter, group), axes));
      return this.add(name, 'ConcatV2', [...parts, channelAxis], { N: { i: String(groups) } });
    }
    const ends = (triple: readonly number[]) => integers([1, ...triple.slice(-axes), 1]);
    const shape = [...filter.kernel.slice(-axes), inChannels, outChannels / groups];
    const weights = this.weight(`${name}_filter`, shape, tensorFlowOrder(filter));
    const op = depthwise ? 'DepthwiseConv2dNative' : `Conv${axes}D`;
    return this.add(name, op, [x, weights], {
      strides: ends(stride),
      dilations: ends(dilation),
      padding: textAttribute('VALID'),
      data_format: textAttribute(DATA_FORMATS[axes]),
    });
  }

  /** Pads the spatial axes of x with channels last; negative padding is ignored. */
  pad(x: string, before: readonly number[], after: readonly number[], value: number): string {
    const paddings = [0, 0, ...before.flatMap((cells, axis) => [Math.max(cells, 0), Math.max(after[axis], 0)]), 0, 0];
    if (paddings.every((cells) => cells === 0)) return x;
    return this.add('padded', 'PadV2', [x, this.integers(`paddings_${paddings.join('_')}`, [before.length + 2, 2], paddings), this.number(value)]);
  }

  /** @param shape with −1 for the batch */
  reshape(x: string, shape: OpenShape): string {
    return this.add(`${x}_reshaped`, 'Reshape', [x, this.integers(`shape_${shape.join('_')}`, [shape.length], shape)]);
  }

  transpose(x: string, order: readonly number[]): string {
    return this.add(`${x}_transposed`, 'Transpose', [x, this.integers(`order_${order.join('_')}`, [order.length], order)]);
  }

  /** A constant of integers; a scalar with shape `[]`. */
  integers(name: string, shape: readonly number[], values: ArrayLike<number>): string {
    return this.weight(shape.length === 0 ? `${name}_${values[0]}` : name, shape, Int32Array.from(values));
  }

  number(value: number): string {
    return this.weight(`number/${value}`, [], Float32Array.of(value));
  }

  /** A constant of floats; equal ones of one name are stored once. */
  weight(name: string, shape: readonly number[], data: TfWeight['data']): string {
    const same = (other: TfWeight) => String(other.shape) === String(shape) && other.data.every((value, i) => value === data[i]);
    const kept = this.#kept.get(name)?.find(same);
    if (kept) return kept.name;
    const weight = { name: this.#names.unique(name.replaceAll(/[^\w.]/g, '_')), shape, data };
    this.#kept.set(name, [...(this.#kept.get(name) ?? []), weight]);
    this.weights.push(weight);
    return weight.name;
  }
}

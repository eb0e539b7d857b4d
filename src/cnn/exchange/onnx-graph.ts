import { borderTable } from '../../kernels/border.js';
import type { ConvGeometry } from '../../kernels/geometry.js';
import { ExportNames } from './export-names.js';
import type { OnnxNode, OnnxTensor } from './onnx-file.js';

/** Builds an ONNX graph node by node; nodes and tensors are identified by name. */
export class OnnxGraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, OnnxTensor>();
  readonly #names = new ExportNames();

  /** Keeps a name for an input or output. */
  reserve(name: string): void {
    this.#names.unique(name);
  }

  /** Adds a node. @returns the name of its output: `name` or, if it is taken, `name_2` … */
  add(name: string, type: string, inputs: string[], attributes: OnnxNode['attributes'] = {}): string {
    const output = this.#names.unique(name);
    this.nodes.push({ name: output, type, inputs, output, attributes });
    return output;
  }

  /** A float tensor. @param name identifies it, together with the shape */
  floats(name: string, shape: readonly number[], data: Float32Array): string {
    const key = `${name} [${shape}]`;
    const kept = this.initializers.get(key);
    if (kept) return kept.name;
    const tensor = { name: this.#names.unique(name), shape, data };
    this.initializers.set(key, tensor);
    return tensor.name;
  }

  /** A list of integers. @param name identifies it */
  integers(name: string, values: ArrayLike<number>): string {
    const kept = this.initializers.get(name);
    if (kept) return kept.name;
    const tensor = { name: this.#names.unique(name), shape: [values.length], data: BigInt64Array.from(Array.from(values), BigInt) };
    this.initializers.set(name, tensor);
    return tensor.name;
  }

  number(value: number): string {
    return this.floats(`number/${value}`, [], Float32Array.of(value));
  }

  /** Adds padding nodes, except for zero padding. */
  padded(x: string, g: ConvGeometry, pads: readonly number[]): string {
    if (g.paddingMode === 'zero' || pads.every((cells) => cells === 0)) return x;
    if (g.paddingMode === 'constant') return this.pad(x, pads, 'constant', g.paddingValue);
    if (g.paddingMode === 'replicate') return this.pad(x, pads, 'edge');
    if (g.paddingMode === 'reflect') return this.pad(x, pads, 'reflect');
    // ONNX's Pad has no other modes, so each axis is gathered by the engine's index table
    let padded = x;
    for (let axis = 0; axis < g.rank; axis++) {
      const cells = borderTable(g, (axis + 3 - g.rank) as 0 | 1 | 2);
      padded = this.add('padded', 'Gather', [padded, this.integers(`cells_of_${padded}`, cells)], { axis: axis + 2 });
    }
    return padded;
  }

  /** @param pads before each spatial axis, then after each */
  pad(x: string, pads: readonly number[], mode: string, value?: number): string {
    const rank = pads.length / 2;
    const all = [0, 0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank)];
    return this.add('padded', 'Pad', [x, this.integers(`pads_${all.join('_')}`, all), ...(value === undefined ? [] : [this.number(value)])], { mode });
  }
}

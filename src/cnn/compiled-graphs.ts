import type { Operators } from '../kernels/operators.js';
import type { Graph, Value } from './graph.js';

/** A model as a graph, for inputs of fixed shapes. */
export interface TracedModel {
  readonly graph: Graph;
  readonly inputs: readonly Value[];
  readonly output: Value;
}

/** Maximum number of compiled graphs that a model keeps, one per input shape. */
const KEPT_GRAPHS = 8;

/** The compiled graphs of a model, keyed by everything that determines them; the oldest ones are freed. */
export class CompiledGraphs {
  readonly #graphs = new Map<string, TracedModel>();

  /** @param trace records the graph, at the first call for `key` */
  compile(key: string, on: Operators, trace: () => TracedModel): TracedModel {
    const kept = this.#graphs.get(key);
    if (kept) return kept;
    const compiled = trace();
    compiled.graph.allocate(on);
    this.#graphs.set(key, compiled);
    if (this.#graphs.size > KEPT_GRAPHS) {
      const [oldest, { graph }] = this.#graphs.entries().next().value as [string, TracedModel];
      graph.free();
      this.#graphs.delete(oldest);
    }
    return compiled;
  }

  /** Frees all graphs. */
  drop(): void {
    for (const { graph } of this.#graphs.values()) graph.free();
    this.#graphs.clear();
  }
}

import type { Chunk } from './arena.js';
import type { Core } from './core.js';
import { THREADS } from './core.js';
import type { FormulaName } from './pointwise-wgsl.js';

export type { FormulaName };

/** A formula applied to every cell of a part, right after the values it depends on are computed. */
export interface Formula {
  readonly name: FormulaName;
  readonly inputs: readonly Chunk[];
  readonly output: Chunk;
  /** index of the call that provides the parameters */
  readonly call: number;
}

/**
 * A core and the formulas that follow it cell by cell, in the same threads: a convolution with its ReLU, or a gradient with the whole
 * update of its parameter. Parts without a core are formulas alone.
 */
export class Part {
  readonly formulas: Formula[] = [];
  /** Chunks that contain a value of the same cell after the part has run. */
  readonly written: Set<Chunk>;

  constructor(
    readonly core: Core | undefined,
    readonly length: number,
    /** chunks that the core reads at any cell */
    readonly inputs: readonly Chunk[],
    readonly outputs: readonly Chunk[],
    /** Parts of one level are independent of each other; they depend only on earlier levels. */
    readonly level: number,
  ) {
    this.written = new Set(outputs);
  }

  get workgroups(): number {
    return this.core?.workgroups ?? Math.ceil(this.length / (THREADS * CELLS));
  }

  /** All distinct chunks, in the order of their offsets in the code. */
  get chunks(): Set<Chunk> {
    return new Set([...this.inputs, ...this.outputs, ...this.formulas.flatMap(({ inputs, output }) => [...inputs, output])]);
  }
}

/** Cells per thread in parts without a core. */
export const CELLS = 4;
/** Maximum formulas per part, and parts per launch, because a driver's compile time grows faster than the program. */
const MOST_FORMULAS = 16;
const MOST_PARTS = 32;

/** The parts that use a chunk so far. */
interface Use {
  writer: Part | undefined;
  readers: Part[];
}

/**
 * Groups calls into parts. A part starts as early as its dependencies allow. A formula joins the last part that it
 * depends on if it has the same cells. A launch therefore contains everything that can run in parallel.
 */
export class Parts {
  readonly all: Part[] = [];
  readonly #uses = new Map<Chunk, Use>();

  constructor(readonly limits: LaunchLimits) {}

  core(core: Core, inputs: readonly Chunk[], outputs: readonly Chunk[]): void {
    const before = this.#before(inputs, outputs);
    this.#add(new Part(core, core.length, inputs, outputs, 1 + levelOf(before)), inputs, outputs);
  }

  formula(formula: Formula, length: number): void {
    const { inputs, output } = formula;
    const before = this.#before(inputs, [output]);
    const level = levelOf(before);
    const last = before.filter((part) => part.level === level);
    const host = last.length === 1 && this.#joins(last[0], formula, length) ? last[0] : new Part(undefined, length, [], [], 1 + level);
    host.formulas.push(formula);
    host.written.add(output);
    this.#add(host, inputs, [output]);
  }

  #joins(part: Part, { inputs, output }: Formula, length: number): boolean {
    // another thread of the core may still read there
    if (part.length !== length || part.inputs.includes(output) || part.formulas.length === MOST_FORMULAS) return false;
    const chunks = [...part.chunks, ...inputs, output];
    return new Set(chunks.map(({ memory }) => memory)).size <= this.limits.buffers;
  }

  /** The parts that must run first: those that write its inputs, and those that use its outputs. */
  #before(inputs: readonly Chunk[], outputs: readonly Chunk[]): Part[] {
    const parts = new Set<Part>();
    for (const chunk of inputs) {
      const writer = this.#uses.get(chunk)?.writer;
      if (writer) parts.add(writer);
    }
    for (const chunk of outputs) {
      const { writer, readers } = this.#uses.get(chunk) ?? { writer: undefined, readers: [] };
      for (const part of writer ? [writer, ...readers] : readers) parts.add(part);
    }
    return [...parts];
  }

  #add(part: Part, inputs: readonly Chunk[], outputs: readonly Chunk[]): void {
    if (this.all.at(-1) !== part && !this.all.includes(part)) this.all.push(part);
    const use = (chunk: Chunk) => {
      const known = this.#uses.get(chunk) ?? { writer: undefined, readers: [] };
      this.#uses.set(chunk, known);
      return known;
    };
    for (const chunk of inputs) use(chunk).readers.push(part);
    for (const chunk of outputs) Object.assign(use(chunk), { writer: part, readers: [] });
  }
}

function levelOf(parts: readonly Part[]): number {
  return Math.max(-1, ...parts.map(({ level }) => level));
}

/** The limits of a launch. */
export interface LaunchLimits {
  /** number of device buffers */
  readonly buffers: number;
  /** bytes of workgroup memory */
  readonly shared: number;
}

/** Combines the parts of one level into one launch, unless that exceeds a limit. */
export function launchesOf(parts: readonly Part[], limits: LaunchLimits): Part[][] {
  const launches: Part[][] = [];
  for (const part of parts.toSorted((a, b) => a.level - b.level)) {
    const launch = launches.at(-1) ?? [];
    const together = [...launch, part];
    const buffers = new Set(together.flatMap(({ chunks }) => [...chunks].map(({ memory }) => memory)));
    const shared = together.reduce((bytes, { core }) => bytes + (core?.sharedBytes ?? 0), 0);
    const fits = together.length <= MOST_PARTS && buffers.size <= limits.buffers && shared <= limits.shared;
    if (launch[0]?.level === part.level && fits) launches[launches.length - 1] = together;
    else launches.push([part]);
  }
  return launches;
}

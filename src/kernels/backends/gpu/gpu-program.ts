import { UnsupportedError } from '../../../errors.js';
import type { Triple } from '../../geometry.js';
import type { Gpu, GpuJs, GpuValue, Input, Kernel, Texture } from './gpu-js.js';
import type { GpuMode } from './modes.js';
import { type Axes, layThreads } from './threads.js';

/** The source of a program, as text, because bundlers and coverage tools change functions read with `toString()`. */
export interface ProgramText {
  /** Arguments by name, with the shape [planes, rows, columns] in which they are read: `x[plane][row][column]`. */
  readonly inputs: Readonly<Record<string, Triple>>;
  /** Index tables by name, read as `this.constants.NAME[i]`. */
  readonly tables?: Readonly<Record<string, ArrayLike<number>>>;
  /** Number of outputs: {@link body} runs once for each. */
  readonly axes: Axes;
  /** GPU.js code that returns the cell at the indices of {@link axes}. Every loop bound is a literal. */
  readonly body: string;
}

/** GPU.js, opened in one mode. */
export interface Engine {
  readonly lib: GpuJs;
  readonly gpu: Gpu;
  readonly mode: GpuMode;
}

/**
 * A compiled program. It accepts one kind of arguments, on the host or on the device, because GPU.js compiles for the
 * kind of the first run.
 */
export class Program {
  readonly #engine: Engine;
  readonly #shapes: readonly (readonly number[])[];
  readonly #kernel: Kernel;
  #checked = false;

  constructor(engine: Engine, text: ProgramText) {
    const { output, indices } = layThreads(text.axes, engine.mode);
    this.#engine = engine;
    this.#shapes = Object.values(text.inputs).map((shape) => shape.toReversed());
    this.#kernel = engine.gpu.createKernel(`function (${Object.keys(text.inputs)}) {\n${indices}${text.body}\n}`, {
      output,
      precision: 'single',
      tactic: 'precision', // otherwise GPU.js may choose lowp, depending on the size of the texture
      pipeline: true,
      immutable: true, // otherwise the next call overwrites the result
      constants: Object.fromEntries(Object.entries(text.tables ?? {}).map(([name, table]) => [name, Float32Array.from(table)])),
    });
  }

  /** The context in which it was compiled, once it has run: the WebGL context, or WebGPU's adapter and device. */
  get context(): unknown {
    return this.#kernel.kernel.context;
  }

  /** @returns the result, which the caller must release. Not for mode webgpu, which is asynchronous */
  run(values: readonly GpuValue[]): GpuValue {
    return this.#check(this.#kernel(...this.#view(values)) as GpuValue);
  }

  /** The same in any mode. */
  async start(values: readonly GpuValue[]): Promise<GpuValue> {
    return this.#check(await this.#kernel(...this.#view(values)));
  }

  destroy(): void {
    const { kernel } = this.#kernel;
    this.#kernel.destroy();
    // GPU.js's cpu programs do not remove themselves from the list
    const { kernels } = this.#engine.gpu;
    if (kernels.includes(kernel)) kernels.splice(kernels.indexOf(kernel), 1);
  }

  /** The arguments, viewed in the shapes that this program reads. */
  #view(values: readonly GpuValue[]): (Input | Texture)[] {
    return values.map((value, i) => {
      const shape = this.#shapes[i];
      if (value instanceof Float32Array) return this.#engine.lib.input(value, shape);
      return Object.create(value, { type: { value: value.type }, output: { value: shape }, dimensions: { value: shape } });
    });
  }

  #check(value: GpuValue): GpuValue {
    if (this.#checked) return value;
    const { kernel } = this.#kernel;
    if (kernel.constructor !== this.#engine.gpu.Kernel || kernel.fallbackReason) {
      const { mode } = this.#engine;
      throw new UnsupportedError('gpu', `GPU.js fell back from ${mode} to its cpu mode: ${kernel.fallbackReason ?? 'no reason given'}`, { mode });
    }
    // destroy() deletes the cached textures, but results outlive their program
    const own = kernel.texture?.texture;
    const at = own ? (kernel.textureCache?.indexOf(own) ?? -1) : -1;
    if (at !== -1) kernel.textureCache?.splice(at, 1);
    this.#checked = true;
    return value;
  }
}

/**
 * Programs by key, in order of last use. The least recently used one is destroyed if there are too many, or if the
 * results they hold (GPU.js keeps the last one of each) take too much memory.
 */
export class ProgramCache {
  readonly #programs = new Map<string, { readonly program: Program; readonly bytes: number }>();
  #bytes = 0;

  constructor(
    readonly maxPrograms: number,
    readonly maxBytes: number,
  ) {}

  get size(): number {
    return this.#programs.size;
  }

  get(key: string, compile: () => Program, bytes: number): Program {
    const entry = this.#programs.get(key) ?? { program: compile(), bytes };
    if (!this.#programs.delete(key)) this.#bytes += bytes;
    this.#programs.set(key, entry);
    for (const oldest of this.#programs.keys()) {
      if (oldest === key || (this.#programs.size <= this.maxPrograms && this.#bytes <= this.maxBytes)) break;
      this.delete(oldest);
    }
    return entry.program;
  }

  delete(key: string): void {
    const entry = this.#programs.get(key);
    if (!entry) return;
    this.#programs.delete(key);
    this.#bytes -= entry.bytes;
    entry.program.destroy();
  }
}

import type { WebGpuDevice } from '../webgpu-device.js';

/** How a program accesses a buffer. */
export type Access = 'read' | 'write';

/** A compute program. It compiles in the background from the moment it is requested. */
export class WgslProgram {
  pipeline: GPUComputePipeline | undefined;
  /** True if it has compiled or failed to compile. */
  settled = false;
  /** Resolves when {@link settled}; failures are reported by the device. */
  readonly ready: Promise<void>;

  constructor(
    device: WebGpuDevice,
    readonly layout: ProgramLayout,
    code: string,
    label: string,
  ) {
    const module = device.watch(() => device.gpu.createShaderModule({ code, label }));
    this.ready = device.gpu
      .createComputePipelineAsync({ label, layout: layout.pipeline, compute: { module, entryPoint: 'main' } })
      .then(
        (pipeline) => {
          this.pipeline = pipeline;
        },
        async (error) => {
          await device.settled(); // afterwards the compiler messages are available
          device.fail(`${label} does not compile: ${error instanceof Error ? error.message : error}`);
        },
      )
      .finally(() => {
        this.settled = true;
      });
  }
}

/** The layout shared by programs with equal accesses. */
export interface ProgramLayout {
  readonly id: number;
  readonly buffers: GPUBindGroupLayout;
  readonly pipeline: GPUPipelineLayout;
}

// constants of the specification, whose global names exist only in browsers
const COMPUTE = 4;

/** A cache of programs by key; if it is full, the least recently used one is forgotten. */
export class WgslPrograms {
  readonly uniforms: GPUBindGroupLayout;
  readonly #programs = new Map<string, WgslProgram>();
  readonly #layouts = new Map<string, ProgramLayout>();

  constructor(
    readonly device: WebGpuDevice,
    readonly most: number,
  ) {
    this.uniforms = device.gpu.createBindGroupLayout({
      entries: [{ binding: 0, visibility: COMPUTE, buffer: { type: 'uniform', hasDynamicOffset: true } }],
    });
  }

  get size(): number {
    return this.#programs.size;
  }

  get(key: string, accesses: readonly Access[], code: () => string): WgslProgram {
    const program = this.#programs.get(key) ?? new WgslProgram(this.device, this.#layout(accesses), code(), key);
    // the map is in the order of last use
    this.#programs.delete(key);
    this.#programs.set(key, program);
    if (this.#programs.size > this.most) this.#programs.delete(this.#programs.keys().next().value as string);
    return program;
  }

  #layout(accesses: readonly Access[]): ProgramLayout {
    const { gpu } = this.device;
    const key = String(accesses);
    const known = this.#layouts.get(key);
    if (known) return known;
    const buffers = gpu.createBindGroupLayout({
      entries: accesses.map((access, binding) => ({
        binding,
        visibility: COMPUTE,
        buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
      })),
    });
    const layout = { id: this.#layouts.size, buffers, pipeline: gpu.createPipelineLayout({ bindGroupLayouts: [buffers, this.uniforms] }) };
    this.#layouts.set(key, layout);
    return layout;
  }
}

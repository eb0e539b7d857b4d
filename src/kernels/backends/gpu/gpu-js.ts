import type { GpuMode } from './modes.js';

/** Types for the part of GPU.js 2.24 that is used here; its own declarations are incomplete. */
export interface GpuJs {
  readonly GPU: new (settings: { mode: GpuMode; context?: unknown; canvas?: unknown }) => Gpu;
  readonly input: (values: Float32Array, size: readonly number[]) => Input;
}

export interface Gpu {
  /** The class of every program created by this instance. */
  readonly Kernel: unknown;
  readonly kernels: unknown[];
  createKernel(source: string, settings: KernelSettings): Kernel;
  destroy(): Promise<void>;
}

export interface KernelSettings {
  readonly output: readonly number[];
  readonly precision: 'single' | 'unsigned';
  readonly tactic: 'precision';
  readonly pipeline: true;
  readonly immutable: true;
  readonly constants?: Readonly<Record<string, Float32Array>>;
  /** Results are RGBA byte textures, which the program sets through `this.color`. */
  readonly graphical?: true;
  /** GL: functions in the language of the device that the program may call. */
  readonly nativeFunctions?: readonly NativeFunction[];
}

export interface NativeFunction {
  readonly name: string;
  readonly source: string;
  readonly returnType: string;
  readonly argumentTypes: Readonly<Record<string, string>>;
}

/** A program as returned by GPU.js: a function around the actual kernel, which GPU.js may replace. */
export interface Kernel {
  (...values: readonly (Input | Texture)[]): GpuValue | Promise<GpuValue>;
  readonly kernel: {
    readonly constructor: unknown;
    readonly fallbackReason: string | null;
    readonly context: unknown;
    /** GL: the texture of the latest result. */
    readonly texture?: Texture | null;
    /** GL: textures that are deleted along with the program. */
    readonly textureCache?: WebGLTexture[];
    build(...values: readonly (Input | Texture)[]): unknown;
  };
  destroy(): void;
}

/** Numbers on the host, in a shape [W, H, planes]. */
export interface Input {
  readonly value: Float32Array;
}

/** Numbers on the device: a texture (GL) or a storage buffer (WebGPU), counted by reference. */
export interface Texture {
  readonly type: string;
  readonly context: unknown;
  /** GL */
  readonly texture: WebGLTexture & { _refs: number };
  /** GL: width and height in texels */
  readonly size: readonly [number, number];
  /** WebGPU */
  readonly buffer: GPUBuffer;
  delete(): void;
}

/** What a program returns: numbers on the device; in mode `cpu`, on the host. */
export type GpuValue = Float32Array | Texture;

/** GPU.js, loaded at the first call, so that programs without a GPU do not load it. */
export async function loadGpuJs(): Promise<GpuJs> {
  return (await import('./gpu-js-library.js')).library as GpuJs;
}

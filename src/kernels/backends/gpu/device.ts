import type { Texture } from './gpu-js.js';

/** Device information and functions that GPU.js does not provide. */
export interface Device {
  /** What really computes, e.g. `webgl2 (SwiftShader)`. */
  readonly label: string;
  /** Why this does not count as a hardware GPU; undefined if it does. */
  readonly caveat: string | undefined;
  /** The most values that one buffer can hold, and the limit behind it. */
  readonly maxLength: number;
  readonly limit: string;
  /** GL: the context in which all programs run. */
  readonly context?: WebGL2RenderingContext;
  /** Why no result can be trusted any more; undefined while they can. */
  failure(): string | undefined;
  /** Copies the first `length` values out. The copy is ordered with the calls around it, only the waiting is asynchronous. */
  download(texture: Texture, length: number): Promise<Float32Array>;
  /** Gives one reference back, and the memory with the last one. */
  release(texture: Texture): void;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic render/i;

/** @returns the name of the software GPU that a driver's description gives away */
export function softwareName(description: string): string | undefined {
  return SOFTWARE.exec(description)?.[0];
}

/** The caveat of a GPU that the CPU plays. */
export const SOFTWARE_GPU = 'a software GPU';

/** GPU.js's `cpu` mode: values never leave the host. */
export const CPU_DEVICE: Device = {
  label: 'gpu.js cpu',
  caveat: 'for tests',
  maxLength: 2 ** 31 - 1,
  limit: 'the length of a Float32Array',
  failure: () => undefined,
  download: async () => {
    throw new TypeError('mode cpu keeps its values in host memory');
  },
  release: () => {},
};

import type { Texture } from './gpu-js.js';

/** Device information and functions that GPU.js does not provide. */
export interface Device {
  /** The device that actually computes, e.g. `webgl2 (SwiftShader)`. */
  readonly label: string;
  /** Why this does not count as a hardware GPU; undefined if it does. */
  readonly caveat: string | undefined;
  /** The maximum number of values in a buffer. */
  readonly maxLength: number;
  /** The limit that causes it. */
  readonly limit: string;
  /** GL: the context in which all programs run. */
  readonly context?: WebGL2RenderingContext;
  /** The reason why results are no longer valid; undefined if they are. */
  failure(): string | undefined;
  /**
   * Copies the first `length` values to the host. The copy is ordered with other calls; only the wait is asynchronous.
   */
  download(texture: Texture, length: number): Promise<Float32Array>;
  /** Releases one reference, and the memory with the last one. */
  release(texture: Texture): void;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic render/i;

/** @returns the name of the software GPU in a driver's description, if any */
export function softwareName(description: string): string | undefined {
  return SOFTWARE.exec(description)?.[0];
}

/** The caveat of a GPU that is emulated by the CPU. */
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

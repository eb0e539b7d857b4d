import type { WebGpuDevice } from '../webgpu-device.js';

/** A device buffer, which may be somewhat larger than requested. */
export interface Memory {
  readonly id: number;
  readonly buffer: GPUBuffer;
  readonly bytes: number;
  readonly usage: number;
}

// constants of the specification, whose global names exist only in browsers
export const USAGE = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const;
/** Usage of buffers that programs and the host read and write. */
export const STORAGE = USAGE.storage | USAGE.copySource | USAGE.copyTarget;

/** Maximum bytes of unused buffers to keep. */
const MOST_IDLE = 2 ** 27;

/** Buffers by usage and size class. Returned buffers are reused, with their old contents. */
export class MemoryPool {
  readonly #idle = new Map<string, Memory[]>();
  readonly #all = new Set<Memory>();
  #idleBytes = 0;
  #made = 0;

  constructor(readonly device: WebGpuDevice) {}

  take(bytes: number, usage: number): Memory {
    const size = sizeClass(bytes);
    const idle = this.#idle.get(`${usage} ${size}`)?.pop();
    if (idle) {
      this.#idleBytes -= size;
      return idle;
    }
    const buffer = this.device.watch(() => this.device.gpu.createBuffer({ size, usage }));
    const memory = { id: this.#made++, buffer, bytes: size, usage };
    this.#all.add(memory);
    return memory;
  }

  /** @returns false if too much memory is unused already; then the caller destroys the buffer once no call uses it */
  keep(memory: Memory): boolean {
    if (this.#idleBytes + memory.bytes > MOST_IDLE) return false;
    const key = `${memory.usage} ${memory.bytes}`;
    const list = this.#idle.get(key) ?? [];
    this.#idle.set(key, list);
    list.push(memory);
    this.#idleBytes += memory.bytes;
    return true;
  }

  destroy(memory: Memory): void {
    this.#all.delete(memory);
    memory.buffer.destroy();
  }

  destroyAll(): void {
    for (const memory of this.#all) this.destroy(memory);
    this.#idle.clear();
  }
}

/** The smallest of 4, 5, 6 or 7 times a power of two with at least this many bytes: at most a fifth is wasted. */
export function sizeClass(bytes: number): number {
  const step = 2 ** Math.max(6, Math.ceil(Math.log2(Math.max(bytes, 1))) - 3);
  return Math.ceil(bytes / step) * step || step;
}

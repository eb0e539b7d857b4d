import { UnsupportedError } from '../../../../errors.js';
import type { WebGpuDevice } from '../webgpu-device.js';
import { type Memory, MemoryPool, STORAGE, USAGE } from './memory.js';
import { type Access, type WgslProgram, WgslPrograms } from './program.js';
import { type Command, Sender, type Workgroups, writeNow } from './sender.js';

export type { Access, Memory, WgslProgram, Workgroups };

/** Maximum number of cached bind groups. */
const MOST_GROUPS = 1024;

/**
 * Programs in WGSL on GPU.js's own GPUDevice. Calls are recorded. {@link submit}, or a microtask after the caller's
 * current code, sends them as one command buffer. Calls take effect in order, even while a program is still compiling.
 * Every {@link read} after a failed call reports the failure.
 * @example
 * ```ts
 * const [x, out] = [room.buffer(4 * n), room.buffer(4 * n)];
 * const twice = room.program('twice', ['read', 'write'], () => `
 *   @group(0) @binding(0) var<storage, read> x: array<u32>;
 *   @group(0) @binding(1) var<storage, read_write> out: array<u32>;
 *   @group(1) @binding(0) var<uniform> sizes: vec4u;
 *   @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
 *     if (id.x < sizes.x) { out[id.x] = 2 * x[id.x]; }
 *   }`);
 * room.write(x, values);
 * room.launch(twice, [x, out], [Math.ceil(n / 64), 1, 1], Uint32Array.of(n, 0, 0, 0));
 * const result = await room.read(out, 4 * n, (bytes) => new Uint32Array(bytes.slice(0)));
 * room.giveBack(x);
 * ```
 */
export class Room {
  readonly #device: WebGpuDevice;
  readonly #programs: WgslPrograms;
  readonly #pool: MemoryPool;
  readonly #groups = new Map<string, GPUBindGroup>();
  readonly #sender: Sender;
  readonly #reads = new Set<Promise<unknown>>();
  #commands: Command[] = [];
  #scheduled = false;
  #compiling = false;

  /** @param keptPrograms maximum number of cached programs */
  constructor(device: WebGpuDevice, keptPrograms = 256) {
    this.#device = device;
    this.#pool = new MemoryPool(device);
    this.#programs = new WgslPrograms(device, keptPrograms);
    this.#sender = new Sender(device, this.#pool, this.#programs.uniforms);
  }

  get device(): WebGpuDevice {
    return this.#device;
  }

  /** Number of cached programs. */
  get programs(): number {
    return this.#programs.size;
  }

  /**
   * The program with this key, which starts compiling at the first call.
   * @param accesses accesses to the buffers, which are `@group(0) @binding(0)`, `(1)` …; uniforms are
   * `@group(1) @binding(0)`
   * @param code WGSL with an entry point `main`; called when it is not compiled yet
   */
  program(key: string, accesses: readonly Access[], code: () => string): WgslProgram {
    return this.#programs.get(key, accesses, code);
  }

  /** A buffer of at least this many bytes, with undefined contents unless it is new (zeros). */
  buffer(bytes: number, usage: number = STORAGE): Memory {
    return this.#pool.take(bytes, usage);
  }

  /** Returns a buffer to the pool. Earlier calls can still use it. */
  giveBack(memory: Memory): void {
    if (this.#pool.keep(memory)) return;
    this.afterwards(() => {
      this.#groups.clear();
      this.#pool.destroy(memory);
    });
  }

  /**
   * Runs a program.
   * @param buffers one per access. A buffer must not be both read and written, or written twice
   * @param uniforms copied; at most 8192 bytes, a multiple of 16
   */
  launch(program: WgslProgram, buffers: readonly Memory[], workgroups: Workgroups, uniforms: Uint32Array = NO_UNIFORMS): void {
    this.#push({ kind: 'launch', program, group: this.#group(program, buffers), workgroups, uniforms: uniforms.slice() });
  }

  /** Fills a range with zeros. @param offset a multiple of 4, like `bytes` */
  clear(memory: Memory, offset: number, bytes: number): void {
    this.#push({ kind: 'clear', memory, offset, bytes });
  }

  /** Copies values into a buffer. @param offset in bytes; a multiple of 4, like the length */
  write(memory: Memory, values: ArrayBufferView<ArrayBuffer>, offset = 0): void {
    if (this.#commands.length === 0) writeNow(this.#device.gpu, { memory, values, offset });
    else this.#push({ kind: 'write', memory, offset, values: copyOf(values) });
  }

  /**
   * Encodes the caller's own commands. Neither function may throw.
   * @param submitted called immediately after their submission, before any other
   */
  encode(encode: (encoder: GPUCommandEncoder) => void, submitted?: () => void): void {
    this.#push({ kind: 'encode', encode, submitted });
  }

  /** Calls a function once all previous calls have been submitted. */
  afterwards(call: () => void): void {
    this.#push({ kind: 'afterwards', call });
  }

  /** Sends all calls so far, after pending programs have compiled. */
  submit(): void {
    if (this.#compiling || this.#commands.length === 0) return;
    const compiling = this.#commands.flatMap((command) => (command.kind === 'launch' && !command.program.settled ? [command.program.ready] : []));
    if (compiling.length > 0) {
      this.#compiling = true;
      Promise.all(compiling).then(() => {
        this.#compiling = false;
        this.submit();
      });
      return;
    }
    const commands = this.#commands;
    this.#commands = [];
    this.#device.watch(() => this.#sender.send(commands));
  }

  /**
   * Waits for all calls so far and reads a part of a buffer.
   * @param bytes a multiple of 4, like `offset`
   * @param take copies the data from the bytes, which are valid only during the call
   * @throws UnsupportedError if a call failed, or the device was lost
   */
  read<T>(memory: Memory, bytes: number, take: (bytes: ArrayBuffer) => T, offset = 0): Promise<T> {
    const reading = this.#read(memory, bytes, take, offset);
    this.#reads.add(reading);
    const done = () => this.#reads.delete(reading);
    reading.then(done, done);
    return reading;
  }

  /** Resolves once the device has completed all calls so far, or was lost. */
  async finished(): Promise<void> {
    await this.#submitted();
    await this.#device.gpu.queue.onSubmittedWorkDone().catch(() => {});
  }

  /** Frees everything after pending reads have ended. */
  async dispose(): Promise<void> {
    await this.#submitted();
    await Promise.allSettled(this.#reads);
    this.#groups.clear();
    this.#pool.destroyAll();
  }

  async #read<T>(memory: Memory, bytes: number, take: (bytes: ArrayBuffer) => T, offset: number): Promise<T> {
    this.refuseIfFailed();
    const staging = this.buffer(bytes, USAGE.mapRead | USAGE.copyTarget);
    this.#push({ kind: 'copy', memory, offset, bytes, to: staging });
    await this.#submitted();
    const errors = this.#device.settled();
    let mapped = false;
    try {
      await staging.buffer.mapAsync(USAGE.mapRead, 0, bytes);
      mapped = true;
      await errors;
      this.refuseIfFailed();
      return take(staging.buffer.getMappedRange(0, bytes));
    } catch (error) {
      await errors;
      this.refuseIfFailed();
      throw error;
    } finally {
      if (mapped) staging.buffer.unmap();
      this.giveBack(staging);
    }
  }

  refuseIfFailed(): void {
    const { label } = this.#device;
    const reason = this.#device.failure();
    if (reason) throw new UnsupportedError('gpu', `${reason} on ${label}; its buffers are lost: create a new backend`);
  }

  /** Resolves once all calls so far are submitted, together with calls made before the caller yields. */
  #submitted(): Promise<void> {
    return new Promise((resolve) => {
      this.afterwards(resolve);
    });
  }

  #push(command: Command): void {
    this.#commands.push(command);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.submit();
    });
  }

  #group(program: WgslProgram, buffers: readonly Memory[]): GPUBindGroup {
    let key = String(program.layout.id);
    for (const { id } of buffers) key += ` ${id}`;
    const known = this.#groups.get(key);
    if (known) return known;
    if (this.#groups.size === MOST_GROUPS) this.#groups.clear();
    const entries = buffers.map(({ buffer }, binding) => ({ binding, resource: { buffer } }));
    const group = this.#device.watch(() => this.#device.gpu.createBindGroup({ layout: program.layout.buffers, entries }));
    this.#groups.set(key, group);
    return group;
  }
}

const NO_UNIFORMS = new Uint32Array(0);

function copyOf({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

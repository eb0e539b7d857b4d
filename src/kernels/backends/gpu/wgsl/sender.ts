import type { WebGpuDevice } from '../webgpu-device.js';
import { type Memory, type MemoryPool, USAGE } from './memory.js';
import type { WgslProgram } from './program.js';

/** Number of workgroups along x, y and z, each at most 65535. */
export type Workgroups = readonly [x: number, y: number, z: number];

/** A call that has not been submitted yet. */
export type Command =
  | { readonly kind: 'launch'; readonly program: WgslProgram; readonly group: GPUBindGroup; readonly workgroups: Workgroups; readonly uniforms: Uint32Array }
  | { readonly kind: 'clear'; readonly memory: Memory; readonly offset: number; readonly bytes: number }
  | { readonly kind: 'copy'; readonly memory: Memory; readonly offset: number; readonly bytes: number; readonly to: Memory }
  | { readonly kind: 'write'; readonly memory: Memory; readonly offset: number; readonly values: ArrayBufferView<ArrayBuffer> }
  | { readonly kind: 'encode'; readonly encode: (encoder: GPUCommandEncoder) => void; readonly submitted?: () => void }
  | { readonly kind: 'afterwards'; readonly call: () => void };

/** Bytes of uniforms per submission; the rest is sent with the next one. */
const UNIFORM_BYTES = 2 ** 16;
/** Maximum uniforms of one launch, and an alignment that every device supports. */
const UNIFORM_BLOCK = 2 ** 13;
const UNIFORM_ALIGNMENT = 256;

/** Submits commands to the queue of the device. */
export class Sender {
  readonly #gpu: GPUDevice;
  readonly #uniforms: GPUBuffer;
  readonly #group: GPUBindGroup;
  readonly #words = new Uint32Array(UNIFORM_BYTES / 4);

  /** @param layout of the bind group with the uniforms */
  constructor({ gpu }: WebGpuDevice, pool: MemoryPool, layout: GPUBindGroupLayout) {
    this.#gpu = gpu;
    this.#uniforms = pool.take(UNIFORM_BYTES, USAGE.uniform | USAGE.copyTarget).buffer;
    this.#group = gpu.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer: this.#uniforms, size: UNIFORM_BLOCK } }] });
  }

  /** Sends one command buffer; several if there is a write in between, or too many uniforms. */
  send(commands: readonly Command[]): void {
    const gpu = this.#gpu;
    const words = this.#words;
    let encoder: GPUCommandEncoder | undefined;
    let pass: GPUComputePassEncoder | undefined;
    let used = 0;
    const calls: (() => void)[] = [];
    const endPass = () => {
      pass?.end();
      pass = undefined;
    };
    const flush = () => {
      endPass();
      if (used > 0) gpu.queue.writeBuffer(this.#uniforms, 0, words, 0, used / 4);
      if (encoder) gpu.queue.submit([encoder.finish()]);
      encoder = undefined;
      used = 0;
    };
    for (const command of commands) {
      switch (command.kind) {
        case 'launch': {
          const { program, uniforms, workgroups } = command;
          if (!program.pipeline) continue; // it failed to compile, which reads report
          if (used + UNIFORM_BLOCK > UNIFORM_BYTES) flush();
          encoder ??= gpu.createCommandEncoder();
          pass ??= encoder.beginComputePass();
          pass.setPipeline(program.pipeline);
          pass.setBindGroup(0, command.group);
          pass.setBindGroup(1, this.#group, [used]);
          pass.dispatchWorkgroups(...workgroups);
          words.set(uniforms, used / 4);
          used += Math.ceil(uniforms.byteLength / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT;
          break;
        }
        case 'clear':
          endPass();
          encoder ??= gpu.createCommandEncoder();
          encoder.clearBuffer(command.memory.buffer, command.offset, command.bytes);
          break;
        case 'copy':
          endPass();
          encoder ??= gpu.createCommandEncoder();
          encoder.copyBufferToBuffer(command.memory.buffer, command.offset, command.to.buffer, 0, command.bytes);
          break;
        case 'write':
          flush();
          writeNow(gpu, command);
          break;
        case 'encode':
          endPass();
          encoder ??= gpu.createCommandEncoder();
          command.encode(encoder);
          if (command.submitted) {
            flush();
            command.submitted();
          }
          break;
        case 'afterwards':
          calls.push(command.call);
          break;
        default:
          command satisfies never;
      }
    }
    flush();
    for (const call of calls) call();
  }
}

/** Writes immediately, before any call that is not submitted yet. */
export function writeNow(gpu: GPUDevice, { memory, values, offset }: { memory: Memory; values: ArrayBufferView<ArrayBuffer>; offset: number }): void {
  gpu.queue.writeBuffer(memory.buffer, offset, values.buffer, values.byteOffset, values.byteLength);
}

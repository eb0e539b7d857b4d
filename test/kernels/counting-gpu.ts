import { type WebGpuContext, webGpuDevice } from '../../src/kernels/backends/gpu/webgpu-device.js';
import { WgslBackend } from '../../src/kernels/backends/gpu/wgsl/wgsl-backend.js';

/** Calls of WebGPU by name, and what was launched. */
export interface GpuCounts {
  readonly calls: Map<string, number>;
  /** labels of the programs that were launched */
  readonly launches: string[];
}

const LIMITS = {
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupStorageSize: 2 ** 14,
};

/**
 * A device that computes nothing and counts: all that is read is zero.
 * @param done when the work submitted so far is
 */
export function countingGpu(done: () => Promise<undefined>): { device: GPUDevice; counts: GpuCounts } {
  const counts: GpuCounts = { calls: new Map(), launches: [] };
  const count = <T>(name: string, result: T) => {
    counts.calls.set(name, (counts.calls.get(name) ?? 0) + 1);
    return result;
  };
  const pass = () => {
    let label = '';
    return {
      setPipeline: (pipeline: { label: string }) => {
        label = pipeline.label;
      },
      setBindGroup: () => count('setBindGroup', undefined),
      dispatchWorkgroups: () => {
        counts.launches.push(label);
        count('dispatchWorkgroups', undefined);
      },
      end() {},
    };
  };
  const device = {
    limits: LIMITS,
    lost: new Promise(() => {}),
    queue: {
      writeBuffer: () => count('writeBuffer', undefined),
      submit: () => count('submit', undefined),
      onSubmittedWorkDone: done,
    },
    createBuffer: ({ size }: GPUBufferDescriptor) =>
      count('createBuffer', {
        size,
        destroy() {},
        unmap() {},
        mapAsync: () => count('mapAsync', Promise.resolve()),
        getMappedRange: (_offset = 0, bytes: number = size) => new ArrayBuffer(bytes),
      }),
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createBindGroup: () => count('createBindGroup', {}),
    createShaderModule: () => ({}),
    createComputePipelineAsync: async ({ label }: GPUComputePipelineDescriptor) => count('createComputePipeline', { label }),
    createCommandEncoder: () => ({ beginComputePass: pass, clearBuffer() {}, copyBufferToBuffer() {}, finish: () => ({}) }),
    pushErrorScope: () => count('pushErrorScope', undefined),
    popErrorScope: () => Promise.resolve(null),
  } as unknown as GPUDevice;
  return { device, counts };
}

/** A backend on it. */
export function countingBackend(done = () => Promise.resolve(undefined)): { backend: WgslBackend; counts: GpuCounts } {
  const { device, counts } = countingGpu(done);
  const info = { vendor: 'none', architecture: '', device: '', description: 'counts', isFallbackAdapter: false };
  const context = { adapter: { info }, device, isLost: false } as unknown as WebGpuContext;
  return { backend: new WgslBackend(webGpuDevice(context), () => {}), counts };
}

import { type Device, SOFTWARE_GPU, softwareName } from './device.js';
import type { Texture } from './gpu-js.js';
import { loadOptional } from './optional-package.js';

/** GPU.js's one adapter and device, which all its programs share. */
export interface WebGpuContext {
  readonly adapter: GPUAdapter;
  readonly device: GPUDevice;
  readonly isLost: boolean;
}

// constants of the specification, whose global names exist only in browsers
const MAP_READ = 1;
const COPY_DST = 8;

/** The {@link Device} of WebGPU, on which programs in WGSL run besides those of GPU.js. */
export interface WebGpuDevice extends Device {
  readonly gpu: GPUDevice;
  /** Makes calls to the device; their errors are known once {@link settled} resolves. */
  watch<T>(calls: () => T): T;
  /** Resolves once the errors of everything watched so far are known. */
  settled(): Promise<void>;
  /** Marks all results of the device as invalid. */
  fail(reason: string): void;
}

export function isWebGpu(device: Device): device is WebGpuDevice {
  return 'gpu' in device;
}

export function webGpuDevice(context: WebGpuContext): WebGpuDevice {
  const { adapter, device } = context;
  const { info } = adapter;
  const name = info.description || [info.vendor, info.architecture].filter(Boolean).join(' ') || 'unnamed adapter';
  const maxBytes = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  let failed: string | undefined;
  /** resolves once the errors of everything watched so far are known */
  let watched = Promise.resolve();

  // WebGPU drops failed calls and continues with zeros. Errors are reported to the scope around the call; the event for
  // calls without a scope may arrive after the zeros.
  const watch = <T>(calls: () => T): T => {
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    try {
      return calls();
    } finally {
      const scopes = Promise.all([device.popErrorScope(), device.popErrorScope()]).then(
        (errors) => {
          failed ??= errors.find((error) => error)?.message;
        },
        () => {}, // the device is lost, see isLost
      );
      watched = watched.then(() => scopes);
    }
  };

  return {
    gpu: device,
    settled: () => watched,
    fail: (reason) => {
      failed ??= reason;
    },
    label: `webgpu (${name})`,
    caveat: isSoftware(info) ? SOFTWARE_GPU : undefined,
    maxLength: Math.floor(maxBytes / 4),
    limit: `maxStorageBufferBindingSize and maxBufferSize, ${maxBytes} bytes`,
    failure: () => (context.isLost ? 'the WebGPU device was lost' : failed),
    watch,
    async download({ buffer }: Texture, length: number) {
      const staging = watch(() => {
        const staging = device.createBuffer({ size: 4 * length, usage: MAP_READ | COPY_DST });
        const encoder = device.createCommandEncoder();
        encoder.copyBufferToBuffer(buffer, 0, staging, 0, 4 * length);
        device.queue.submit([encoder.finish()]);
        return staging;
      });
      const errors = watched;
      await staging.mapAsync(MAP_READ);
      const values = new Float32Array(staging.getMappedRange().slice(0));
      staging.destroy();
      await errors;
      return values;
    },
    release: (value: Texture) => value.delete(),
  };
}

export function isSoftware({ isFallbackAdapter, vendor, architecture, device, description }: GPUAdapterInfo): boolean {
  return isFallbackAdapter || softwareName(`${vendor} ${architecture} ${device} ${description}`) !== undefined;
}

/**
 * Ensures that `navigator.gpu` exists. In Node, it comes from the package `webgpu`, if that loads and finds an adapter.
 * @throws Error with the reason if there is none
 */
export async function provideWebGpu(): Promise<void> {
  if (globalThis.navigator?.gpu) return;
  if (typeof process === 'undefined' || !process.versions?.node) throw new Error('navigator.gpu is not available in this browser or on this page');
  const dawn = (await loadOptional('webgpu')) as { create(options: string[]): GPU };
  const gpu = dawn.create([]);
  if (!(await gpu.requestAdapter())) throw new Error('the package webgpu found no adapter; install a driver for Vulkan, Metal or D3D12');
  if (!globalThis.navigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true, writable: true });
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
}

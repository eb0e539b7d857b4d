import { afterEach, describe, expect, test, vi } from 'vitest';
import { UnsupportedError } from '../../src/errors.js';
import type { Backend, DeviceBuffer } from '../../src/kernels/backend.js';
import { createBackend } from '../../src/kernels/backends/create.js';
import { diagnose } from '../../src/kernels/backends/doctor.js';
import { createGpuBackend } from '../../src/kernels/backends/gpu/create-gpu.js';
import { type ConvGeometry, convGeometry } from '../../src/kernels/geometry.js';
import { operatorsOf } from '../../src/kernels/operators.js';
import { sizeOf } from '../../src/tensor.js';

// Runs on SwiftShader instead of a GPU. These tests check which backend of GPU.js ran, and how it fails.

afterEach(() => vi.restoreAllMocks());

const upload = (backend: Backend, values: ArrayLike<number>) => {
  const buffer = backend.allocate(values.length);
  backend.write(buffer, Float32Array.from(values));
  return buffer;
};

const blur = convGeometry([1, 1, 6, 8], [1, 1, 3, 3], { padding: 1, paddingMode: 'wrap' });
const ramp = Float32Array.from({ length: 48 }, (_, i) => i);

/** Everything that a training step does to buffers: fresh, reused, fed back, scratch. */
function useBuffers(backend: Backend, [x, kernel, a, b]: DeviceBuffer[], calls: number): void {
  for (let i = 0; i < calls; i++) {
    operatorsOf(backend).conv(blur, x, kernel, null, a);
    operatorsOf(backend).conv(blur, a, kernel, null, b);
    operatorsOf(backend).conv(blur, b, kernel, null, a);
    operatorsOf(backend).convInputGradient(blur, a, kernel, b);
    const fresh = backend.allocate(9);
    operatorsOf(backend).convKernelGradient(blur, x, b, fresh);
    backend.free(fresh);
  }
}

describe.each(['webgl2', 'webgpu'] as const)('%s', (mode) => {
  test('says what it runs on', async () => {
    const backend = await createGpuBackend({ mode });
    expect(backend.device).toMatch(mode === 'webgl2' ? /^webgl2 \(SwiftShader\)$/ : /^webgpu \(.*swiftshader.*\)$/i);
    backend.dispose();
  });

  test('500 rounds of calls leave as much on the device as 100, and freeing leaves what the programs keep', async () => {
    const alive = count(mode);
    const backend = await createGpuBackend({ mode });
    const start = alive();
    const buffers = [upload(backend, ramp), upload(backend, new Float32Array(9).fill(1 / 9)), backend.allocate(48), backend.allocate(48)];
    useBuffers(backend, buffers, 100);
    await backend.read(buffers[2]);
    const after100 = alive();
    useBuffers(backend, buffers, 400);
    await backend.read(buffers[2]);
    expect(alive()).toBe(after100);
    expect(backend.programs).toBeLessThan(20);

    for (const buffer of buffers) backend.free(buffer);
    backend.dispose();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(alive()).toBeLessThanOrEqual(start);
  });

  test('a result outlives its program', async () => {
    const backend = await createGpuBackend({ mode, keptPrograms: 1 });
    const kernel = upload(backend, [1, 10]);
    const results = [3, 4, 5].map((n) => {
      const [x, out] = [upload(backend, ramp.slice(0, n)), backend.allocate(n - 1)];
      operatorsOf(backend).conv(convGeometry([1, 1, n], [1, 1, 2]), x, kernel, null, out);
      return out;
    });
    for (const [i, out] of results.entries()) {
      expect([...(await backend.read(out))]).toEqual(Array.from({ length: 2 + i }, (_, o) => 11 * o + 10));
    }
    expect(backend.programs).toBe(1);
    backend.dispose();
  });

  test('a program that GPU.js moves to its cpu mode is refused', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const lib = (await import('gpu.js')) as unknown as Record<string, { prototype: Degradable }> & { default: Record<string, { prototype: Degradable }> };
    const { prototype } = (lib.default ?? lib)[mode === 'webgl2' ? 'WebGL2Kernel' : 'WebGPUKernel'];
    vi.spyOn(prototype, 'build').mockImplementation(function (this: Degradable, ...args: unknown[]) {
      return this.requestFallback(args, 'no float textures');
    });
    const created = createGpuBackend({ mode });
    await expect(created).rejects.toThrow(UnsupportedError);
    await expect(created).rejects.toThrow(`GPU.js fell back from ${mode} to its cpu mode: no float textures`);
    expect(warn).toHaveBeenCalled();
  });

  test('a buffer beyond the limits of the device is refused with the limit', async () => {
    const backend = await createGpuBackend({ mode });
    const limit = mode === 'webgl2' ? /holds at most 67108864 values \(MAX_TEXTURE_SIZE 8192\)/ : /holds at most \d+ values \(maxStorageBufferBindingSize/;
    expect(() => backend.allocate(2 ** 31)).toThrow(limit);
    backend.dispose();
  });

  test('more cells than float32 can number', async () => {
    const [H, W] = [4100, 4101];
    const g = convGeometry([1, 1, H, W], [1, 1, 1, 2], { padding: [0, 1] });
    expect(sizeOf(g.outShape)).toBeGreaterThan(2 ** 24);
    const values = Float32Array.from({ length: H * W }, (_, i) => (i * 7919) % 1021);
    const backend = await createGpuBackend({ mode });
    const [x, kernel, out] = [upload(backend, values), upload(backend, [1, 2]), backend.allocate(sizeOf(g.outShape))];
    operatorsOf(backend).conv(g, x, kernel, null, out);
    expect(firstWrong(await backend.read(out), g, values)).toBe(-1);
    backend.dispose();
  });
});

describe('a device that is gone gives errors, never zeros', () => {
  test('a lost WebGL context', async () => {
    const contexts = spyOnContexts();
    const backend = await createGpuBackend({ mode: 'webgl2' });
    const [x, kernel, out] = [upload(backend, ramp), upload(backend, new Float32Array(9).fill(1)), backend.allocate(48)];
    operatorsOf(backend).conv(blur, x, kernel, null, out);
    contexts[0].getExtension('WEBGL_lose_context')?.loseContext();
    await expect(backend.read(out)).rejects.toThrow(UnsupportedError);
    await expect(backend.read(out)).rejects.toThrow('gpu: the WebGL context was lost on webgl2 (SwiftShader)');
    operatorsOf(backend).conv(blur, x, kernel, null, out);
    operatorsOf(backend).convInputGradient(blur, out, kernel, x);
    await expect(backend.read(x)).rejects.toThrow('the WebGL context was lost');
    backend.dispose();
  });

  test('lost while a read waits', async () => {
    const contexts = spyOnContexts();
    const backend = await createGpuBackend({ mode: 'webgl2' });
    const [x, kernel, out] = [upload(backend, ramp), upload(backend, new Float32Array(9).fill(1)), backend.allocate(48)];
    operatorsOf(backend).conv(blur, x, kernel, null, out);
    const read = backend.read(out);
    contexts[0].getExtension('WEBGL_lose_context')?.loseContext();
    await expect(read).rejects.toThrow('the WebGL context was lost');
    backend.dispose();
  });

  test('an error of WebGL', async () => {
    const contexts = spyOnContexts();
    const backend = await createGpuBackend({ mode: 'webgl2' });
    const [x, kernel, out] = [upload(backend, ramp), upload(backend, new Float32Array(9).fill(1)), backend.allocate(48)];
    operatorsOf(backend).conv(blur, x, kernel, null, out);
    contexts[0].enable(0xffff);
    await expect(backend.read(out)).rejects.toThrow('WebGL reports error 0x500 on webgl2 (SwiftShader)');
    backend.dispose();
  });

  test('a lost WebGPU device; a new backend gets a new one', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    const backend = await createGpuBackend({ mode: 'webgpu' });
    const [x, kernel, out] = [upload(backend, ramp), upload(backend, new Float32Array(9).fill(1)), backend.allocate(48)];
    const buffers = spyOnBuffers();
    operatorsOf(backend).conv(blur, x, kernel, null, out);
    await backend.read(out);
    buffers.devices[0].destroy();
    await buffers.devices[0].lost;
    await expect(backend.read(out)).rejects.toThrow(UnsupportedError);
    await expect(backend.read(out)).rejects.toThrow('gpu: the WebGPU device was lost');
    operatorsOf(backend).conv(blur, x, kernel, null, out);
    await expect(backend.read(out)).rejects.toThrow('the WebGPU device was lost');
    backend.dispose();

    const next = await createGpuBackend({ mode: 'webgpu' });
    const [a, ones, b] = [upload(next, ramp), upload(next, new Float32Array(9).fill(1)), next.allocate(48)];
    operatorsOf(next).conv(blur, a, ones, null, b);
    expect((await next.read(b)).reduce((sum, value) => sum + value)).toBe(9 * ramp.reduce((sum, value) => sum + value));
    next.dispose();
  });

  test.each(['read', 'operator'])('a call that WebGPU drops: %s', async (call) => {
    vi.spyOn(console, 'error').mockReturnValue();
    const backend = await createGpuBackend({ mode: 'webgpu' });
    const buffers = spyOnBuffers();
    const [x, kernel, out] = [upload(backend, ramp), upload(backend, new Float32Array(9).fill(1)), backend.allocate(48)];
    operatorsOf(backend).conv(blur, x, kernel, null, out);
    await backend.read(x);
    for (const buffer of buffers.made) buffer.destroy();
    const next = backend.allocate(48);
    if (call === 'operator') operatorsOf(backend).conv(blur, out, kernel, null, next);
    await expect(backend.read(call === 'operator' ? next : out)).rejects.toThrow(/destroyed.* on webgpu/is);
    backend.dispose();
  });
});

test('auto does not take a software GPU, and says why', async () => {
  const { backends, auto } = await diagnose();
  for (const mode of ['webgpu', 'webgl2', 'webgl']) {
    expect(backends.find((report) => report.mode === mode)).toMatchObject({ available: true, hardware: false, reason: 'a software GPU' });
  }
  expect(auto?.reason).toBe('no hardware GPU was found (webgpu: a software GPU; webgl2: a software GPU)');
  const picked = await createBackend('auto');
  expect(picked.device).toBe(auto?.device);
  picked.dispose();
});

test('gpu without a mode takes a software GPU, as it was asked for by name', async () => {
  const backend = await createBackend('gpu');
  expect(backend.device).toMatch(/^webgpu \(/);
  backend.dispose();
});

interface Degradable {
  build(...args: unknown[]): unknown;
  requestFallback(args: unknown[], reason: string): unknown;
}

function spyOnContexts(): WebGL2RenderingContext[] {
  const contexts: WebGL2RenderingContext[] = [];
  const { getContext } = OffscreenCanvas.prototype;
  vi.spyOn(OffscreenCanvas.prototype, 'getContext').mockImplementation(function (this: OffscreenCanvas, ...args: unknown[]) {
    const context = Reflect.apply(getContext, this, args);
    contexts.push(context);
    return context;
  } as typeof getContext);
  return contexts;
}

function spyOnBuffers(): { devices: GPUDevice[]; made: GPUBuffer[] } {
  const seen = { devices: [] as GPUDevice[], made: [] as GPUBuffer[] };
  const { createBuffer } = GPUDevice.prototype;
  vi.spyOn(GPUDevice.prototype, 'createBuffer').mockImplementation(function (this: GPUDevice, descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    seen.devices.push(this);
    seen.made.push(buffer);
    return buffer;
  });
  return seen;
}

/** @returns how many textures or buffers were made since and not given back */
function count(mode: 'webgl2' | 'webgpu'): () => number {
  const alive = new Set<unknown>();
  if (mode === 'webgl2') {
    const { createTexture, deleteTexture } = WebGL2RenderingContext.prototype;
    vi.spyOn(WebGL2RenderingContext.prototype, 'createTexture').mockImplementation(function (this: WebGL2RenderingContext) {
      const texture = createTexture.call(this);
      alive.add(texture);
      return texture;
    });
    vi.spyOn(WebGL2RenderingContext.prototype, 'deleteTexture').mockImplementation(function (this: WebGL2RenderingContext, texture) {
      alive.delete(texture);
      deleteTexture.call(this, texture);
    });
  } else {
    const { createBuffer } = GPUDevice.prototype;
    const { destroy } = GPUBuffer.prototype;
    vi.spyOn(GPUDevice.prototype, 'createBuffer').mockImplementation(function (this: GPUDevice, descriptor) {
      const buffer = createBuffer.call(this, descriptor);
      alive.add(buffer);
      return buffer;
    });
    vi.spyOn(GPUBuffer.prototype, 'destroy').mockImplementation(function (this: GPUBuffer) {
      alive.delete(this);
      return destroy.call(this);
    });
  }
  return () => alive.size;
}

/** The first wrong value of out[h, w] = x[h, w − 1] + 2·x[h, w], with a zero on either side. */
function firstWrong(out: Float32Array, g: ConvGeometry, x: Float32Array): number {
  const [H, W, OW] = [g.input[1], g.input[2], g.output[2]];
  for (let h = 0; h < H; h++) {
    for (let ow = 0; ow < OW; ow++) {
      const want = (ow > 0 ? x[h * W + ow - 1] : 0) + (ow < W ? 2 * x[h * W + ow] : 0);
      if (out[h * OW + ow] !== want) return h * OW + ow;
    }
  }
  return out.length === H * OW ? -1 : out.length;
}

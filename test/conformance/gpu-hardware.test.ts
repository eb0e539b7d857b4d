import { afterEach, describe, expect, test, vi } from 'vitest';
import { createBackend, explain, gaussian } from '../../src/index.js';
import { createHardwareGpu } from '../../src/kernels/backends/gpu/hardware-gpu.js';

const gpuJs = vi.hoisted(() => ({ isLoaded: false }));
vi.mock('gpu.js', () => {
  gpuJs.isLoaded = true;
  return {};
});

afterEach(() => vi.unstubAllGlobals());

const adapter = (info: Partial<GPUAdapterInfo>) => ({
  requestAdapter: async () => ({ info: { vendor: '', architecture: '', device: '', description: '', isFallbackAdapter: false, ...info } }),
});

function stubWebGl(renderer: string): { lost: number } {
  const seen = { lost: 0 };
  const extension = { UNMASKED_RENDERER_WEBGL: 1, loseContext: () => seen.lost++ };
  const context = { getExtension: () => extension, getParameter: () => renderer, createFramebuffer: () => null };
  vi.stubGlobal('WebGL2RenderingContext', class {});
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      getContext = () => context;
    },
  );
  return seen;
}

describe('createHardwareGpu', () => {
  test('no adapter, no WebGL', async () => {
    vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => null } });
    await expect(createHardwareGpu()).rejects.toThrow('webgpu: no adapter was found; webgl2: WebGL 2 requires a browser');
  });

  test('software GPUs', async () => {
    vi.stubGlobal('navigator', { gpu: adapter({ vendor: 'google', architecture: 'swiftshader' }) });
    const seen = stubWebGl('ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)');
    await expect(createHardwareGpu()).rejects.toThrow('webgpu: a software GPU; webgl2: a software GPU');
    expect(seen.lost).toBe(1);
  });

  test('a driver that hides its name', async () => {
    vi.stubGlobal('navigator', { gpu: adapter({ isFallbackAdapter: true }) });
    stubWebGl('Mozilla');
    await expect(createHardwareGpu()).rejects.toThrow('webgpu: a software GPU; webgl2: it does not report its hardware');
  });
});

test('auto on a software GPU says so, and stays wasm', async () => {
  vi.stubGlobal('navigator', { gpu: adapter({ vendor: 'mesa', description: 'llvmpipe (LLVM 15.0.6)' }) });
  const backend = await createBackend('auto', { threads: 1 });
  const { chosen } = await explain(gaussian(9), { width: 1920, height: 1080, channels: 4, samples: 'uint8' }, { backend });
  expect(chosen).toMatchObject({ backend: 'wasm', gpu: undefined, why: expect.stringContaining('no hardware GPU was found (webgpu: a software GPU; ') });
  expect(backend.device).toBe('wasm simd, 1 thread');
  backend.dispose();
});

test('GPU.js is loaded where there is a hardware GPU, and nowhere else', async () => {
  expect(gpuJs.isLoaded).toBe(false);
  vi.stubGlobal('navigator', { gpu: adapter({ vendor: 'nvidia', architecture: 'ampere' }) });
  await expect(createHardwareGpu()).rejects.toThrow();
  expect(gpuJs.isLoaded).toBe(true);
});

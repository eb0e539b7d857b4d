import { afterEach, describe, expect, test, vi } from 'vitest';
import { OptionError, UnsupportedError } from '../../src/errors.js';
import type { Backend } from '../../src/kernels/backend.js';
import { createBackend } from '../../src/kernels/backends/create.js';
import { diagnose } from '../../src/kernels/backends/doctor.js';
import { createGpuBackend } from '../../src/kernels/backends/gpu/create-gpu.js';
import { glDevice } from '../../src/kernels/backends/gpu/gl-device.js';
import { type Gpu, type Kernel, loadGpuJs } from '../../src/kernels/backends/gpu/gpu-js.js';
import { type WebGpuContext, webGpuDevice } from '../../src/kernels/backends/gpu/webgpu-device.js';
import { convGeometry } from '../../src/kernels/geometry.js';
import { operatorsOf } from '../../src/kernels/operators.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const pair = (n: number) => convGeometry([1, 1, n], [1, 1, 2]);
const upload = (backend: Backend, ...values: number[]) => {
  const buffer = backend.allocate(values.length);
  backend.write(buffer, Float32Array.from(values));
  return buffer;
};

describe('a buffer that cannot be used is refused by what is wrong with it', async () => {
  const backend = await createGpuBackend({ mode: 'cpu' });
  const [x, kernel] = [upload(backend, 1, 2, 3), upload(backend, 1, 1)];

  test('freed', () => {
    const out = backend.allocate(2);
    backend.free(out);
    expect(() => operatorsOf(backend).conv(pair(3), x, kernel, null, out)).toThrow('gpu: received a buffer of 2 values that was freed');
    expect(() => backend.free(out)).toThrow('that was freed');
  });

  test("another backend's", async () => {
    const other = await createGpuBackend({ mode: 'cpu' });
    const reference = await createBackend('reference');
    for (const foreign of [other.allocate(2), reference.allocate(2)]) {
      expect(() => operatorsOf(backend).conv(pair(3), x, kernel, null, foreign)).toThrow('gpu: received a buffer of another backend');
    }
  });

  test('a disposed backend', async () => {
    const gone = await createGpuBackend({ mode: 'cpu' });
    const buffer = gone.allocate(3);
    gone.dispose();
    gone.dispose();
    for (const call of [() => gone.allocate(1), () => gone.write(buffer, new Float32Array(3)), () => gone.read(buffer), () => gone.free(buffer)]) {
      expect(call).toThrow('gpu: the backend was disposed of; create a new one');
    }
  });
});

describe('programs', () => {
  test('the one unused for longest is destroyed, and results stay right', async () => {
    const created: Gpu[] = [];
    const { GPU } = await loadGpuJs();
    const createKernel = GPU.prototype.createKernel;
    vi.spyOn(GPU.prototype, 'createKernel').mockImplementation(function (this: Gpu, ...args) {
      created.push(this);
      return createKernel.apply(this, args);
    });
    const backend = await createGpuBackend({ mode: 'cpu', keptPrograms: 2 });
    const kernel = upload(backend, 1, 10);
    const sizes = [3, 4, 5, 5, 4, 3, 4];
    for (const n of sizes) {
      const [x, out] = [upload(backend, ...Array.from({ length: n }, (_, i) => i)), backend.allocate(n - 1)];
      operatorsOf(backend).conv(pair(n), x, kernel, null, out);
      expect([...(await backend.read(out))]).toEqual(Array.from({ length: n - 1 }, (_, i) => 11 * i + 10));
      expect(backend.programs).toBeLessThanOrEqual(2);
    }
    // the first program stays; of the others, 3, 4, 5 and then 3 again were compiled
    expect(created).toHaveLength(1 + 4);
    expect(created[0].kernels).toHaveLength(1 + 2);
  });

  test('500 equal calls compile one', async () => {
    const backend = await createGpuBackend({ mode: 'cpu' });
    const [x, kernel, out] = [upload(backend, 1, 2, 3), upload(backend, 1, 1), backend.allocate(2)];
    for (let i = 0; i < 500; i++) operatorsOf(backend).conv(pair(3), x, kernel, null, out);
    expect([...(await backend.read(out))]).toEqual([3, 5]);
    expect(backend.programs).toBe(1);
  });

  test('results are fed back and written over without being mixed up', async () => {
    const backend = await createGpuBackend({ mode: 'cpu' });
    const sum = convGeometry([1, 1, 4], [1, 1, 3], { padding: 1, paddingMode: 'wrap' });
    const [a, b, kernel] = [upload(backend, 1, 2, 3, 4), backend.allocate(4), upload(backend, 0, 1, 1)];
    operatorsOf(backend).conv(sum, a, kernel, null, b); // 3 5 7 5
    operatorsOf(backend).conv(sum, b, kernel, null, a); // 8 12 12 8
    const early = backend.read(a);
    operatorsOf(backend).conv(sum, a, kernel, null, b); // 20 24 20 16
    backend.write(a, new Float32Array(4).fill(9));
    expect([...(await early)]).toEqual([8, 12, 12, 8]);
    expect([...(await backend.read(b))]).toEqual([20, 24, 20, 16]);
    expect([...(await backend.read(a))]).toEqual([9, 9, 9, 9]);
  });
});

describe('what fails', () => {
  /** The next program that is made goes through `change`. */
  async function withNextProgram(change: (kernel: Kernel) => Kernel) {
    const { GPU } = await loadGpuJs();
    const createKernel = GPU.prototype.createKernel;
    vi.spyOn(GPU.prototype, 'createKernel').mockImplementationOnce(function (this: Gpu, ...args) {
      return change(createKernel.apply(this, args));
    });
  }

  test('surfaces where a result that depends on it is read, and nowhere else', async () => {
    const backend = await createGpuBackend({ mode: 'cpu' });
    const [x, kernel, out, next] = [upload(backend, 1, 2, 3), upload(backend, 1, 1), backend.allocate(2), backend.allocate(1)];
    await withNextProgram(() => {
      throw new Error('out of registers');
    });
    operatorsOf(backend).conv(pair(3), x, kernel, null, out);
    operatorsOf(backend).conv(pair(2), out, kernel, null, next);
    await expect(backend.read(out)).rejects.toThrow(/^gpu: conv x=1,1,3 .* failed on gpu\.js cpu: out of registers$/);
    await expect(backend.read(next)).rejects.toThrow('out of registers');
    expect([...(await backend.read(x))]).toEqual([1, 2, 3]);
    // the next call compiles anew
    operatorsOf(backend).conv(pair(3), x, kernel, null, out);
    expect([...(await backend.read(out))]).toEqual([3, 5]);
  });

  test('a program that GPU.js moved to another of its backends is refused', async () => {
    const backend = await createGpuBackend({ mode: 'cpu' });
    const [x, kernel, out] = [upload(backend, 1, 2, 3), upload(backend, 1, 1), backend.allocate(2)];
    await withNextProgram((program) => {
      Object.assign(program.kernel, { fallbackReason: 'no float textures' });
      return program;
    });
    operatorsOf(backend).conv(pair(3), x, kernel, null, out);
    await expect(backend.read(out)).rejects.toThrow(UnsupportedError);
    await expect(backend.read(out)).rejects.toThrow('GPU.js fell back from cpu to its cpu mode: no float textures');
  });
});

describe('createBackend', () => {
  test.each([
    ['cuda', {}, /^createBackend: name must be one of auto, gpu, wasm, reference, received "cuda"$/],
    ['gpu', { gpuMode: 'vulkan' }, /^createBackend: gpuMode must be one of webgpu, .*, received "vulkan"$/],
    ['wasm', { gpuMode: 'webgl2' }, /^createBackend: gpuMode requires the backend 'gpu' \(it is 'wasm'\), received "webgl2"$/],
    ['auto', { gpuMode: 'cpu' }, /requires the backend 'gpu' \(it is 'auto'\)/],
    ['gpu', { workers: 2 }, /^createBackend: workers is not an option/],
  ])('%s %o', async (name, options, message) => {
    const created = createBackend(name as 'gpu', options as object);
    await expect(created).rejects.toThrow(OptionError);
    await expect(created).rejects.toThrow(message);
  });

  test('gpuMode is what runs', async () => {
    expect((await createBackend('gpu', { gpuMode: 'cpu' })).device).toBe('gpu.js cpu');
  });

  test('webgl2 is refused in Node, with the reason', async () => {
    const created = createBackend('gpu', { gpuMode: 'webgl2' });
    await expect(created).rejects.toThrow(UnsupportedError);
    await expect(created).rejects.toThrow('createBackend: no GPU is available (webgl2: WebGL 2 requires a browser)');
  });
});

describe('what the driver says', () => {
  const gl = (renderer: string) =>
    ({
      getExtension: () => ({ UNMASKED_RENDERER_WEBGL: 1 }),
      getParameter: () => renderer,
      createFramebuffer: () => null,
    }) as unknown as WebGL2RenderingContext;
  const context = (info: Partial<GPUAdapterInfo>) =>
    ({
      adapter: { info: { vendor: '', architecture: '', device: '', description: '', isFallbackAdapter: false, ...info } },
      device: { limits: { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28 } },
    }) as unknown as WebGpuContext;

  test.each([
    ['ANGLE (NVIDIA, NVIDIA GeForce RTX 3080 Direct3D11 vs_5_0 ps_5_0, D3D11)', 'NVIDIA GeForce RTX 3080 Direct3D11 vs_5_0 ps_5_0', undefined],
    ['Apple GPU', 'Apple GPU', undefined],
    ['ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)', 'SwiftShader', 'a software GPU'],
    ['llvmpipe (LLVM 15.0.6, 256 bits)', 'llvmpipe', 'a software GPU'],
    ['ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0, D3D11)', 'Microsoft Basic Render', 'a software GPU'],
    ['ANGLE', 'ANGLE', 'it does not report its hardware'],
    ['Mozilla', 'Mozilla', 'it does not report its hardware'],
  ])('of WebGL: %s', (renderer, name, caveat) => {
    expect(glDevice(gl(renderer), 'webgl2')).toMatchObject({ label: `webgl2 (${name})`, caveat });
  });

  test.each([
    [{ vendor: 'nvidia', architecture: 'ampere' }, 'webgpu (nvidia ampere)', undefined],
    [{ vendor: 'nvidia', description: 'NVIDIA GeForce RTX 3080' }, 'webgpu (NVIDIA GeForce RTX 3080)', undefined],
    [{ vendor: 'google', architecture: 'swiftshader' }, 'webgpu (google swiftshader)', 'a software GPU'],
    [{ vendor: 'mesa', description: 'llvmpipe (LLVM 15.0.6)' }, 'webgpu (llvmpipe (LLVM 15.0.6))', 'a software GPU'],
    [{ isFallbackAdapter: true }, 'webgpu (unnamed adapter)', 'a software GPU'],
  ])('of WebGPU: %o', (info, label, caveat) => {
    expect(webGpuDevice(context(info))).toMatchObject({ label, caveat, maxLength: 2 ** 25 });
  });
});

describe('diagnose', () => {
  test('reports every backend and mode; auto is wasm where there is no hardware GPU, and createBackend agrees', async () => {
    const { backends, auto } = await diagnose();
    expect(backends.map(({ backend, mode }) => (mode ? `${backend} ${mode}` : backend))).toEqual([
      'gpu webgpu',
      'gpu webgl2',
      'gpu webgl',
      'gpu headlessgl',
      'gpu cpu',
      'wasm',
      'reference',
    ]);
    for (const { available, device, reason } of backends) expect(available ? device : reason).toBeTruthy();
    const backend = await createBackend('auto');
    expect(auto?.device).toBe(backend.device);
    expect(auto).toMatchObject({
      backend: 'auto',
      reason: expect.stringMatching(/^no hardware GPU was found \(webgpu: .*; webgl2: WebGL 2 requires a browser/),
    });
    expect(backend.name).toBe('auto');
    backend.dispose();
  });
});

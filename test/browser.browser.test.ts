import { expect, test } from 'vitest';

// Requirements of the other browser tests, which would otherwise fail later or silently test less.
test('the page is isolated, so threads can share memory', () => {
  expect(globalThis.crossOriginIsolated).toBe(true);
  expect(new SharedArrayBuffer(4).byteLength).toBe(4);
});

test('WebGL 2 answers with float textures', () => {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  expect(gl?.getExtension('EXT_color_buffer_float')).toBeTruthy();
});

test('WebGPU answers', async () => {
  const { gpu } = navigator as unknown as { gpu?: { requestAdapter(): Promise<{ requestDevice(): Promise<{ destroy(): void }> } | null> } };
  const adapter = await gpu?.requestAdapter();
  expect(adapter).toBeTruthy();
  (await adapter?.requestDevice())?.destroy();
});

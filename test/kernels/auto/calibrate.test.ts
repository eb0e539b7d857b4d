import { expect, test } from 'vitest';
import { createBackend } from '../../../src/index.js';
import { calibrate } from '../../../src/kernels/backends/auto/calibrate.js';
import { FakeGpu, FakeWasm, GOOD, operatorTime, VirtualTime } from './virtual-machine.js';

test.each([
  [{ roundTrip: 1, up: 6e6, down: 5e6, copy: 1e8, multiplyAdds: 1e9, launch: 0.05, compile: 80 }, 0.5],
  [{ roundTrip: 0.2, up: 2e7, down: 2.5e7, copy: 3e8, multiplyAdds: 1e9, launch: 0.01, compile: 5 }, 1],
  [{ roundTrip: 3, up: 2e6, down: 1e6, copy: 1e7, multiplyAdds: 2e7, launch: 0.3, compile: 400 }, 4],
])('finds what a machine was made of: %o, slowness %d', async (made, slowness) => {
  const time = new VirtualTime();
  const machine = { wasm: (job: Parameters<typeof operatorTime>[0]) => slowness * operatorTime(job), gpu: { ...GOOD, ...made } };
  const [gpu, wasm] = [new FakeGpu(time, machine), new FakeWasm(time, machine)];
  const { result, milliseconds } = await time.call(() => calibrate(gpu, wasm, time.clock));
  for (const name of ['roundTrip', 'up', 'down', 'copy', 'multiplyAdds', 'launch', 'compile'] as const) {
    expect(result[name] / made[name], name).toBeGreaterThan(0.8);
    expect(result[name] / made[name], name).toBeLessThan(1.25);
  }
  expect(result.wasm).toBeCloseTo(slowness);
  expect(milliseconds - 4 * made.compile).toBeLessThan(made.roundTrip < 2 ? 40 : 120);
});

test('what takes no measurable time is not taken for endless: the rates are those of an eighth of a round trip', async () => {
  const time = new VirtualTime();
  const machine = { wasm: operatorTime, gpu: { ...GOOD, roundTrip: 4, up: 1e12, down: 1e12, copy: 1e12, multiplyAdds: 1e15, launch: 0 } };
  const { result } = await time.call(() => calibrate(new FakeGpu(time, machine), new FakeWasm(time, machine), time.clock));
  expect(result.up).toBeCloseTo(2 ** 22 / 0.5);
  expect(result.down).toBeCloseTo(2 ** 22 / 0.5);
});

test('real backends: a wasm backend in the place of the GPU has no failing step', async () => {
  const [a, b] = [await createBackend('wasm', { threads: 1 }), await createBackend('wasm', { threads: 1 })];
  const found = await calibrate(a, b, () => performance.now());
  for (const [name, value] of Object.entries(found)) expect(value, name).toBeGreaterThanOrEqual(0);
  for (const each of [a, b]) each.dispose();
});

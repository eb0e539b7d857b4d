import { describe, expect, test } from 'vitest';
import {
  box,
  type ConvPlan,
  conv,
  convInputGradient,
  disk,
  explain,
  type Format,
  full,
  gaussian,
  planFilter,
  sharpen,
  type Tensor,
} from '../../../src/index.js';
import type { Executable } from '../../../src/kernels/backend.js';
import { AutoBackend } from '../../../src/kernels/backends/auto/auto.js';
import type { Job, PictureJob } from '../../../src/kernels/job.js';
import { BY_GPU, BY_WASM, FakeWasm, GOOD, type Machine, operatorTime, Simulation, VirtualTime } from './virtual-machine.js';

const HD: Format = { width: 1920, height: 1080, channels: 3, samples: 'uint8' };
const SMALL: Format = { ...HD, width: 320, height: 200 };
const planner = new AutoBackend(new FakeWasm(new VirtualTime(), { wasm: () => 0, gpu: GOOD }), () => Promise.reject(new Error()));

function jobOf(format: Format, kernel: Tensor): PictureJob {
  return planFilter(format, [{ kernel }], {}, planner).steps[0].job as PictureJob;
}

/** Images, and their milliseconds on wasm on one thread of the machine of the model. */
const PICTURES: readonly (readonly [milliseconds: number, job: PictureJob])[] = [
  [3.2, jobOf(HD, sharpen())],
  [11, jobOf(HD, gaussian(2))],
  [17, jobOf(HD, disk(3))],
  [38, jobOf(HD, disk(15))],
  [0.4, jobOf(SMALL, gaussian(2))],
  [3.7, jobOf(HD, box(15))],
];
const BLUR = PICTURES[1][1];
const times = new Map<Job, number>(PICTURES.map(([milliseconds, job]) => [job, milliseconds]));
const wasmTime =
  (slowness = 1) =>
  (job: Job) =>
    slowness * (times.get(job) ?? (job.operation === 'picture' ? 11 : operatorTime(job)));
/** One on which the blur takes 11 ms on wasm, and 4 on the GPU. */
const GAMER: Machine = { wasm: wasmTime(), gpu: GOOD };

const total = (ran: readonly { readonly milliseconds: number }[]) => ran.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
const isDecided = (simulation: Simulation, executable: Executable) => ['measured', 'compared'].includes(simulation.why(executable) ?? '');

/** Runs an image until both backends were measured. @returns whether they were */
async function warmUp(simulation: Simulation, executable: Executable, calls = 400): Promise<boolean> {
  for (let i = 0; i < calls && !isDecided(simulation, executable); i += 10) await simulation.run(executable, 10);
  await simulation.run(executable, 20);
  return isDecided(simulation, executable);
}

/** Milliseconds of an image without noise, on the better backend. */
function best({ wasm, gpu }: Simulation, job: PictureJob): number {
  return Math.min(wasm.machine.wasm(job), gpu.milliseconds(job));
}

/** Round trips from native to busy browsers, buses, and GPUs from integrated ones to large ones; images quicker and slower than predicted. */
const MACHINES: readonly Machine[] = [0.3, 1, 3].flatMap((roundTrip) =>
  [4e6, 2e7].flatMap((bus) =>
    [0.1, 1, 10].flatMap((size) =>
      [
        { pictures: 1, slowness: 1 },
        { pictures: 0.5, slowness: 0.3 },
        { pictures: 4, slowness: 3 },
      ].map(({ pictures, slowness }) => ({
        gpu: { ...GOOD, roundTrip, up: bus, down: bus, copy: size * 1e8, multiplyAdds: size * 2e8, compile: 40 / size },
        pictures,
        wasm: wasmTime(slowness),
      })),
    ),
  ),
);

describe('whatever the machine', () => {
  test('calls take at most 1.1 times as long as on the better backend once both were measured, trials included', async () => {
    let decided = 0;
    for (const machine of MACHINES) {
      for (const [, job] of PICTURES) {
        const simulation = new Simulation(machine);
        const executable = simulation.auto.prepare(job);
        await simulation.time.call(() => simulation.auto.chooser.expect(job, 1));
        if (!(await warmUp(simulation, executable, 200))) continue;
        decided++;
        const sum = total(await simulation.run(executable, 50));
        expect(sum / 50 / best(simulation, job), JSON.stringify({ ...machine, job: PICTURES.findIndex((each) => each[1] === job) })).toBeLessThan(1.1);
      }
    }
    expect(decided).toBeGreaterThan(200);
  });

  test('so they do where times are noisy, on an average', async () => {
    let [sum, least] = [0, 0];
    for (const [i, machine] of MACHINES.entries()) {
      const [, job] = PICTURES[i % PICTURES.length];
      const simulation = new Simulation({ ...machine, noise: 0.15 });
      const executable = simulation.auto.prepare(job);
      if (!(await warmUp(simulation, executable))) continue;
      // each machine counts alike
      sum += total(await simulation.run(executable, 100)) / best(simulation, job);
      least += 100;
    }
    // the mean of a time with this noise is 1.011 times its median
    expect(sum / least).toBeLessThan(1.1);
  });
});

describe('looking for a GPU', () => {
  test('begins once it could have saved 250 ms, and never for pictures for which no GPU could respond as fast', async () => {
    const simulation = new Simulation({ ...GAMER, wasm: () => 0.2 });
    const small = simulation.auto.prepare(BLUR);
    await simulation.run(small, 2000);
    expect([simulation.looked, simulation.why(small)]).toEqual([0, 'soon']);

    const large = new Simulation(GAMER);
    const executable = large.auto.prepare(BLUR);
    await large.run(executable, 20);
    expect([large.looked, large.why(executable), large.gpu.runs]).toEqual([0, 'unsought', 0]);
    await large.run(executable, 20);
    expect(large.looked).toBe(1);
    await large.run(executable, 400);
    expect(large.looked).toBe(1);
  });

  test('without one nothing is called, and it is looked for once', async () => {
    const simulation = new Simulation(GAMER, () => Promise.reject(new Error('no adapter was found')));
    const executable = simulation.auto.prepare(BLUR);
    const ran = await simulation.run(executable, 500);
    expect(ran.every(({ by }) => by === BY_WASM)).toBe(true);
    expect([simulation.looked, simulation.gpu.runs, simulation.gpu.prepared]).toEqual([1, 0, 0]);
    expect(simulation.auto.chooser.latest(executable)).toMatchObject({
      backend: 'wasm',
      gpu: undefined,
      why: 'no hardware GPU was found (no adapter was found)',
    });
    expect(simulation.auto.device).toBe('fake');
  });

  test('no call waits: neither while a device is opened, nor while programs are compiled', async () => {
    const open = async (gpu: Simulation['gpu'], time: VirtualTime) => {
      await time.sleep(3000);
      return gpu;
    };
    const simulation = new Simulation({ ...GAMER, gpu: { ...GOOD, compile: 1000 } }, open);
    const executable = simulation.auto.prepare(BLUR);
    const reasons = new Set<string | undefined>();
    let slowest = 0;
    for (let i = 0; i < 2000; i++) {
      const [{ milliseconds }] = await simulation.run(executable, 1);
      slowest = Math.max(slowest, milliseconds);
      reasons.add(simulation.why(executable));
    }
    // what wasm itself is measured by takes 1.4 ms between two calls
    expect(slowest).toBeLessThan(11 + 1.4);
    expect([...reasons]).toEqual(expect.arrayContaining(['unsought', 'compiling', 'measured', 'compared']));
    expect(simulation.auto.device).toBe('fake, and fake gpu');
  });

  test('a backend that is let go meanwhile lets the GPU go', async () => {
    const open = async (gpu: Simulation['gpu'], time: VirtualTime) => {
      await time.sleep(100);
      return gpu;
    };
    const simulation = new Simulation(GAMER, open);
    await simulation.run(simulation.auto.prepare(BLUR), 40);
    simulation.auto.dispose();
    await simulation.time.idle();
    expect([simulation.looked, simulation.gpu.disposed, simulation.wasm.disposed]).toEqual([1, true, true]);
  });
});

describe('a picture', () => {
  test('of which wasm has too few runs to repay compiling stays there', async () => {
    const simulation = new Simulation({ ...GAMER, gpu: { ...GOOD, compile: 5000 } });
    const executable = simulation.auto.prepare(BLUR);
    await simulation.run(executable, 40);
    await simulation.time.idle();
    await simulation.run(executable, 300);
    expect([simulation.why(executable), simulation.gpu.pictures]).toEqual(['notRepaid', 0]);
  });

  test('that is not opaque is refused by either, and nothing is learned from that', async () => {
    const simulation = new Simulation(GAMER);
    const executable = simulation.auto.prepare(BLUR);
    await warmUp(simulation, executable);
    const before = simulation.auto.chooser.latest(executable);
    expect(before).toMatchObject({ backend: 'gpu', device: 'fake gpu', reason: { name: 'measured' } });
    simulation.gpu.isOpaque = false;
    const out = new Uint8ClampedArray(4);
    const { result } = await simulation.time.call(() => simulation.auto.run(executable, [out], [out]));
    expect([result, out[0]]).toEqual([false, 0]);
    expect(simulation.auto.chooser.latest(executable)?.gpu).toBe(before?.gpu);
  });

  test('goes to the GPU at its first run if such pictures were faster there and its program is compiled', async () => {
    const simulation = new Simulation(GAMER);
    await warmUp(simulation, simulation.auto.prepare(BLUR));
    // other weights, as a slider gives them
    const [next] = await simulation.run(simulation.auto.prepare(jobOf(HD, gaussian(1.9))), 1);
    expect(next.by).toBe(BY_GPU);
    // another border: another program
    const other = simulation.auto.prepare(planFilter(HD, [{ kernel: gaussian(2), paddingMode: 'wrap' }], {}, planner).steps[0].job as PictureJob);
    const ran = await simulation.run(other, 10);
    expect(ran[0].by).toBe(BY_WASM);
    expect(ran[9].by).toBe(BY_GPU);
    expect(Math.max(...ran.map(({ milliseconds }) => milliseconds))).toBeLessThanOrEqual(11 + 1e-6);
  });

  test('whose sums the GPU has no program for stays on wasm, and one that it refuses too', async () => {
    const simulation = new Simulation(GAMER);
    Object.assign(simulation.gpu, { abilities: { programs: ['direct'], pictures: ['separable'] } });
    const none = simulation.auto.prepare(PICTURES[2][1]);
    await simulation.run(none, 200);
    expect([simulation.why(none), simulation.gpu.prepared]).toEqual(['noGpuProgram', 0]);

    const refusing = new Simulation(GAMER);
    const tooLarge = { name: 'noPictures', values: { backend: 'gpu' } } as const;
    Object.assign(refusing.gpu, { abilities: { ...refusing.gpu.abilities, refuses: () => tooLarge } });
    const refused = refusing.auto.prepare(BLUR);
    await refusing.run(refused, 200);
    expect(refusing.auto.chooser.latest(refused)).toMatchObject({ backend: 'wasm', reason: tooLarge });
  });

  test('that is released while it runs is given back when it has ended', async () => {
    const simulation = new Simulation(GAMER);
    const executable = simulation.auto.prepare(BLUR);
    await warmUp(simulation, executable);
    expect([simulation.wasm.prepared, simulation.gpu.prepared]).toEqual([1, 1]);
    const out = new Uint8ClampedArray(4);
    const running = simulation.auto.run(executable, [out], [out]);
    simulation.auto.release(executable);
    expect([simulation.wasm.prepared, simulation.gpu.prepared]).toEqual([1, 1]);
    await simulation.time.call(() => running);
    expect([out[0], simulation.wasm.prepared, simulation.gpu.prepared]).toEqual([BY_GPU, 0, 0]);
  });

  test('many at a time are measured by what each adds', async () => {
    const simulation = new Simulation(GAMER);
    const executable = simulation.auto.prepare(BLUR);
    await warmUp(simulation, executable);
    const outs = Array.from({ length: 400 }, () => new Uint8ClampedArray(4));
    for (let i = 0; i < outs.length; i += 4) {
      await simulation.time.call(() => Promise.all(outs.slice(i, i + 4).map((out) => simulation.auto.run(executable, [out], [out]))));
    }
    expect(outs.filter(([by]) => by === BY_GPU).length).toBeGreaterThan(380);
  });
});

test('a GPU that is lost: the call comes out right, wasm takes over, and the plan says so', async () => {
  const simulation = new Simulation(GAMER);
  const executable = simulation.auto.prepare(BLUR);
  await warmUp(simulation, executable);
  simulation.gpu.isLost = true;
  const runs = simulation.gpu.pictures;
  const ran = await simulation.run(executable, 100);
  expect(ran.every(({ by }) => by === BY_WASM)).toBe(true);
  expect([simulation.gpu.pictures - runs, simulation.gpu.disposed, simulation.looked]).toEqual([1, true, 1]);
  expect(simulation.auto.chooser.latest(executable)?.why).toBe('the GPU failed (the fake device was lost)');
});

test('a GPU that is lost while the picture is released: the call comes out right', async () => {
  const simulation = new Simulation(GAMER);
  const executable = simulation.auto.prepare(BLUR);
  await warmUp(simulation, executable);
  simulation.gpu.isLost = true;
  const out = new Uint8ClampedArray(4);
  const running = simulation.auto.run(executable, [out], [out]);
  simulation.auto.release(executable);
  expect(simulation.wasm.prepared).toBe(1);
  await simulation.time.call(() => running);
  expect([out[0], simulation.wasm.prepared]).toEqual([BY_WASM, 0]);
});

test('a call that is ended is no fault of the GPU', async () => {
  const simulation = new Simulation(GAMER);
  const executable = simulation.auto.prepare(BLUR);
  await warmUp(simulation, executable);
  const ending = new AbortController();
  const out = new Uint8ClampedArray(4);
  const run = () => simulation.auto.run(executable, [out], [out], [], { signal: ending.signal });
  ending.abort(new Error('enough'));
  await expect(simulation.time.call(run)).rejects.toThrow('enough');
  expect((await simulation.run(executable, 1))[0].by).toBe(BY_GPU);
});

describe('what is reported', () => {
  test('explain: both sums, and where it would run', async () => {
    const simulation = new Simulation(GAMER);
    const { result } = await simulation.time.call(() => explain(gaussian(2), HD, { backend: simulation.auto }));
    expect(result.chosen).toMatchObject({ backend: 'gpu', device: 'fake gpu', reason: { name: 'predicted' } });
    expect(result.text).toMatch(/^It runs on gpu, because it is predicted to be faster: about [\d.]+ ms on wasm, [\d.]+ ms on the GPU\.$/m);
    const { result: small } = await simulation.time.call(() => explain(gaussian(2), { ...HD, width: 32, height: 32 }, { backend: simulation.auto }));
    expect(small.chosen).toMatchObject({ backend: 'wasm', reason: { name: 'soon' } });
    const { result: tensor } = await simulation.time.call(() => explain(full([32, 16, 7, 7], 1), [1, 16, 256, 256], { backend: simulation.auto }));
    expect(tensor.chosen?.backend).toBe('gpu');
  });

  test('onPlan: where each picture ran', async () => {
    const simulation = new Simulation(GAMER);
    const format = { ...HD, width: 200, height: 8 };
    const plan = planFilter(format, [{ kernel: gaussian(2) }], {}, simulation.auto);
    const chosen: ConvPlan['chosen'][] = [];
    const image = { ...format, data: new Uint8ClampedArray(3 * 200 * 8) };
    await simulation.time.call(() => plan.apply(image, { onPlan: (each) => chosen.push(each.chosen) }));
    expect(chosen).toMatchObject([{ backend: 'wasm', device: 'fake', wasm: 11, reason: { name: 'unsought' } }]);
  });
});

describe('a call from tensors to tensors', () => {
  const [x, kernel] = [full([4, 8, 64, 64], 1), full([32, 8, 5, 5], 1)];

  test('goes where it is faster; onPlan is told of calls, not of rehearsals', async () => {
    const simulation = new Simulation({ ...GAMER, gpu: { ...GOOD, roundTrip: 0.3, up: 2e7, down: 2e7, compile: 5 } });
    const told: ConvPlan['chosen'][] = [];
    const call = async () => {
      const run = () => conv(x, kernel, { backend: simulation.auto, onPlan: ({ chosen }) => told.push(chosen) });
      return (await simulation.time.call(run)).result.data[0];
    };
    const results: number[] = [];
    for (let i = 0; i < 150; i++) results.push(await call());
    expect(told.length).toBe(150);
    expect(told.map((chosen) => (chosen?.backend === 'gpu' ? BY_GPU : BY_WASM))).toEqual(results);
    expect(told[0]).toMatchObject({ backend: 'wasm', wasm: expect.closeTo(3.6, 0), reason: { name: 'unsought' } });
    expect(results.slice(-20)).toEqual(Array(20).fill(BY_GPU));

    simulation.gpu.isLost = true;
    expect(await call()).toBe(BY_WASM);
    expect(told.at(-1)).toMatchObject({ backend: 'wasm', reason: { name: 'gpuFailed' } });
  });

  test('a gradient too', async () => {
    const simulation = new Simulation({ ...GAMER, gpu: { ...GOOD, roundTrip: 0.3, up: 2e7, down: 2e7, compile: 5 } });
    const gradient = full([4, 32, 60, 60], 1);
    const results: number[] = [];
    for (let i = 0; i < 150; i++) {
      const run = () => convInputGradient(gradient, kernel, { inputShape: x.shape, backend: simulation.auto });
      results.push((await simulation.time.call(run)).result.data[0]);
    }
    expect([results[0], results.at(-1)]).toEqual([BY_WASM, BY_GPU]);
  });

  test('by an algorithm that is asked for, or of little work, is wasm’s', async () => {
    const simulation = new Simulation(GAMER);
    const told: ConvPlan[] = [];
    const options = { backend: simulation.auto, onPlan: (plan: ConvPlan) => told.push(plan) };
    await simulation.time.call(() => conv(x, kernel, { ...options, algorithm: 'fft' }));
    await simulation.time.call(() => conv(full([1, 1, 8, 8], 1), full([1, 1, 3, 3], 1), options));
    expect(told.map(({ chosen, algorithm }) => [chosen, algorithm])).toEqual([
      [undefined, 'fft'],
      [undefined, 'direct'],
    ]);
  });
});

import { sizeOf } from '../../../tensor.js';
import type { Backend, DeviceBuffer } from '../../backend.js';
import { type ConvGeometry, convGeometry } from '../../geometry.js';
import { Operators } from '../../operators.js';
import { predict } from '../../plan/cost.js';
import type { Clock } from '../choice.js';
import type { Calibration } from './calibration.js';

/** Number of measurements, of which the smallest is used, because other calls may run concurrently. */
const ROUNDS = 2;
/** Additional programs in one round trip. */
const LAUNCHES = 8;
/** Number of floats to upload, download and copy between buffers: 4 MB. */
const MOVED = 2 ** 20;
/** Times below this fraction of a round trip cannot be measured: the rate is then a lower bound. */
const RESOLUTION = 1 / 8;

const LAYER = convGeometry([1, 16, 128, 128], [16, 16, 7, 7]);
const STRIPS = [3, 7].map((n) => convGeometry([1, 1, 256, 512], [1, 1, n, n]));

/**
 * Measures the speed of a GPU and of wasm: 13 round trips and 45 MB, less than 40 ms on a useful GPU, plus
 * the time to compile four programs.
 * @param clock milliseconds since an arbitrary origin
 */
export async function calibrate(gpu: Backend, wasm: Backend, clock: Clock): Promise<Calibration> {
  const on = new Operators(gpu);
  const held: DeviceBuffer[] = [];
  const hold = (length: number) => {
    held.push(on.allocate(length));
    return held[held.length - 1];
  };
  try {
    const [one, result, a, b, c] = [1, 1, MOVED, MOVED, MOVED].map(hold);
    const [x, kernel, out] = [LAYER.xShape, LAYER.kernelShape, LAYER.outShape].map((shape) => hold(sizeOf(shape)));
    const values = new Float32Array(MOVED);
    /** Milliseconds until calls have run and one value has been read back. */
    const time = async (calls: () => void, from = result) => {
      const began = clock();
      calls();
      if (from === result) on.pointwise('exp', [one], [], result);
      await on.read(from);
      return clock() - began;
    };
    const least = async (calls: () => void, from = result) => {
      const times: number[] = [];
      for (let i = 0; i < ROUNDS; i++) times.push(await time(calls, from));
      return Math.min(...times);
    };
    const nothing = () => {};
    const launches = () => {
      for (let i = 0; i < LAUNCHES; i++) on.pointwise('exp', [one], [], result);
    };
    const upload = () => {
      on.write(a, values);
      on.pointwise('exp', [a], [], b);
    };
    const copies = () => {
      on.pointwise('exp', [b], [], c);
      on.pointwise('exp', [c], [], b);
    };
    const layer = () => on.conv(LAYER, x, kernel, null, out);
    // the first runs compile
    for (const calls of [nothing, upload, copies]) await time(calls);
    const first = await time(layer);

    const roundTrip = await least(nothing);
    const launch = Math.max(0, (await least(launches)) - roundTrip) / LAUNCHES;
    /** Milliseconds beyond a round trip and additional programs. */
    const beyond = (milliseconds: number, programs = 0) => Math.max(milliseconds - roundTrip - programs * launch, RESOLUTION * roundTrip, 1e-3);
    const copy = (4 * 4 * MOVED) / beyond(await least(copies), 2);
    const up = (4 * MOVED) / beyond((await least(upload)) - (2 * 4 * MOVED) / copy, 1);
    const down = (4 * MOVED) / beyond(await least(nothing, b));
    const again = await least(layer);
    const multiplyAdds = (sizeOf(LAYER.outShape) * sizeOf(LAYER.kernelShape)) / LAYER.outChannels / beyond(again, 1);
    return { roundTrip, launch, up, down, copy, multiplyAdds, compile: Math.max(0, first - again), wasm: slowness(wasm, clock) };
  } finally {
    for (const buffer of held) on.free(buffer);
    on.release();
  }
}

/** Measured time of wasm divided by the predicted time. */
function slowness(wasm: Backend, clock: Clock): number {
  const on = new Operators(wasm);
  const times = STRIPS.map(
    (geometry) => timeOf(geometry, on, clock) / predict({ program: 'direct', geometry, kernel: new Float32Array(sizeOf(geometry.kernelShape)) }),
  );
  on.release();
  return times.reduce((sum, each) => sum + each, 0) / times.length;
}

function timeOf(geometry: ConvGeometry, on: Operators, clock: Clock): number {
  const buffers = [geometry.xShape, geometry.kernelShape, geometry.outShape].map((shape) => on.allocate(sizeOf(shape)));
  const [x, kernel, out] = buffers;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= ROUNDS; i++) {
    const began = clock();
    on.conv(geometry, x, kernel, null, out);
    least = Math.min(least, clock() - began);
  }
  for (const buffer of buffers) on.free(buffer);
  return least;
}

// The minimum and maximum sum of a unit: four vectors in the line of samples, for even and odd samples, lane by lane.
import { IntegerTask } from './integer-task';
import { Line } from './line-task';

/** Resets the range to an empty one. */
@inline
export function beginRange<T>(line: Line): void {
  const high = v128.splat<T>(<T>(sizeof<T>() === 2 ? 0x7fff : 0x7fffffff)), low = v128.splat<T>(<T>(sizeof<T>() === 2 ? -0x8000 : -0x80000000));
  v128.store(line.stored, high);
  v128.store(line.stored, high, 16);
  v128.store(line.stored, low, 32);
  v128.store(line.stored, low, 48);
}

/** Lane by lane, the minimum and maximum of even and odd samples. */
@inline
export function extendRange<T>(at: usize, leastEven: v128, leastOdd: v128, mostEven: v128, mostOdd: v128): void {
  v128.store(at, v128.min<T>(v128.load(at), leastEven));
  v128.store(at, v128.min<T>(v128.load(at, 16), leastOdd), 16);
  v128.store(at, v128.max<T>(v128.load(at, 32), mostEven), 32);
  v128.store(at, v128.max<T>(v128.load(at, 48), mostOdd), 48);
}

/** The minimum and maximum sum of filtered samples. */
export function endRange<T>(task: IntegerTask, line: Line): void {
  const lanes = 16 / sizeof<T>();
  const channels: i32 = task.keeps ? task.store.channels : 0;
  for (let i = 0; i < <i32>(2 * lanes); i++) {
    // vectors contain the even samples, then the odd ones
    const sample = i < <i32>lanes ? 2 * i : 2 * (i - <i32>lanes) + 1;
    if (channels && (sample + 1) % channels === 0) continue;
    const at = line.stored + <usize>i * sizeof<T>();
    store<f32>(line.range, min(load<f32>(line.range), <f32>load<T>(at)));
    store<f32>(line.range, max(load<f32>(line.range, 4), <f32>load<T>(at, 32)), 4);
  }
}

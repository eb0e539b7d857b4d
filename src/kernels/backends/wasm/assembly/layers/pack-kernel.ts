import { Correlation } from '../correlation';
import { Flag, Floats, Ints } from '../memory';

@unmanaged
export class PackKernelTask {
  kernel: Floats;
  packed: Floats;
  /** per group */
  outChannels: i32;
  /** per group */
  inChannels: i32;
  taps: i32;
  /** weight (group, cout, cin, tap) is kernel[group · groupStep + cout · coutStep + cin · cinStep + places[tap]] */
  groupStep: i32;
  coutStep: i32;
  cinStep: i32;
  places: Ints;
}

/**
 * Orders the weights of groups `from` … `to` − 1 as the blocks read them: [groups, blocks of 4 output channels,
 * inChannels · taps, 4], then the remaining channels one by one: [inChannels · taps] each. With the steps exchanged and other
 * places, the same program packs the kernel of the input gradient.
 */
export function packKernel(task: PackKernelTask, scratch: usize, from: i32, to: i32): void {
  const kernel = task.kernel, places = task.places;
  const outChannels = task.outChannels, inChannels = task.inChannels, taps = task.taps;
  const coutStep = task.coutStep, cinStep = task.cinStep;
  let packed = task.packed + (<usize>from * <usize>(outChannels * inChannels * taps) << 2);
  for (let group = from; group < to; group++) {
    for (let cout = 0; cout < outChannels; ) {
      const width = outChannels - cout >= 4 ? 4 : 1;
      for (let cin = 0; cin < inChannels; cin++) {
        for (let tap = 0; tap < taps; tap++) {
          const first = group * task.groupStep + cout * coutStep + cin * cinStep + load<i32>(places + (<usize>tap << 2));
          for (let i = 0; i < width; i++) {
            store<f32>(packed, load<f32>(kernel + (<usize>(first + i * coutStep) << 2)));
            packed += 4;
          }
        }
      }
      cout += width;
    }
  }
}

/** Bytes that packSparse writes for one output channel: the number of taps, their offsets in the strip and in x, and their weights. */
@inline
export function sparseBytes(taps: i32): usize {
  return 4 + 3 * (<usize>taps << 2);
}

@unmanaged
export class PackSparseTask {
  correlation: Correlation;
  /** [groups · outChannels, inChannels, window] */
  kernel: Floats;
  packed: Floats;
  /** the kernel is flipped: each window is read from its end */
  reverse: Flag;
}

/** Lists the taps with a nonzero weight, separately for each of output channels `from` … `to` − 1. */
export function packSparse(task: PackSparseTask, scratch: usize, from: i32, to: i32): void {
  const c = task.correlation;
  const taps = c.taps;
  const window = c.KD * c.KH * c.KW;
  const part = <usize>taps << 2;
  let packed = task.packed + <usize>from * sparseBytes(taps);
  let kernel = task.kernel + <usize>from * part;
  for (let channel = from; channel < to; channel++) {
    let target = packed + 4;
    for (let tap = 0; tap < taps; tap++) {
      const source = task.reverse ? (tap / window) * window + window - 1 - (tap % window) : tap;
      const weight = load<f32>(kernel + (<usize>source << 2));
      if (weight !== 0) {
        const at = <usize>tap << 2;
        store<u32>(target, load<u32>(c.offsets + at));
        store<u32>(target + part, load<u32>(c.directOffsets + at));
        store<f32>(target + 2 * part, weight);
        target += 4;
      }
    }
    store<i32>(packed, <i32>((target - packed - 4) >> 2));
    packed += sparseBytes(taps);
    kernel += part;
  }
}

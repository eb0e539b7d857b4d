import { Bytes, Floats, Ints } from '../memory';

// The histogram of an image. Every share of its rows has separate counts, so threads need not share them.

/** `x` is the address of the first row of the image; if only a band is in memory, the address that row would have. */
@unmanaged
export class HistogramTask {
  x: Bytes;
  /** bytes of a sample: 1, 2, or 4 for floats */
  sampleBytes: i32;
  channels: i32;
  width: i32;
  rowBytes: i32;
  /** [counted]: indexes of the channels to count */
  chosen: Ints;
  counted: i32;
  /** the first row in memory */
  top: i32;
  /** the row after the last one in memory */
  bottom: i32;
  /** rows of a share */
  shareRows: i32;
  /** [shares, classes], u32 */
  counts: Ints;
  /** number of bins */
  classes: i32;
  /** floats: the lower bound of the first bin */
  least: f32;
  /** floats: the upper bound of the last bin */
  most: f32;
  /** floats: [shares, classes], the largest value in each bin */
  largest: Floats;
  /** floats: [shares, 2], the smallest and the largest value */
  ranges: Floats;
}

/** Adds to the counts of shares `from` … `to` − 1. */
export function countSamples(task: HistogramTask, scratch: usize, from: i32, to: i32): void {
  for (let share = from; share < to; share++) {
    const counts = task.counts + (<usize>(share * task.classes) << 2);
    const end = endOf(task, share);
    for (let row = task.top + share * task.shareRows; row < end; row++) {
      const source = task.x + <usize>row * <usize>task.rowBytes;
      for (let k = 0; k < task.counted; k++) {
        const c = <usize>load<i32>(task.chosen + (<usize>k << 2));
        if (task.sampleBytes === 1) countBytes(source + c, <usize>task.channels, task.width, counts);
        else if (task.sampleBytes === 2) countWords(source + (c << 1), <usize>task.channels << 1, task.width, counts);
        else countFloats(task, share, source + (c << 2));
      }
    }
  }
}

function countBytes(at: usize, step: usize, count: i32, counts: usize): void {
  for (; count > 0; count--, at += step) addOne(counts + (<usize>load<u8>(at) << 2));
}

function countWords(at: usize, step: usize, count: i32, counts: usize): void {
  for (; count > 0; count--, at += step) addOne(counts + (<usize>load<u16>(at) << 2));
}

function countFloats(task: HistogramTask, share: i32, at: usize): void {
  const first = <usize>(share * task.classes) << 2;
  const counts = task.counts + first, largest = task.largest + first;
  const step = <usize>task.channels << 2;
  const least = <f64>task.least, width = <f64>task.most - least, last = task.classes - 1;
  const scale = width > 0 ? <f64>task.classes / width : 0;
  for (let count = task.width; count > 0; count--, at += step) {
    const value = load<f32>(at);
    if (isNaN(value)) continue;
    const place = <usize>min(last, <i32>((<f64>value - least) * scale)) << 2;
    addOne(counts + place);
    if (value > load<f32>(largest + place)) store<f32>(largest + place, value);
  }
}

@inline
function addOne(at: usize): void {
  store<u32>(at, load<u32>(at) + 1);
}

/** Widens the ranges of shares `from` … `to` − 1. */
export function rangeOfFloats(task: HistogramTask, scratch: usize, from: i32, to: i32): void {
  const step = <usize>task.channels << 2;
  for (let share = from; share < to; share++) {
    const range = task.ranges + (<usize>share << 3);
    let least = load<f32>(range), largest = load<f32>(range, 4);
    const end = endOf(task, share);
    for (let row = task.top + share * task.shareRows; row < end; row++) {
      for (let k = 0; k < task.counted; k++) {
        let at = task.x + <usize>row * <usize>task.rowBytes + (<usize>load<i32>(task.chosen + (<usize>k << 2)) << 2);
        for (let count = task.width; count > 0; count--, at += step) {
          const value = load<f32>(at);
          if (value < least) least = value;
          if (value > largest) largest = value;
        }
      }
    }
    store<f32>(range, least);
    store<f32>(range, largest, 4);
  }
}

@inline
function endOf(task: HistogramTask, share: i32): i32 {
  return min(task.bottom, task.top + (share + 1) * task.shareRows);
}

import { COMPARED_PIXELS, COMPARED_TAPS, COMPARISON_BYTES } from '../constants';
import { Bytes, Floats } from '../memory';
import { loadSamples } from './line-load';
import { LineLoad } from './line-task';

// Compares two images a and b by their samples and by the similarity of their windows (SSIM). With p = a + b, minus an
// origin close to it, and q = a − b, both scaled so that white is 1, a vector contains p, q, p² and q² of one channel of
// a pixel. Sums down the columns and then along a row are float32, as in line-separable.ts; further computations are
// float64, to avoid cancellation. 4 μa μb = μp² − μq², 4 σab = σp² − σq², 2 (μa² + μb²) = μp² + μq² and 2 (σa² + σb²) = σp² + σq².

/** Bytes per row of moments: the pixels under the windows of a tile. */
const ROW_BYTES: usize = <usize>(COMPARED_PIXELS + COMPARED_TAPS - 1) << 4;
/** Bytes of the ring. Every row is stored twice, so that the rows of a window are contiguous. */
const RING_BYTES: usize = ROW_BYTES * <usize>(2 * COMPARED_TAPS);
const REACH: i32 = COMPARED_TAPS - 1;
/** Twice SSIM's constants, with white 1. */
const C1: f64 = 0.0002;
const C2: f64 = 0.0018;

/** `a` and `b` are the addresses of the first rows of the images; if only bands are in memory, the addresses those rows would have. */
@unmanaged
export class ComparisonTask {
  a: Bytes;
  b: Bytes;
  load: LineLoad;
  height: i32;
  width: i32;
  /** rows of a tile */
  tileRows: i32;
  /** [COMPARED_TAPS / 2 + 1], of a symmetric window's row or column: from its end to its middle */
  weights: Floats;
  /** [units], of COMPARISON_BYTES: four float64, see `Comparison` */
  results: Bytes;
  /** bytes from scratch to floats of a line of a */
  firstAt: usize;
  /** bytes from scratch to floats of a line of b */
  secondAt: usize;
  /**
   * bytes from scratch to i32 [4], per channel the number of consecutive rows, up to the present one, in which both images are equal;
   * and f32 [4], per channel the origin of p
   */
  channelsAt: usize;
  /** bytes from scratch to vectors of a row, sums of columns */
  sumsAt: usize;
  /** bytes from scratch to vectors [channels, 2 · COMPARED_TAPS, row], the ring */
  ringAt: usize;
}

/** The contribution of a tile: the largest |a − b|, Σ |a − b|, Σ (a − b)², and Σ SSIM over its windows and channels. */
@unmanaged
class Comparison {
  largest: f64;
  sum: f64;
  squares: f64;
  similarity: f64;
}

/**
 * Tiles `from` … `to` − 1, left to right and down. A window belongs to the tile of its first pixel.
 * @param scratch frame; lines; the ring
 */
export function comparePictures(task: ComparisonTask, scratch: usize, from: i32, to: i32): void {
  if (offsetof<Comparison>() !== COMPARISON_BYTES) ERROR('results have another size');
  const l = task.load;
  const channels = l.channels;
  const first = scratch + task.firstAt, second = scratch + task.secondAt, equal = scratch + task.channelsAt;
  const across = (task.width + COMPARED_PIXELS - 1) / COMPARED_PIXELS;
  for (let index = from; index < to; index++) {
    const result = changetype<Comparison>(task.results + <usize>index * COMPARISON_BYTES);
    memory.fill(changetype<usize>(result), 0, COMPARISON_BYTES);
    const top = (index / across) * task.tileRows, left = (index % across) * COMPARED_PIXELS;
    const rows = min(task.tileRows, task.height - top), pixels = min(COMPARED_PIXELS, task.width - left);
    const seen = min(task.width - left, COMPARED_PIXELS + REACH), windows = seen - REACH;
    const seenRows = windows > 0 && task.height > REACH ? min(task.height - top, task.tileRows + REACH) : rows;
    const offset = <usize>(left * channels) * <usize>l.sampleBytes;
    for (let row = 0; row < seenRows; row++) {
      const start = <usize>(top + row) * <usize>l.rowBytes + offset;
      loadSamples(l, task.a + start, seen * channels, first);
      loadSamples(l, task.b + start, seen * channels, second);
      if (row === 0) setOrigins(task, scratch);
      if (row < rows) addDifferences(result, first, second, pixels * channels);
      if (windows <= 0) continue;
      for (let c = 0; c < channels; c++) {
        const slot = row % COMPARED_TAPS;
        const ring = scratch + task.ringAt + <usize>c * RING_BYTES;
        const rowsEqual = equal + (<usize>c << 2);
        const same = addMoments(task, scratch, c, seen, ring + <usize>slot * ROW_BYTES);
        store<i32>(rowsEqual, same ? load<i32>(rowsEqual) + 1 : 0);
        if (row < REACH) continue;
        if (load<i32>(rowsEqual) >= COMPARED_TAPS) result.similarity += <f64>windows;
        else {
          sumColumns(ring + <usize>(slot + 1) * ROW_BYTES, task.weights, seen, scratch + task.sumsAt);
          const origin = <f64>load<f32>(rowsEqual, 16) / <f64>l.white;
          result.similarity += similarity(scratch + task.sumsAt, task.weights, windows, origin);
        }
      }
    }
  }
}

/** Sets the origin of each channel to the sum of the tile's first pixels. */
function setOrigins(task: ComparisonTask, scratch: usize): void {
  let to = scratch + task.channelsAt;
  for (let c: usize = 0; c < <usize>task.load.channels << 2; c += 4, to += 4) {
    store<i32>(to, 0);
    store<f32>(to, load<f32>(scratch + task.firstAt + c) + load<f32>(scratch + task.secondAt + c), 16);
  }
}

/** Adds the differences of samples; NaN does not count as the largest. */
function addDifferences(result: Comparison, a: usize, b: usize, count: i32): void {
  let largest = f64x2.splat(0), sums = largest, squares = largest;
  for (; count >= 2; count -= 2, a += 8, b += 8) {
    const difference = f64x2.abs(f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(a)), f64x2.promote_low_f32x4(v128.load64_zero(b))));
    largest = f64x2.pmax(largest, difference);
    sums = f64x2.add(sums, difference);
    squares = f64x2.add(squares, f64x2.mul(difference, difference));
  }
  if (count > 0) {
    const difference = f64x2.replace_lane(f64x2.splat(0), 0, abs<f64>(<f64>load<f32>(a) - <f64>load<f32>(b)));
    largest = f64x2.pmax(largest, difference);
    sums = f64x2.add(sums, difference);
    squares = f64x2.add(squares, f64x2.mul(difference, difference));
  }
  result.largest = max(result.largest, max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1)));
  result.sum += f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  result.squares += f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
}

/**
 * Stores the moments of a channel's row at both of its positions.
 * @returns true if the row is finite and the same in both pictures
 */
function addMoments(task: ComparisonTask, scratch: usize, c: i32, pixels: i32, to: usize): bool {
  const channel = <usize>c << 2, step = <usize>task.load.channels << 2;
  const zero = f32x4.splat(0), unit = f32x4.splat(<f32>1 / task.load.white);
  const minus = i32x4(0, <i32>0x80000000, 0, <i32>0x80000000), late = i32x4(0, 0, -1, -1);
  const origin = v128.and(v128.load32_splat(scratch + task.channelsAt + channel, 16), i32x4(-1, 0, -1, 0));
  let a = scratch + task.firstAt + channel, b = scratch + task.secondAt + channel;
  let apart = zero;
  for (const end = to + (<usize>pixels << 4); to < end; to += 16, a += step, b += step) {
    const both = f32x4.mul(f32x4.sub(f32x4.add(v128.load32_splat(a), v128.xor(v128.load32_splat(b), minus)), origin), unit); // p q p q
    apart = v128.or(apart, f32x4.ne(both, zero));
    const moments = f32x4.mul(both, v128.bitselect(both, f32x4.splat(1), late));
    v128.store(to, moments);
    v128.store(to + ROW_BYTES * COMPARED_TAPS, moments);
  }
  return !v128.any_true(v128.and(apart, i32x4(0, -1, 0, 0)));
}

/** Sums of COMPARED_TAPS rows, from `rows` on. */
function sumColumns(rows: usize, weights: usize, pixels: i32, to: usize): void {
  const w0 = v128.load32_splat(weights), w1 = v128.load32_splat(weights, 4), w2 = v128.load32_splat(weights, 8);
  const w3 = v128.load32_splat(weights, 12), w4 = v128.load32_splat(weights, 16), w5 = v128.load32_splat(weights, 20);
  for (const end = to + (<usize>pixels << 4); to < end; to += 16, rows += 16) {
    let sum = f32x4.mul(w5, v128.load(rows, 5 * ROW_BYTES));
    sum = f32x4.add(sum, f32x4.mul(w0, f32x4.add(v128.load(rows), v128.load(rows, 10 * ROW_BYTES))));
    sum = f32x4.add(sum, f32x4.mul(w1, f32x4.add(v128.load(rows, ROW_BYTES), v128.load(rows, 9 * ROW_BYTES))));
    sum = f32x4.add(sum, f32x4.mul(w2, f32x4.add(v128.load(rows, 2 * ROW_BYTES), v128.load(rows, 8 * ROW_BYTES))));
    sum = f32x4.add(sum, f32x4.mul(w3, f32x4.add(v128.load(rows, 3 * ROW_BYTES), v128.load(rows, 7 * ROW_BYTES))));
    sum = f32x4.add(sum, f32x4.mul(w4, f32x4.add(v128.load(rows, 4 * ROW_BYTES), v128.load(rows, 6 * ROW_BYTES))));
    v128.store(to, sum);
  }
}

/**
 * Σ SSIM of the windows along a row of sums of columns, two at a time; if their number is odd, the last vectors are
 * ignored.
 */
function similarity(columns: usize, weights: usize, windows: i32, origin: f64): f64 {
  const m = f64x2.splat(origin), c1 = f64x2.splat(C1), c2 = f64x2.splat(C2), zero = f64x2.splat(0);
  let total: f64 = 0;
  for (; windows > 0; windows -= 2, columns += 32) {
    let w = v128.load32_splat(weights, 20);
    let u = f32x4.mul(w, v128.load(columns, 80)), v = f32x4.mul(w, v128.load(columns, 96));
    w = v128.load32_splat(weights);
    u = f32x4.add(u, f32x4.mul(w, f32x4.add(v128.load(columns), v128.load(columns, 160))));
    v = f32x4.add(v, f32x4.mul(w, f32x4.add(v128.load(columns, 16), v128.load(columns, 176))));
    w = v128.load32_splat(weights, 4);
    u = f32x4.add(u, f32x4.mul(w, f32x4.add(v128.load(columns, 16), v128.load(columns, 144))));
    v = f32x4.add(v, f32x4.mul(w, f32x4.add(v128.load(columns, 32), v128.load(columns, 160))));
    w = v128.load32_splat(weights, 8);
    u = f32x4.add(u, f32x4.mul(w, f32x4.add(v128.load(columns, 32), v128.load(columns, 128))));
    v = f32x4.add(v, f32x4.mul(w, f32x4.add(v128.load(columns, 48), v128.load(columns, 144))));
    w = v128.load32_splat(weights, 12);
    u = f32x4.add(u, f32x4.mul(w, f32x4.add(v128.load(columns, 48), v128.load(columns, 112))));
    v = f32x4.add(v, f32x4.mul(w, f32x4.add(v128.load(columns, 64), v128.load(columns, 128))));
    w = v128.load32_splat(weights, 16);
    u = f32x4.add(u, f32x4.mul(w, f32x4.add(v128.load(columns, 64), v128.load(columns, 96))));
    v = f32x4.add(v, f32x4.mul(w, f32x4.add(v128.load(columns, 80), v128.load(columns, 112))));
    const p = f64x2.promote_low_f32x4(v128.shuffle<f32>(u, v, 0, 4, 0, 4)), q = f64x2.promote_low_f32x4(v128.shuffle<f32>(u, v, 1, 5, 1, 5));
    const pp = f64x2.promote_low_f32x4(v128.shuffle<f32>(u, v, 2, 6, 2, 6)), qq = f64x2.promote_low_f32x4(v128.shuffle<f32>(u, v, 3, 7, 3, 7));
    const q2 = f64x2.mul(q, q), whole = f64x2.add(p, m), p2 = f64x2.mul(whole, whole);
    const vp = f64x2.max(zero, f64x2.sub(pp, f64x2.mul(p, p))), vq = f64x2.max(zero, f64x2.sub(qq, q2));
    const above = f64x2.mul(f64x2.add(f64x2.sub(p2, q2), c1), f64x2.add(f64x2.sub(vp, vq), c2));
    const below = f64x2.mul(f64x2.add(f64x2.add(p2, q2), c1), f64x2.add(f64x2.add(vp, vq), c2));
    const alike = f64x2.div(above, below);
    total += f64x2.extract_lane(alike, 0);
    if (windows > 1) total += f64x2.extract_lane(alike, 1);
  }
  return total;
}

import { Correlation } from '../correlation';

/** The data for summing the rows of a plane along W. Stored at the start of the thread's frame. */
@unmanaged
export class Plane {
  correlation: Correlation;
  /** cells of the padded axis W */
  padded: i32;
  /** value of padded columns after the sum along H */
  value: f32;
  scale: f32;
  bias: f32;
  /** up to four pending rows to sum along W, [4, ceil4(inW)] */
  rows: usize;
  /** number of pending rows; −1: rows are not summed along W */
  waiting: i32;
  /** addresses of the results of the pending rows */
  target0: usize;
  target1: usize;
  target2: usize;
  target3: usize;
  /** the four rows interleaved, [padded, 4] */
  cells: usize;
  /** running sums of the cells, [K, 4] */
  suffixes: usize;
  /** [outW, 4] */
  results: usize;
}

/** Sums K columns of the pending rows, one lane per row, as sumRows does for rows. */
export function sumColumns(p: Plane): void {
  toLanes(p);
  const c = p.correlation;
  const K = c.KW, dilation = c.dilationW, stride = c.strideW;
  const step = <usize>dilation << 4;
  for (let phase = 0; phase < min(dilation, p.padded); phase++) {
    const columns = (p.padded - phase + dilation - 1) / dilation;
    for (let block = 0; block + K <= columns; block += K) {
      let cell = p.cells + (<usize>(phase + (block + K - 1) * dilation) << 4);
      let sum = f32x4.splat(0);
      for (let at = p.suffixes + (<usize>(K - 1) << 4); at >= p.suffixes; at -= 16) {
        sum = f32x4.add(sum, v128.load(cell));
        v128.store(at, sum);
        cell -= step;
      }
      const windows = min(K, columns - K - block + 1);
      let at = phase + block * dilation;
      cell = p.cells + (<usize>(at + K * dilation) << 4);
      if (at % stride === 0) v128.store(p.results + (<usize>(at / stride) << 4), sum);
      sum = f32x4.splat(0);
      if (stride === 1) {
        let to = p.results + (<usize>at << 4);
        const end = p.suffixes + (<usize>windows << 4);
        for (let suffix = p.suffixes + 16; suffix < end; suffix += 16) {
          to += step;
          sum = f32x4.add(sum, v128.load(cell));
          v128.store(to, f32x4.add(v128.load(suffix), sum));
          cell += step;
        }
      } else {
        for (let i = 1; i < windows; i++) {
          at += dilation;
          sum = f32x4.add(sum, v128.load(cell));
          if (at % stride === 0) v128.store(p.results + (<usize>(at / stride) << 4), f32x4.add(v128.load(p.suffixes + (<usize>i << 4)), sum));
          cell += step;
        }
      }
    }
  }
  fromLanes(p);
  p.waiting = 0;
}

/** rows → cells, padding included. */
@inline
function toLanes(p: Plane): void {
  const bytes = <usize>ceil4(p.correlation.inW) << 2;
  const value = f32x4.splat(p.value);
  let to = p.cells;
  for (let column = 0; column < p.padded; ) {
    const entry = p.correlation.tableW + (<usize>column << 2);
    const first = load<i32>(entry);
    const row = p.rows + (<usize>first << 2);
    // table entries never advance faster than their index
    if (column + 4 <= p.padded && first >= 0 && load<i32>(entry, 12) === first + 3) {
      const a = v128.load(row), b = v128.load(row + bytes), c = v128.load(row + 2 * bytes), d = v128.load(row + 3 * bytes);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
      v128.store(to, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), 16);
      const ef = v128.shuffle<f32>(a, b, 2, 6, 3, 7), gh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(ef, gh, 0, 1, 4, 5), 32);
      v128.store(to, v128.shuffle<f32>(ef, gh, 2, 3, 6, 7), 48);
      to += 64;
      column += 4;
    } else {
      v128.store(to, first < 0 ? value : f32x4(load<f32>(row), load<f32>(row + bytes), load<f32>(row + 2 * bytes), load<f32>(row + 3 * bytes)));
      to += 16;
      column++;
    }
  }
}

/** results → the rows' targets, scaled. */
@inline
function fromLanes(p: Plane): void {
  const scale = f32x4.splat(p.scale);
  const bias = f32x4.splat(p.bias);
  let from = p.results;
  let offset: usize = 0;
  let left = p.correlation.outW;
  for (; left >= 4; left -= 4) {
    const a = f32x4.add(f32x4.mul(v128.load(from), scale), bias), b = f32x4.add(f32x4.mul(v128.load(from, 16), scale), bias);
    const c = f32x4.add(f32x4.mul(v128.load(from, 32), scale), bias), d = f32x4.add(f32x4.mul(v128.load(from, 48), scale), bias);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    v128.store(p.target0 + offset, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
    if (p.waiting > 1) v128.store(p.target1 + offset, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
    const ef = v128.shuffle<f32>(a, b, 2, 6, 3, 7), gh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    if (p.waiting > 2) v128.store(p.target2 + offset, v128.shuffle<f32>(ef, gh, 0, 1, 4, 5));
    if (p.waiting > 3) v128.store(p.target3 + offset, v128.shuffle<f32>(ef, gh, 2, 3, 6, 7));
    from += 64;
    offset += 16;
  }
  for (; left > 0; left--) {
    const a = f32x4.add(f32x4.mul(v128.load(from), scale), bias);
    store<f32>(p.target0 + offset, f32x4.extract_lane(a, 0));
    if (p.waiting > 1) store<f32>(p.target1 + offset, f32x4.extract_lane(a, 1));
    if (p.waiting > 2) store<f32>(p.target2 + offset, f32x4.extract_lane(a, 2));
    if (p.waiting > 3) store<f32>(p.target3 + offset, f32x4.extract_lane(a, 3));
    from += 16;
    offset += 4;
  }
}

@inline
export function ceil4(n: i32): i32 {
  return (n + 3) & ~3;
}

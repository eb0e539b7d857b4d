import { rowsOf4, storeColumns } from './blocks';
import { Correlation } from './correlation';
import { gather } from './gather';

// Windows of 3 × 3 without stride or dilation, by Winograd's minimal algorithm F(2 × 2, 3 × 3): four outputs of a tile take 16
// products a channel instead of 36. A tile of 4 × 4 cells d, every second row and column, becomes Bᵀ·d·B, a window g becomes
// G·g·Gᵀ; their products, number by number, are summed over the channels, which is 16 matrix products, and Aᵀ·m·A are the outputs.
// (Winograd, Arithmetic complexity of computations, 1980; Lavin and Gray, Fast algorithms for convolutional neural networks, 2016.)

/** Products of a tile, a channel. */
const POINTS = 16;
/** Between two points: their like numbers would else often lie a power of two apart, which caches do not like. */
const LINE_BYTES: usize = 64;

/**
 * Blocks `from` … `to` − 1 of 4 output channels, the last one filled up with zeros: [POINTS, blocks, inChannels, 4].
 * @param coutStep,cinStep as in packKernel
 * @param reverse windows are turned round
 */
export function winogradKernels(kernel: usize, packed: usize, outChannels: i32, inChannels: i32, coutStep: i32, cinStep: i32, reverse: bool, from: i32, to: i32): void {
  const pointBytes = <usize>(((outChannels + 3) >> 2) * inChannels) << 4;
  for (let cout = from << 2; cout < to << 2; cout++) {
    let target = packed + (<usize>((cout >> 2) * inChannels) << 4) + (<usize>(cout & 3) << 2);
    for (let cin = 0; cin < inChannels; cin++) {
      if (cout < outChannels) windowPoints(kernel + (<usize>(cout * coutStep + cin * cinStep) << 2), reverse, target, pointBytes);
      else for (let point: usize = 0; point < <usize>POINTS; point++) store<f32>(target + point * pointBytes, 0);
      target += 16;
    }
  }
}

/** G·g·Gᵀ of one window, G = [1 0 0; ½ ½ ½; ½ −½ ½; 0 0 1]. */
function windowPoints(window: usize, reverse: bool, target: usize, pointBytes: usize): void {
  for (let row = 0; row < 4; row++) {
    const a = rowPoint(window, reverse, row, 0), b = rowPoint(window, reverse, row, 1), c = rowPoint(window, reverse, row, 2);
    store<f32>(target, a);
    store<f32>(target + pointBytes, 0.5 * (a + b + c));
    store<f32>(target + 2 * pointBytes, 0.5 * (a - b + c));
    store<f32>(target + 3 * pointBytes, c);
    target += 4 * pointBytes;
  }
}

/** Row `row` of G times column `kw` of the window. */
@inline
function rowPoint(window: usize, reverse: bool, row: i32, kw: i32): f32 {
  const a = weight(window, reverse, kw), b = weight(window, reverse, 3 + kw), c = weight(window, reverse, 6 + kw);
  return row === 0 ? a : row === 3 ? c : <f32>0.5 * (row === 1 ? a + b + c : a - b + c);
}

@inline
function weight(window: usize, reverse: bool, tap: i32): f32 {
  return load<f32>(window + (<usize>(reverse ? 8 - tap : tap) << 2));
}

/**
 * Bands `from` … `to` − 1 of `tileRows` rows of tiles, number (n · outD + d) · bands + band; one group.
 * @param strip scratch, floats [inChannels, gatheredRows, rowLength]
 * @param cellsAt,sumsAt bytes behind `strip`: scratch, floats [POINTS, inChannels, tiles] and [POINTS, whole blocks of outChannels, tiles], LINE_BYTES between points
 * @param packed as winogradKernels writes it
 * @param offsets [inChannels] of the rows of one point, in bytes
 * @param tiles of a band, each of its rows filled up to whole vectors
 * @param bias [outChannels], or 0
 */
export function winograd(
  strip: usize, cellsAt: usize, sumsAt: usize, geometry: usize, x: usize, packed: usize, offsets: usize, tileRows: i32, tiles: i32,
  bias: usize, out: usize, from: i32, to: i32,
): void {
  const c = changetype<Correlation>(geometry);
  const cells = strip + cellsAt, sums = strip + sumsAt;
  const blocks = (c.outChannels + 3) >> 2;
  const bands = (c.outH + 2 * tileRows - 1) / (2 * tileRows);
  const across = tiles / tileRows;
  const rowBytes = <usize>tiles << 2;
  const cellsPoint = <usize>c.inChannels * rowBytes + LINE_BYTES;
  const sumsPoint = <usize>(4 * blocks) * rowBytes + LINE_BYTES;
  const outPlane = <usize>(c.outH * c.outW) << 2;
  const inImage = <usize>(c.inChannels * c.inD * c.inH * c.inW) << 2;
  for (let index = from; index < to; index++) {
    const oh = (index % bands) * 2 * tileRows;
    const od = (index / bands) % c.outD;
    const n = index / (bands * c.outD);
    const rows = min(2 * tileRows, c.outH - oh);
    const used = (rows + 1) >> 1;
    gather(c, x + <usize>n * inImage, od, oh, rows, strip, 0, c.rowLength);
    for (let cin = 0; cin < c.inChannels; cin++) {
      for (let row = 0; row < used; row++) {
        const source = strip + (<usize>((cin * c.gatheredRows + 2 * row) * c.rowLength) << 2);
        tilePoints(source, <usize>c.rowLength << 2, cells + (<usize>(cin * tiles + row * across) << 2), cellsPoint, across);
      }
    }
    let weights = packed;
    for (let point: usize = 0; point < <usize>POINTS; point++) {
      for (let block = 0; block < blocks; block++) {
        const target = sums + point * sumsPoint + <usize>(4 * block) * rowBytes;
        rowsOf4(cells + point * cellsPoint, 0, offsets, c.inChannels, weights, f32x4.splat(0), target, 0, rowBytes, 1, used * across);
        weights += <usize>c.inChannels << 4;
      }
    }
    for (let cout = 0; cout < c.outChannels; cout++) {
      const start = bias ? load<f32>(bias + (<usize>cout << 2)) : <f32>0;
      const target = out + <usize>((n * c.outChannels + cout) * c.outD + od) * outPlane;
      for (let row = 0; row < used; row++) {
        const source = sums + (<usize>(cout * tiles + row * across) << 2);
        outputs(source, sumsPoint, start, target + (<usize>((oh + 2 * row) * c.outW) << 2), min(2, rows - 2 * row), c.outW);
      }
    }
  }
}

/** Bᵀ·d·B of a row of tiles, four at a time, Bᵀ = [1 0 −1 0; 0 1 1 0; 0 −1 1 0; 0 1 0 −1]. */
function tilePoints(source: usize, rowBytes: usize, target: usize, pointBytes: usize, tiles: i32): void {
  for (let tile = 0; tile < tiles; tile += 4) {
    const d0 = source, d1 = d0 + rowBytes, d2 = d1 + rowBytes, d3 = d2 + rowBytes;
    let to = target;
    for (let row = 0; row < 4; row++) {
      // of the rows of d: 0 − 2, 1 + 2, 2 − 1, 1 − 3
      const plus = row === 0 ? d0 : row === 2 ? d2 : d1;
      const other = row === 2 ? d1 : row === 3 ? d3 : d2;
      const sign: f32 = row === 1 ? 1 : -1;
      const c0 = combined(plus, other, sign), c1 = combined(plus + 16, other + 16, sign);
      const c2 = combined(plus + 8, other + 8, sign), c3 = combined(plus + 24, other + 24, sign);
      const a = v128.shuffle<f32>(c0, c1, 0, 2, 4, 6), b = v128.shuffle<f32>(c0, c1, 1, 3, 5, 7);
      const c = v128.shuffle<f32>(c2, c3, 0, 2, 4, 6), d = v128.shuffle<f32>(c2, c3, 1, 3, 5, 7);
      v128.store(to, f32x4.sub(a, c));
      v128.store(to + pointBytes, f32x4.add(b, c));
      v128.store(to + 2 * pointBytes, f32x4.sub(c, b));
      v128.store(to + 3 * pointBytes, f32x4.sub(b, d));
      to += 4 * pointBytes;
    }
    source += 32;
    target += 16;
  }
}

@inline
function combined(a: usize, b: usize, sign: f32): v128 {
  return f32x4.add(v128.load(a), f32x4.mul(v128.load(b), f32x4.splat(sign)));
}

/** Aᵀ·m·A of a row of tiles, Aᵀ = [1 1 1 0; 0 1 −1 −1]: one row of outputs or two, `width` each. */
function outputs(source: usize, pointBytes: usize, bias: f32, out: usize, rows: i32, width: i32): void {
  const start = f32x4.splat(bias);
  for (let column = 0; column < width; column += 8) {
    for (let row = 0; row < rows; row++) {
      const first = source + <usize>(4 * row) * pointBytes;
      const a = column4(first, pointBytes, row), b = column4(first + pointBytes, pointBytes, row);
      const c = column4(first + 2 * pointBytes, pointBytes, row), d = column4(first + 3 * pointBytes, pointBytes, row);
      const even = f32x4.add(f32x4.add(start, a), f32x4.add(b, c)), odd = f32x4.sub(f32x4.add(start, f32x4.sub(b, c)), d);
      const to = out + (<usize>(row * width + column) << 2);
      storeColumns(to, v128.shuffle<f32>(even, odd, 0, 4, 1, 5), v128.shuffle<f32>(even, odd, 2, 6, 3, 7), width - column);
    }
    source += 16;
  }
}

/** The rows 0 + 1 + 2 of m, or 1 − 2 − 3. @param first of them */
@inline
function column4(first: usize, pointBytes: usize, row: i32): v128 {
  const next = v128.load(first + 4 * pointBytes), last = v128.load(first + 8 * pointBytes);
  return row === 0 ? f32x4.add(f32x4.add(v128.load(first), next), last) : f32x4.sub(f32x4.sub(v128.load(first), next), last);
}

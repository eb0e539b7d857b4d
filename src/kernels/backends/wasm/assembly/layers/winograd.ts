import { blockOf, rowsOf4, storeColumns, stripOf } from '../blocks';
import { FRAME_BYTES, WINOGRAD_GAP, WINOGRAD_POINTS } from '../constants';
import { Correlation, inPlaneBytes } from '../correlation';
import { gather } from '../gather';
import { Flag, Floats, Ints } from '../memory';

// Windows of 3 × 3 without stride or dilation, by Winograd's minimal algorithm F(2 × 2, 3 × 3): a tile of four outputs takes 16
// products per channel instead of 36. A tile of 4 × 4 cells d, at every second row and column, becomes Bᵀ·d·B; a window g becomes
// G·g·Gᵀ. Their elementwise products are summed over the channels, which is 16 matrix products, and Aᵀ·m·A are the outputs.
// (Winograd, Arithmetic complexity of computations, 1980; Lavin and Gray, Fast algorithms for convolutional neural networks, 2016.)

@unmanaged
export class WinogradKernelsTask {
  kernel: Floats;
  /** [WINOGRAD_POINTS, blocks, inChannels, 4] */
  packed: Floats;
  outChannels: i32;
  inChannels: i32;
  /** as in PackKernelTask */
  coutStep: i32;
  cinStep: i32;
  /** the kernel is flipped: each window is read from its end */
  reverse: Flag;
}

/** Transforms blocks `from` … `to` − 1 of 4 output channels; the last one is padded with zeros. */
export function winogradKernels(task: WinogradKernelsTask, scratch: usize, from: i32, to: i32): void {
  const kernel = task.kernel, reverse = task.reverse;
  const outChannels = task.outChannels, inChannels = task.inChannels;
  const pointBytes = <usize>(((outChannels + 3) >> 2) * inChannels) << 4;
  for (let cout = from << 2; cout < to << 2; cout++) {
    let target = task.packed + (<usize>((cout >> 2) * inChannels) << 4) + (<usize>(cout & 3) << 2);
    for (let cin = 0; cin < inChannels; cin++) {
      if (cout < outChannels) windowPoints(kernel + (<usize>(cout * task.coutStep + cin * task.cinStep) << 2), reverse, target, pointBytes);
      else for (let point: usize = 0; point < <usize>WINOGRAD_POINTS; point++) store<f32>(target + point * pointBytes, 0);
      target += 16;
    }
  }
}

/** G·g·Gᵀ of one window, G = [1 0 0; ½ ½ ½; ½ −½ ½; 0 0 1]. */
function windowPoints(window: usize, reverse: Flag, target: usize, pointBytes: usize): void {
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
function rowPoint(window: usize, reverse: Flag, row: i32, kw: i32): f32 {
  const a = weight(window, reverse, kw), b = weight(window, reverse, 3 + kw), c = weight(window, reverse, 6 + kw);
  return row === 0 ? a : row === 3 ? c : <f32>0.5 * (row === 1 ? a + b + c : a - b + c);
}

@inline
function weight(window: usize, reverse: Flag, tap: i32): f32 {
  return load<f32>(window + (<usize>(reverse ? 8 - tap : tap) << 2));
}

@unmanaged
export class WinogradTask {
  /** of one group */
  correlation: Correlation;
  x: Floats;
  /** as winogradKernels writes it */
  packed: Floats;
  /** [inChannels]: byte offsets of the rows of one point */
  offsets: Ints;
  /** rows of tiles in a band */
  tileRows: i32;
  /** tiles in a band, with each row of tiles padded to whole vectors */
  tiles: i32;
  /** [outChannels], or 0 */
  bias: Floats;
  out: Floats;
  /** bytes from scratch to floats [WINOGRAD_POINTS, inChannels, tiles], with WINOGRAD_GAP between points */
  cellsAt: usize;
  /** bytes from scratch to floats [WINOGRAD_POINTS, whole blocks of outChannels, tiles], with WINOGRAD_GAP between points */
  sumsAt: usize;
}

/**
 * Bands `from` … `to` − 1 of `tileRows` rows of tiles; band number (n · outD + d) · bands + band.
 * @param scratch frame; floats [inChannels, gatheredRows, rowLength]
 */
export function winograd(task: WinogradTask, scratch: usize, from: i32, to: i32): void {
  const c = task.correlation;
  const s = stripOf(scratch), b = blockOf(scratch);
  const strip = scratch + FRAME_BYTES, cells = scratch + task.cellsAt, sums = scratch + task.sumsAt;
  const tileRows = task.tileRows, tiles = task.tiles;
  const blocks = (c.outChannels + 3) >> 2;
  const bands = (c.outH + 2 * tileRows - 1) / (2 * tileRows);
  const across = tiles / tileRows;
  const rowBytes = <usize>tiles << 2;
  const cellsPoint = <usize>c.inChannels * rowBytes + WINOGRAD_GAP;
  const sumsPoint = <usize>(4 * blocks) * rowBytes + WINOGRAD_GAP;
  const outPlane = <usize>(c.outH * c.outW) << 2;
  const inImage = <usize>c.inChannels * inPlaneBytes(c);
  s.cells = strip;
  b.step = 0;
  b.offsets = task.offsets;
  b.outRow = 0;
  b.outPlane = rowBytes;
  b.rows = 1;
  for (let index = from; index < to; index++) {
    const oh = (index % bands) * 2 * tileRows;
    const od = (index / bands) % c.outD;
    const n = index / (bands * c.outD);
    const rows = min(2 * tileRows, c.outH - oh);
    const used = (rows + 1) >> 1;
    s.x = task.x + <usize>n * inImage;
    s.od = od;
    s.oh = oh;
    s.rows = rows;
    gather(c, s, 0, c.rowLength);
    for (let cin = 0; cin < c.inChannels; cin++) {
      for (let row = 0; row < used; row++) {
        const source = strip + (<usize>((cin * c.gatheredRows + 2 * row) * c.rowLength) << 2);
        tilePoints(source, <usize>c.rowLength << 2, cells + (<usize>(cin * tiles + row * across) << 2), cellsPoint, across);
      }
    }
    let weights = task.packed;
    b.width = used * across;
    for (let point: usize = 0; point < <usize>WINOGRAD_POINTS; point++) {
      b.source = cells + point * cellsPoint;
      for (let block = 0; block < blocks; block++) {
        b.out = sums + point * sumsPoint + <usize>(4 * block) * rowBytes;
        rowsOf4(b, c.inChannels, weights, 0);
        weights += <usize>c.inChannels << 4;
      }
    }
    for (let cout = 0; cout < c.outChannels; cout++) {
      const start = task.bias ? load<f32>(task.bias + (<usize>cout << 2)) : <f32>0;
      const target = task.out + <usize>((n * c.outChannels + cout) * c.outD + od) * outPlane;
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

/** The rows 0 + 1 + 2 of m, or 1 − 2 − 3. @param first address of the first of them */
@inline
function column4(first: usize, pointBytes: usize, row: i32): v128 {
  const next = v128.load(first + 4 * pointBytes), last = v128.load(first + 8 * pointBytes);
  return row === 0 ? f32x4.add(f32x4.add(v128.load(first), next), last) : f32x4.sub(f32x4.sub(v128.load(first), next), last);
}

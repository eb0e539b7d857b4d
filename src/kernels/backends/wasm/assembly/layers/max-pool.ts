import { Correlation, inPlaneBytes, outPlaneBytes } from '../correlation';
import { Floats } from '../memory';

/** Sentinel for "no cell yet": padding never wins. */
const NONE: f32 = -1;

@unmanaged
export class MaxPoolTask {
  /** used fields: sizes, strides, dilations and tables of the axes */
  correlation: Correlation;
  x: Floats;
  out: Floats;
  /** the winning tap of each window */
  winners: Floats;
}

/**
 * The largest cell of each window and its tap; the first of equal cells wins, and NaN wins over everything. Planes `from` … `to` − 1
 * of batch · channels.
 */
export function maxPool(task: MaxPoolTask, scratch: usize, from: i32, to: i32): void {
  const c = task.correlation;
  // windows of columns [first, end) do not reach beyond the row
  const padding = paddingOf(c.tableW);
  const first = (padding + c.strideW - 1) / c.strideW;
  const end = max(first, min(c.outW, (padding + c.inW - 1 - (c.KW - 1) * c.dilationW) / c.strideW + 1));
  const strideW = c.strideW, out = task.out, winners = task.winners;
  const inFours = strideW <= 2 && end - first >= 4;
  let row = <usize>from * outPlaneBytes(c);
  for (let plane = from; plane < to; plane++) {
    const source = task.x + <usize>plane * inPlaneBytes(c);
    for (let od = 0; od < c.outD; od++) {
      for (let oh = 0; oh < c.outH; oh++) {
        for (let ow = 0; ow < c.outW; ow++) {
          if (inFours && ow === first) {
            // the last four overlap the previous four
            for (; ow < end; ow += 4) {
              const column = min(ow, end - 4);
              const cells = source + (<usize>load<i32>(c.tableW + (<usize>(column * strideW) << 2)) << 2);
              const at = row + (<usize>column << 2);
              fourMaxima(c, cells, od, oh, out + at, winners + at);
            }
            ow = end;
            if (ow === c.outW) break;
          }
          oneMaximum(task, source, row, od, oh, ow);
        }
        row += <usize>c.outW << 2;
      }
    }
  }
}

/** @param row of the outputs, in bytes from the first */
function oneMaximum(task: MaxPoolTask, x: usize, row: usize, od: i32, oh: i32, ow: i32): void {
  const c = task.correlation;
  let best: f32 = 0;
  let winner = NONE;
  let tap: f32 = 0;
  for (let kd = 0; kd < c.KD; kd++) {
    const d = load<i32>(c.tableD + (<usize>(od * c.strideD + kd * c.dilationD) << 2));
    for (let kh = 0; kh < c.KH; kh++) {
      const h = load<i32>(c.tableH + (<usize>(oh * c.strideH + kh * c.dilationH) << 2));
      const cells = x + (<usize>((d * c.inH + h) * c.inW) << 2);
      for (let kw = 0; kw < c.KW; kw++) {
        const w = load<i32>(c.tableW + (<usize>(ow * c.strideW + kw * c.dilationW) << 2));
        if ((d | h | w) >= 0) {
          const value = load<f32>(cells + (<usize>w << 2));
          if (winner < 0 || value > best || (value !== value && best === best)) {
            best = value;
            winner = tap;
          }
        }
        tap++;
      }
    }
  }
  const at = row + (<usize>ow << 2);
  store<f32>(task.out + at, best);
  store<f32>(task.winners + at, winner);
}

/**
 * Four outputs whose windows are inside the row; the stride is 1 or 2.
 * @param x the first column of the first window, in row 0
 */
@inline
function fourMaxima(c: Correlation, x: usize, od: i32, oh: i32, out: usize, winners: usize): void {
  const strideW = c.strideW, step = <usize>c.dilationW << 2;
  const zero = f32x4.splat(0);
  let best = zero;
  let winner = f32x4.splat(NONE);
  for (let kd = 0; kd < c.KD; kd++) {
    const d = load<i32>(c.tableD + (<usize>(od * c.strideD + kd * c.dilationD) << 2));
    for (let kh = 0; kh < c.KH; kh++) {
      const h = load<i32>(c.tableH + (<usize>(oh * c.strideH + kh * c.dilationH) << 2));
      if ((d | h) < 0) continue;
      let at = x + (<usize>((d * c.inH + h) * c.inW) << 2);
      for (let kw = 0; kw < c.KW; kw++) {
        const here = v128.load(at);
        const value = strideW === 1 ? here : v128.shuffle<f32>(here, v128.load(at, 16), 0, 2, 4, 6);
        const beyond = v128.or(f32x4.gt(value, best), v128.andnot(f32x4.ne(value, value), f32x4.ne(best, best)));
        const wins = v128.or(f32x4.lt(winner, zero), beyond);
        best = v128.bitselect(value, best, wins);
        winner = v128.bitselect(f32x4.splat(<f32>((kd * c.KH + kh) * c.KW + kw)), winner, wins);
        at += step;
      }
    }
  }
  v128.store(out, best);
  v128.store(winners, winner);
}

@unmanaged
export class MaxPoolGradientTask {
  correlation: Correlation;
  gradient: Floats;
  winners: Floats;
  /** overwritten */
  out: Floats;
}

/** Adds the gradient of every output to the cell that won; the rest of `out` is zero. Planes `from` … `to` − 1. */
export function maxPoolGradient(task: MaxPoolGradientTask, scratch: usize, from: i32, to: i32): void {
  const c = task.correlation;
  const inPlane = inPlaneBytes(c);
  const outPlane = outPlaneBytes(c);
  memory.fill(task.out + <usize>from * inPlane, 0, <usize>(to - from) * inPlane);
  let gradient = task.gradient + <usize>from * outPlane;
  let winners = task.winners + <usize>from * outPlane;
  const padD = paddingOf(c.tableD), padH = paddingOf(c.tableH), padW = paddingOf(c.tableW);
  const strideW = c.strideW, offsets = c.directOffsets;
  for (let plane = from; plane < to; plane++) {
    const target = task.out + <usize>plane * inPlane;
    for (let od = 0; od < c.outD; od++) {
      for (let oh = 0; oh < c.outH; oh++) {
        // address of the window's first cell; before the plane if that is padding
        let corner = (((od * c.strideD - padD) * c.inH + oh * c.strideH - padH) * c.inW - padW) << 2;
        for (let ow = 0; ow < c.outW; ow++) {
          const tap = <usize>load<f32>(winners);
          const at = target + <usize>(corner + load<i32>(offsets + (tap << 2)));
          store<f32>(at, load<f32>(at) + load<f32>(gradient));
          corner += strideW << 2;
          gradient += 4;
          winners += 4;
        }
      }
    }
  }
}

/** Padded cells before the first real one. */
@inline
function paddingOf(table: usize): i32 {
  let cells = 0;
  while (load<i32>(table + (<usize>cells << 2)) < 0) cells++;
  return cells;
}

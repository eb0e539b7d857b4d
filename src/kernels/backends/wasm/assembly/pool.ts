import { Correlation } from './correlation';

/** Sentinel for "no cell yet": padding never wins. */
const NONE: f32 = -1;

/**
 * The largest cell of each window and which it was; the first of equals wins, NaN over all. Fields used: sizes, steps
 * and tables. Planes `from` … `to` − 1 of batch · channels.
 */
export function maxPool(
  geometry: usize, x: usize, out: usize, winners: usize, strideW: i32, dilationW: i32, tableW: usize, from: i32, to: i32,
): void {
  const c = changetype<Correlation>(geometry);
  // between these columns windows do not reach beyond the row
  const first = (paddingOf(tableW) + strideW - 1) / strideW;
  const end = max(first, min(c.outW, (paddingOf(tableW) + c.inW - 1 - (c.KW - 1) * dilationW) / strideW + 1));
  const inFours = strideW <= 2 && end - first >= 4;
  const outBytes = <usize>(c.outD * c.outH * c.outW) << 2;
  out += <usize>from * outBytes;
  winners += <usize>from * outBytes;
  for (let plane = from; plane < to; plane++) {
    const source = x + (<usize>plane * <usize>(c.inD * c.inH * c.inW) << 2);
    for (let od = 0; od < c.outD; od++) {
      for (let oh = 0; oh < c.outH; oh++) {
        for (let ow = 0; ow < c.outW; ow++) {
          if (inFours && ow === first) {
            // the last four overlap the four before
            for (; ow < end; ow += 4) fourWindows(c, source, out, winners, od, oh, min(ow, end - 4), strideW, dilationW, tableW);
            ow = end;
            if (ow === c.outW) break;
          }
          oneWindow(c, source, out, winners, od, oh, ow, strideW, dilationW, tableW);
        }
        out += <usize>c.outW << 2;
        winners += <usize>c.outW << 2;
      }
    }
  }
}

function oneWindow(
  c: Correlation, x: usize, out: usize, winners: usize, od: i32, oh: i32, ow: i32, strideW: i32, dilationW: i32, tableW: usize,
): void {
  let best: f32 = 0;
  let winner = NONE;
  let tap: f32 = 0;
  for (let kd = 0; kd < c.KD; kd++) {
    const d = load<i32>(c.tableD + (<usize>(od * c.strideD + kd * c.dilationD) << 2));
    for (let kh = 0; kh < c.KH; kh++) {
      const h = load<i32>(c.tableH + (<usize>(oh * c.strideH + kh * c.dilationH) << 2));
      const row = x + (<usize>((d * c.inH + h) * c.inW) << 2);
      for (let kw = 0; kw < c.KW; kw++) {
        const w = load<i32>(tableW + (<usize>(ow * strideW + kw * dilationW) << 2));
        if ((d | h | w) >= 0) {
          const value = load<f32>(row + (<usize>w << 2));
          if (winner < 0 || value > best || (value !== value && best === best)) {
            best = value;
            winner = tap;
          }
        }
        tap++;
      }
    }
  }
  store<f32>(out + (<usize>ow << 2), best);
  store<f32>(winners + (<usize>ow << 2), winner);
}

/** Output columns ow … ow + 3, whose windows lie inside the row; the stride is 1 or 2. */
@inline
function fourWindows(
  c: Correlation, x: usize, out: usize, winners: usize, od: i32, oh: i32, ow: i32, strideW: i32, dilationW: i32, tableW: usize,
): void {
  const zero = f32x4.splat(0);
  let best = zero;
  let winner = f32x4.splat(NONE);
  const column = <usize>load<i32>(tableW + (<usize>(ow * strideW) << 2)) << 2;
  for (let kd = 0; kd < c.KD; kd++) {
    const d = load<i32>(c.tableD + (<usize>(od * c.strideD + kd * c.dilationD) << 2));
    for (let kh = 0; kh < c.KH; kh++) {
      const h = load<i32>(c.tableH + (<usize>(oh * c.strideH + kh * c.dilationH) << 2));
      if ((d | h) < 0) continue;
      let at = x + (<usize>((d * c.inH + h) * c.inW) << 2) + column;
      for (let kw = 0; kw < c.KW; kw++) {
        const here = v128.load(at);
        const value = strideW === 1 ? here : v128.shuffle<f32>(here, v128.load(at, 16), 0, 2, 4, 6);
        const beyond = v128.or(f32x4.gt(value, best), v128.andnot(f32x4.ne(value, value), f32x4.ne(best, best)));
        const wins = v128.or(f32x4.lt(winner, zero), beyond);
        best = v128.bitselect(value, best, wins);
        winner = v128.bitselect(f32x4.splat(<f32>((kd * c.KH + kh) * c.KW + kw)), winner, wins);
        at += <usize>dilationW << 2;
      }
    }
  }
  v128.store(out + (<usize>ow << 2), best);
  v128.store(winners + (<usize>ow << 2), winner);
}

/** Adds every output's gradient to the cell that won; the rest of `out` is zero. Planes `from` … `to` − 1. */
export function maxPoolGradient(
  geometry: usize, gradient: usize, winners: usize, out: usize, strideW: i32, tableW: usize, from: i32, to: i32,
): void {
  const c = changetype<Correlation>(geometry);
  const inPlane = <usize>(c.inD * c.inH * c.inW) << 2;
  const outPlane = <usize>(c.outD * c.outH * c.outW) << 2;
  memory.fill(out + <usize>from * inPlane, 0, <usize>(to - from) * inPlane);
  gradient += <usize>from * outPlane;
  winners += <usize>from * outPlane;
  const padD = paddingOf(c.tableD), padH = paddingOf(c.tableH), padW = paddingOf(tableW);
  for (let plane = from; plane < to; plane++) {
    const target = out + <usize>plane * inPlane;
    for (let od = 0; od < c.outD; od++) {
      for (let oh = 0; oh < c.outH; oh++) {
        // where the window's first cell would lie; before the plane if that is padding
        let corner = (((od * c.strideD - padD) * c.inH + oh * c.strideH - padH) * c.inW - padW) << 2;
        for (let ow = 0; ow < c.outW; ow++) {
          const tap = <usize>load<f32>(winners);
          const at = target + <usize>(corner + load<i32>(c.directOffsets + (tap << 2)));
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

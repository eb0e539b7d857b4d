import { Correlation } from './correlation';

/** Sentinel for "no cell yet": padding never wins. */
const NONE: f32 = -1;

/** The largest cell of each window and which it was; the first of equals wins, NaN over all. Fields used: sizes, steps and tables. */
export function maxPool(geometry: usize, x: usize, out: usize, winners: usize, strideW: i32, dilationW: i32, tableW: usize): void {
  const c = changetype<Correlation>(geometry);
  const planes = c.batch * c.groups;
  for (let plane = 0; plane < planes; plane++) {
    for (let od = 0; od < c.outD; od++) {
      for (let oh = 0; oh < c.outH; oh++) {
        for (let ow = 0; ow < c.outW; ow++) {
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
          store<f32>(out, best);
          store<f32>(winners, winner);
          out += 4;
          winners += 4;
        }
      }
    }
    x += <usize>(c.inD * c.inH * c.inW) << 2;
  }
}

/** Adds every output's gradient to the cell that won; the rest of `out` is zero. */
export function maxPoolGradient(geometry: usize, gradient: usize, winners: usize, out: usize, strideW: i32, dilationW: i32, tableW: usize): void {
  const c = changetype<Correlation>(geometry);
  const planes = c.batch * c.groups;
  const plane = <usize>(c.inD * c.inH * c.inW) << 2;
  memory.fill(out, 0, <usize>planes * plane);
  for (let i = 0; i < planes; i++) {
    for (let od = 0; od < c.outD; od++) {
      for (let oh = 0; oh < c.outH; oh++) {
        for (let ow = 0; ow < c.outW; ow++) {
          const tap = <i32>load<f32>(winners);
          const d = load<i32>(c.tableD + (<usize>(od * c.strideD + (tap / (c.KH * c.KW)) * c.dilationD) << 2));
          const h = load<i32>(c.tableH + (<usize>(oh * c.strideH + ((tap / c.KW) % c.KH) * c.dilationH) << 2));
          const w = load<i32>(tableW + (<usize>(ow * strideW + (tap % c.KW) * dilationW) << 2));
          const to = out + (<usize>((d * c.inH + h) * c.inW + w) << 2);
          store<f32>(to, load<f32>(to) + load<f32>(gradient));
          gradient += 4;
          winners += 4;
        }
      }
    }
    out += plane;
  }
}

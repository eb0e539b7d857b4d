import { Floats, Ints } from '../memory';

@unmanaged
export class FoldTask {
  /** [planes, PD, PH, PW] */
  padded: Floats;
  /** [planes, D, H, W], overwritten */
  out: Floats;
  /** per axis: the input position that each padded position copies */
  tableD: Ints;
  tableH: Ints;
  tableW: Ints;
  PD: i32;
  PH: i32;
  PW: i32;
  D: i32;
  H: i32;
  W: i32;
}

/** The gradient of padding: adds the gradient of every padded cell to the input cell that it copies. Planes `from` … `to` − 1. */
export function fold(task: FoldTask, scratch: usize, from: i32, to: i32): void {
  const tableD = task.tableD, tableH = task.tableH, tableW = task.tableW;
  const PD = task.PD, PH = task.PH, PW = task.PW, H = task.H, W = task.W;
  const plane = <usize>(task.D * H * W) << 2;
  let padded = task.padded + ((<usize>from * <usize>(PD * PH * PW)) << 2);
  let out = task.out + <usize>from * plane;
  memory.fill(out, 0, <usize>(to - from) * plane);
  for (let i = from; i < to; i++) {
    for (let pd = 0; pd < PD; pd++) {
      const d = load<i32>(tableD + (<usize>pd << 2));
      for (let ph = 0; ph < PH; ph++) {
        const h = load<i32>(tableH + (<usize>ph << 2));
        const row = out + (<usize>((d * H + h) * W) << 2);
        for (let pw = 0; pw < PW; pw++) {
          const cell = row + (<usize>load<i32>(tableW + (<usize>pw << 2)) << 2);
          store<f32>(cell, load<f32>(cell) + load<f32>(padded));
          padded += 4;
        }
      }
    }
    out += plane;
  }
}

@unmanaged
export class SpreadTask {
  /** [planes, PD, PH, PW] */
  part: Floats;
  /** where the part's first cell belongs in [planes, D, H, W] */
  out: Floats;
  /** bytes of a plane of `out` */
  plane: usize;
  PD: i32;
  PH: i32;
  PW: i32;
  /** bytes in `out` from one cell of the part to the next */
  stepD: usize;
  stepH: usize;
  stepW: usize;
}

/** Copies the cells of a part to their places in the whole, a fixed distance apart. Planes `from` … `to` − 1. */
export function spread(task: SpreadTask, scratch: usize, from: i32, to: i32): void {
  const PD = task.PD, PH = task.PH, PW = task.PW;
  const stepD = task.stepD, stepH = task.stepH, stepW = task.stepW;
  const out = task.out, plane = task.plane;
  let part = task.part + ((<usize>from * <usize>(PD * PH * PW)) << 2);
  for (let i = from; i < to; i++) {
    for (let pd = 0; pd < PD; pd++) {
      for (let ph = 0; ph < PH; ph++) {
        let at = out + <usize>i * plane + <usize>pd * stepD + <usize>ph * stepH;
        for (let pw = 0; pw < PW; pw++) {
          store<f32>(at, load<f32>(part));
          part += 4;
          at += stepW;
        }
      }
    }
  }
}

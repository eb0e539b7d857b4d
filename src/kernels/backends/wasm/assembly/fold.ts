/**
 * The gradient of padding: every padded cell's gradient is added to the input cell that it shows. Planes `from` … `to` − 1.
 * @param padded [planes, PD, PH, PW]
 * @param out [planes, D, H, W], overwritten
 */
export function fold(
  padded: usize, out: usize, tableD: usize, PD: i32, D: i32, tableH: usize, PH: i32, H: i32, tableW: usize, PW: i32, W: i32, from: i32, to: i32,
): void {
  const plane = <usize>(D * H * W) << 2;
  padded += (<usize>from * <usize>(PD * PH * PW)) << 2;
  out += <usize>from * plane;
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

/**
 * Cells of a part of each plane, for those that lie so many apart in the whole. Planes `from` … `to` − 1.
 * @param part [planes, PD, PH, PW]
 * @param out the part's first cell in [planes, D, H, W], planes `plane` bytes apart
 * @param stepD,stepH,stepW bytes from one cell of the part to the next
 */
export function spread(
  part: usize, out: usize, plane: usize, PD: i32, PH: i32, PW: i32, stepD: usize, stepH: usize, stepW: usize, from: i32, to: i32,
): void {
  part += (<usize>from * <usize>(PD * PH * PW)) << 2;
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

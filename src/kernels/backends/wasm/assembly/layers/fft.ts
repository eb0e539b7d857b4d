// The Fourier transform of the columns of a complex matrix, with separate real and imaginary parts, 16 columns at a
// time, so that a panel stays in the L1 cache. Radix 4, with one stage of radix 2 where needed. The forward transform
// decimates in frequency and leaves its rows in digit-reversed order; the inverse is its mirror image, stage by stage,
// and reads that order. Products of spectra in between do not depend on the order, so nothing is ever reordered.

/** Bytes of a panel's row. */
const PANEL: usize = 64;

/**
 * @param n rows, a power of 2
 * @param pitch bytes from row to row
 * @param width bytes of a row, a multiple of 64
 * @param twiddles [n, 2]: cos and −sin of 2πm/n
 */
export function forward(re: usize, im: usize, n: i32, pitch: usize, width: usize, twiddles: usize): void {
  for (let panel: usize = 0; panel < width; panel += PANEL) {
    let length = n;
    for (; length >= 4; length >>= 2) forward4(re + panel, im + panel, n, length, pitch, twiddles);
    if (length === 2) stage2(re + panel, im + panel, n, pitch);
  }
}

/** n times the inverse of {@link forward}. */
export function inverse(re: usize, im: usize, n: i32, pitch: usize, width: usize, twiddles: usize): void {
  const odd = ctz(n) & 1;
  for (let panel: usize = 0; panel < width; panel += PANEL) {
    if (odd) stage2(re + panel, im + panel, n, pitch);
    for (let length = odd ? 8 : 4; length <= n; length <<= 2) inverse4(re + panel, im + panel, n, length, pitch, twiddles);
  }
}

/** Blocks of `length` rows into four blocks of a quarter. */
function forward4(re: usize, im: usize, n: i32, length: i32, pitch: usize, twiddles: usize): void {
  const end = <usize>n * pitch;
  const block = <usize>length * pitch;
  const quarter = block >> 2;
  const step = <usize>(n / length) << 3;
  for (let at: usize = 0, w1 = twiddles, w2 = twiddles, w3 = twiddles; at < quarter; at += pitch, w1 += step, w2 += 2 * step, w3 += 3 * step) {
    const r1 = v128.load32_splat(w1), i1 = v128.load32_splat(w1, 4);
    const r2 = v128.load32_splat(w2), i2 = v128.load32_splat(w2, 4);
    const r3 = v128.load32_splat(w3), i3 = v128.load32_splat(w3, 4);
    for (let row = at; row < end; row += block) {
      for (let column: usize = 0; column < PANEL; column += 16) {
        const ra = re + row + column, rb = ra + quarter, rc = rb + quarter, rd = rc + quarter;
        const ia = im + row + column, ib = ia + quarter, ic = ib + quarter, id = ic + quarter;
        const ar = v128.load(ra), cr = v128.load(rc);
        const s0r = f32x4.add(ar, cr), s1r = f32x4.sub(ar, cr);
        const br = v128.load(rb), dr = v128.load(rd);
        const s2r = f32x4.add(br, dr), s3r = f32x4.sub(br, dr);
        const ai = v128.load(ia), ci = v128.load(ic);
        const s0i = f32x4.add(ai, ci), s1i = f32x4.sub(ai, ci);
        const bi = v128.load(ib), di = v128.load(id);
        const s2i = f32x4.add(bi, di), s3i = f32x4.sub(bi, di);
        v128.store(ra, f32x4.add(s0r, s2r));
        v128.store(ia, f32x4.add(s0i, s2i));
        const y1r = f32x4.add(s1r, s3i), y1i = f32x4.sub(s1i, s3r);
        const y2r = f32x4.sub(s0r, s2r), y2i = f32x4.sub(s0i, s2i);
        const y3r = f32x4.sub(s1r, s3i), y3i = f32x4.add(s1i, s3r);
        if (at === 0) {
          v128.store(rb, y1r);
          v128.store(ib, y1i);
          v128.store(rc, y2r);
          v128.store(ic, y2i);
          v128.store(rd, y3r);
          v128.store(id, y3i);
        } else {
          v128.store(rb, f32x4.sub(f32x4.mul(y1r, r1), f32x4.mul(y1i, i1)));
          v128.store(ib, f32x4.add(f32x4.mul(y1r, i1), f32x4.mul(y1i, r1)));
          v128.store(rc, f32x4.sub(f32x4.mul(y2r, r2), f32x4.mul(y2i, i2)));
          v128.store(ic, f32x4.add(f32x4.mul(y2r, i2), f32x4.mul(y2i, r2)));
          v128.store(rd, f32x4.sub(f32x4.mul(y3r, r3), f32x4.mul(y3i, i3)));
          v128.store(id, f32x4.add(f32x4.mul(y3r, i3), f32x4.mul(y3i, r3)));
        }
      }
    }
  }
}

/** Four blocks of a quarter into one of `length` rows: forward4 in reverse, with conjugate twiddles. */
function inverse4(re: usize, im: usize, n: i32, length: i32, pitch: usize, twiddles: usize): void {
  const end = <usize>n * pitch;
  const block = <usize>length * pitch;
  const quarter = block >> 2;
  const step = <usize>(n / length) << 3;
  for (let at: usize = 0, w1 = twiddles, w2 = twiddles, w3 = twiddles; at < quarter; at += pitch, w1 += step, w2 += 2 * step, w3 += 3 * step) {
    const r1 = v128.load32_splat(w1), i1 = v128.load32_splat(w1, 4);
    const r2 = v128.load32_splat(w2), i2 = v128.load32_splat(w2, 4);
    const r3 = v128.load32_splat(w3), i3 = v128.load32_splat(w3, 4);
    for (let row = at; row < end; row += block) {
      for (let column: usize = 0; column < PANEL; column += 16) {
        const ra = re + row + column, rb = ra + quarter, rc = rb + quarter, rd = rc + quarter;
        const ia = im + row + column, ib = ia + quarter, ic = ib + quarter, id = ic + quarter;
        let br = v128.load(rb), bi = v128.load(ib), cr = v128.load(rc), ci = v128.load(ic), dr = v128.load(rd), di = v128.load(id);
        if (at !== 0) {
          const b = f32x4.add(f32x4.mul(br, r1), f32x4.mul(bi, i1));
          bi = f32x4.sub(f32x4.mul(bi, r1), f32x4.mul(br, i1));
          br = b;
          const c = f32x4.add(f32x4.mul(cr, r2), f32x4.mul(ci, i2));
          ci = f32x4.sub(f32x4.mul(ci, r2), f32x4.mul(cr, i2));
          cr = c;
          const d = f32x4.add(f32x4.mul(dr, r3), f32x4.mul(di, i3));
          di = f32x4.sub(f32x4.mul(di, r3), f32x4.mul(dr, i3));
          dr = d;
        }
        const ar = v128.load(ra);
        const s0r = f32x4.add(ar, cr), s2r = f32x4.sub(ar, cr);
        const s1r = f32x4.add(br, dr), s3r = f32x4.sub(br, dr);
        const ai = v128.load(ia);
        const s0i = f32x4.add(ai, ci), s2i = f32x4.sub(ai, ci);
        const s1i = f32x4.add(bi, di), s3i = f32x4.sub(bi, di);
        v128.store(ra, f32x4.add(s0r, s1r));
        v128.store(ia, f32x4.add(s0i, s1i));
        v128.store(rb, f32x4.sub(s2r, s3i));
        v128.store(ib, f32x4.add(s2i, s3r));
        v128.store(rc, f32x4.sub(s0r, s1r));
        v128.store(ic, f32x4.sub(s0i, s1i));
        v128.store(rd, f32x4.add(s2r, s3i));
        v128.store(id, f32x4.sub(s2i, s3r));
      }
    }
  }
}

/** Sum and difference of neighboring rows. */
function stage2(re: usize, im: usize, n: i32, pitch: usize): void {
  const end = <usize>n * pitch;
  for (let row: usize = 0; row < end; row += 2 * pitch) {
    for (let column: usize = 0; column < PANEL; column += 16) {
      sumAndDifference(re + row + column, pitch);
      sumAndDifference(im + row + column, pitch);
    }
  }
}

@inline
function sumAndDifference(at: usize, pitch: usize): void {
  const a = v128.load(at), b = v128.load(at + pitch);
  v128.store(at, f32x4.add(a, b));
  v128.store(at + pitch, f32x4.sub(a, b));
}

/** to[column, row] = from[row, column], 4 × 4 at a time; both sides are multiples of 4. */
export function transpose(from: usize, fromPitch: usize, to: usize, toPitch: usize, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row += 4) {
    let source = from + <usize>row * fromPitch;
    let target = to + (<usize>row << 2);
    for (let column = 0; column < columns; column += 4) {
      const a = v128.load(source), b = v128.load(source + fromPitch), c = v128.load(source + 2 * fromPitch), d = v128.load(source + 3 * fromPitch);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      v128.store(target, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
      v128.store(target + toPitch, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
      const ef = v128.shuffle<f32>(a, b, 2, 6, 3, 7), gh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(target + 2 * toPitch, v128.shuffle<f32>(ef, gh, 0, 1, 4, 5));
      v128.store(target + 3 * toPitch, v128.shuffle<f32>(ef, gh, 2, 3, 6, 7));
      source += 16;
      target += 4 * toPitch;
    }
  }
}

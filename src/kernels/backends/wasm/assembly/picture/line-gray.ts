import { LineLoad } from './line-task';

// Weighted sums of red, green and blue, followed by alpha if there is a second cell.

/** Gray values of float pixels. Floats of four more pixels are read and written. */
export function grays(l: LineLoad, samples: usize, count: i32, cells: usize): void {
  const red = v128.load32_splat(l.weights), green = v128.load32_splat(l.weights, 4), blue = v128.load32_splat(l.weights, 8);
  const pixel = <usize>l.channels << 2, step = <usize>l.cells << 4;
  for (; count > 0; count -= 4) {
    const a = v128.load(samples), b = v128.load(samples + pixel), c = v128.load(samples + 2 * pixel), d = v128.load(samples + 3 * pixel);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const abNext = v128.shuffle<f32>(a, b, 2, 6, 3, 7), cdNext = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    const gray = f32x4.add(f32x4.mul(red, v128.shuffle<u64>(ab, cd, 0, 2)), f32x4.mul(green, v128.shuffle<u64>(ab, cd, 1, 3)));
    put(f32x4.add(gray, f32x4.mul(blue, v128.shuffle<u64>(abNext, cdNext, 0, 2))), v128.shuffle<u64>(abNext, cdNext, 1, 3), l.cells, cells);
    samples += 4 * pixel;
    cells += step;
  }
}

/** Gray values of four-byte pixels. Floats of four more pixels are written. */
export function graysOfBytes(l: LineLoad, source: usize, count: i32, cells: usize): void {
  const red = v128.load32_splat(l.weights), green = v128.load32_splat(l.weights, 4), blue = v128.load32_splat(l.weights, 8);
  const low = i32x4.splat(255), step = <usize>l.cells << 4;
  for (; count > 0; count -= 4) {
    const pixels = count >= 4 ? v128.load(source) : lastPixels(source, count);
    let gray = f32x4.mul(red, f32x4.convert_i32x4_s(v128.and(pixels, low)));
    gray = f32x4.add(gray, f32x4.mul(green, f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(pixels, 8), low))));
    gray = f32x4.add(gray, f32x4.mul(blue, f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(pixels, 16), low))));
    put(gray, f32x4.convert_i32x4_s(i32x4.shr_u(pixels, 24)), l.cells, cells);
    source += 16;
    cells += step;
  }
}

/** Loads one to three pixels. */
@inline
function lastPixels(source: usize, count: i32): v128 {
  let pixels = v128.load32_zero(source);
  if (count > 1) pixels = v128.load32_lane(source, pixels, 1, 4);
  return count > 2 ? v128.load32_lane(source, pixels, 2, 8) : pixels;
}

/** Stores the cells of four pixels. */
@inline
function put(gray: v128, alpha: v128, kept: i32, cells: usize): void {
  if (kept === 1) {
    v128.store(cells, gray);
    return;
  }
  v128.store(cells, v128.shuffle<f32>(gray, alpha, 0, 4, 1, 5));
  v128.store(cells, v128.shuffle<f32>(gray, alpha, 2, 6, 3, 7), 16);
}

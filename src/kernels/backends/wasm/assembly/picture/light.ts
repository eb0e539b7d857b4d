// sRGB and light, see src/kernels/light.ts. A power of x = m · 2^e, with m between √½ and √2, is m^p, computed
// by a polynomial, times 2^(e·p), whose integer part is added to the exponent and whose fraction is computed by another
// polynomial; both are accurate to 1e-7.

/**
 * Converts sRGB values to linear light in place, both from 0 to white, except alpha.
 * @param count values of whole pixels; whole vectors are written
 * @param channels of a pixel
 */
export function toLight(values: usize, count: i32, white: f32, channels: i32): void {
  const w = f32x4.splat(white), unit = f32x4.splat(1 / white);
  const kept = channels === 4 ? i32x4(0, 0, 0, -1) : channels === 2 ? i32x4(0, -1, 0, -1) : i32x4.splat(0);
  for (let end = values + (<usize>count << 2); values < end; values += 16) {
    const v = v128.load(values);
    v128.store(values, v128.bitselect(v, f32x4.mul(lightOf(f32x4.mul(v, unit)), w), kept));
  }
}

/**
 * The inverse of toLight, in place.
 * @param count values; three vectors at a time are written
 * @param changed [12], repeated every 12 values: all bits of those to convert; or 0: convert all
 */
export function toSrgb(values: usize, count: i32, white: f32, changed: usize): void {
  const w = f32x4.splat(white), unit = f32x4.splat(1 / white);
  const all = i32x4.splat(-1);
  const k0 = changed ? v128.load(changed) : all, k1 = changed ? v128.load(changed, 16) : all, k2 = changed ? v128.load(changed, 32) : all;
  for (let end = values + (<usize>count << 2); values < end; values += 48) {
    srgbInPlace(values, unit, w, k0);
    srgbInPlace(values + 16, unit, w, k1);
    srgbInPlace(values + 32, unit, w, k2);
  }
}

@inline
function srgbInPlace(at: usize, unit: v128, white: v128, changed: v128): void {
  const v = v128.load(at);
  v128.store(at, v128.bitselect(f32x4.mul(srgbOf(f32x4.mul(v, unit)), white), v, changed));
}

function lightOf(encoded: v128): v128 {
  const s = f32x4.abs(encoded);
  const base = f32x4.mul(f32x4.add(s, f32x4.splat(0.055)), f32x4.splat(<f32>(1 / 1.055)));
  // ^2.4 is the square times ^0.4
  const bent = f32x4.mul(f32x4.mul(base, base), power0_4(base));
  return signed(v128.bitselect(f32x4.mul(s, f32x4.splat(<f32>(1 / 12.92))), bent, f32x4.le(s, f32x4.splat(0.04045))), encoded);
}

function srgbOf(light: v128): v128 {
  const l = f32x4.abs(light);
  const bent = f32x4.sub(f32x4.mul(f32x4.splat(1.055), power5_12(l)), f32x4.splat(0.055));
  return signed(v128.bitselect(f32x4.mul(l, f32x4.splat(12.92)), bent, f32x4.le(l, f32x4.splat(0.0031308))), light);
}

@inline
function signed(magnitude: v128, sign: v128): v128 {
  return v128.or(magnitude, v128.and(sign, i32x4.splat(<i32>0x80000000)));
}

/** values^0.4 */
@inline
function power0_4(values: v128): v128 {
  const t = beyondOne(values);
  let p = f32x4.splat(0.015551085778897224);
  p = next(p, t, -0.025837463996646833);
  p = next(p, t, 0.030668635387798248);
  p = next(p, t, -0.04142947754823921);
  p = next(p, t, 0.06396281883361377);
  p = next(p, t, -0.120003575911109);
  p = next(p, t, 0.40000044476719754);
  return withExponent(next(p, t, 1.0000000136489802), values, 0.4);
}

/** values^(1 / 2.4) */
@inline
function power5_12(values: v128): v128 {
  const t = beyondOne(values);
  let p = f32x4.splat(0.015323888848440005);
  p = next(p, t, -0.025503756869165374);
  p = next(p, t, 0.030389354662425042);
  p = next(p, t, -0.041255513697827914);
  p = next(p, t, 0.0641032196782319);
  p = next(p, t, -0.12153130960676023);
  p = next(p, t, 0.4166671023058961);
  return withExponent(next(p, t, 1.0000000135050544), values, <f32>(5 / 12.0));
}

/** p · t + coefficient */
@inline
function next(p: v128, t: v128, coefficient: f32): v128 {
  return f32x4.add(f32x4.mul(p, t), f32x4.splat(coefficient));
}

/** The exponents e for which the mantissas are between √½ and √2. */
@inline
function exponentOf(values: v128): v128 {
  return i32x4.shr_s(i32x4.sub(values, i32x4.splat(0x3f3504f3)), 23);
}

/** The mantissas minus 1. */
@inline
function beyondOne(values: v128): v128 {
  return f32x4.sub(i32x4.sub(values, i32x4.shl(exponentOf(values), 23)), f32x4.splat(1));
}

/** The power of the mantissas times 2^(e·p). Infinity and NaN are kept. */
@inline
function withExponent(mantissas: v128, values: v128, p: f32): v128 {
  const y = f32x4.mul(f32x4.convert_i32x4_s(exponentOf(values)), f32x4.splat(p));
  const whole = f32x4.nearest(y);
  const f = f32x4.sub(y, whole);
  let q = f32x4.splat(0.000153458133945647);
  q = next(q, f, 0.001339993127690509);
  q = next(q, f, 0.009618488951121858);
  q = next(q, f, 0.055503287767697675);
  q = next(q, f, 0.24022646890702973);
  q = next(q, f, 0.6931472057374096);
  q = next(q, f, 1.0000000005541523);
  const result = i32x4.add(f32x4.mul(mantissas, q), i32x4.shl(i32x4.trunc_sat_f32x4_s(whole), 23));
  return v128.bitselect(result, values, f32x4.lt(values, f32x4.splat(Infinity)));
}

/**
 * sRGB samples are not proportional to light: half the light is stored as 188 of 255. A blur of the stored numbers
 * therefore makes the border between red and green too dark.
 *
 *   linear  = s / 12.92 if s ≤ 0.04045, else ((s + 0.055) / 1.055)^2.4
 *   encoded = 12.92 · l if l ≤ 0.0031308, else 1.055 · l^(1/2.4) − 0.055
 *
 * from 0 (black) to 1 (white). Negative values are mirrored; the formula continues above 1.
 * @see IEC 61966-2-1
 */

/**
 * The linear light of one sRGB value.
 * @example
 * ```ts
 * import { linearToSrgb, srgbToLinear } from 'convlab';
 *
 * console.log(srgbToLinear(0.5).toFixed(3), linearToSrgb(srgbToLinear(0.5)).toFixed(3)); // → 0.214 0.500
 * ```
 */
export function srgbToLinear(encoded: number): number {
  const s = Math.abs(encoded);
  const linear = s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  return encoded < 0 ? -linear : linear;
}

/** The inverse of {@link srgbToLinear}. */
export function linearToSrgb(linear: number): number {
  const l = Math.abs(linear);
  const encoded = l <= 0.0031308 ? 12.92 * l : 1.055 * l ** (1 / 2.4) - 0.055;
  return linear < 0 ? -encoded : encoded;
}

let of8Bits: Float32Array | undefined;

/** Converts sRGB samples to linear light in place, both from 0 to white. */
export function decodePlane(plane: Float32Array, white: number): void {
  if (white === 255) {
    of8Bits ??= Float32Array.from({ length: 256 }, (_, s) => srgbToLinear(s / 255) * 255);
    for (let i = 0; i < plane.length; i++) plane[i] = of8Bits[plane[i]];
  } else {
    for (let i = 0; i < plane.length; i++) plane[i] = srgbToLinear(plane[i] / white) * white;
  }
}

/** The inverse of {@link decodePlane}, in place, for any value. */
export function encodePlane(plane: Float32Array, white: number): void {
  for (let i = 0; i < plane.length; i++) plane[i] = linearToSrgb(plane[i] / white) * white;
}

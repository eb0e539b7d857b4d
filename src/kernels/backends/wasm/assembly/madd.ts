/**
 * sum + a · b of four floats: fused, with one rounding, if the engine supports relaxed SIMD and the processor has such
 * an instruction; otherwise a product and a sum.
 */
@inline
export function madd(sum: v128, a: v128, b: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, sum) : f32x4.add(sum, f32x4.mul(a, b));
}

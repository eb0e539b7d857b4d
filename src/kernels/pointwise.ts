/** An elementwise formula: out[i] = formula(a[i], b[i], c[i]; p, q, r). */
export interface Pointwise {
  /** Number of input buffers, 1 to 3. */
  readonly inputs: 1 | 2 | 3;
  /** Number of scalar parameters. */
  readonly params: 0 | 1 | 2 | 3;
  readonly apply: (a: number, b: number, c: number, p: number, q: number, r: number) => number;
  /** The same formula as source text, for backends that compile their programs; a test checks that both agree. */
  readonly source: string;
}

function pointwise(inputs: 1 | 2 | 3, params: 0 | 1 | 2 | 3, source: string, apply: Pointwise['apply']): Pointwise {
  return { inputs, params, source, apply };
}

/** erf(z) for z ≥ 0 is 1 − t·(…)·e^−z² with t = 1 / (1 + 0.3275911·z); error below 1.5e-7. Abramowitz and Stegun, 7.1.26. */
const ERF = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429];

/** Φ(x), the normal distribution function. */
function normalCdf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.SQRT1_2 * Math.abs(x));
  const tail = 0.5 * ERF.reduceRight((sum, coefficient) => (sum + coefficient) * t, 0) * Math.exp(-0.5 * x * x);
  return x < 0 ? tail : 1 - tail;
}

/** The text of Φ(name). */
function normalCdfSource(name: string): string {
  const t = `(1 / (1 + ${0.3275911 * Math.SQRT1_2} * Math.abs(${name})))`;
  const tail = `0.5 * ${ERF.reduceRight((sum, coefficient) => `((${sum}) + (${coefficient})) * ${t}`, '0')} * Math.exp(-0.5 * ${name} * ${name})`;
  return `(${name} < 0 ? ${tail} : 1 - ${tail})`;
}

const { exp, log, sqrt, abs, max, min, tanh } = Math;

/**
 * Every formula that a backend must support. `y` is the result of the forward formula, `g` is ∂L/∂y.
 * Sums over an axis are not here: those are convolutions.
 */
export const POINTWISE = {
  /** p·a + q·b */
  combine: pointwise(2, 2, 'p * a + q * b', (a, b, _c, p, q) => p * a + q * b),
  /** p·a + q */
  affine: pointwise(1, 2, 'p * a + q', (a, _b, _c, p, q) => p * a + q),
  multiply: pointwise(2, 0, 'a * b', (a, b) => a * b),
  divide: pointwise(2, 0, 'a / b', (a, b) => a / b),
  /** p·a·b + q·c */
  multiplyAdd: pointwise(3, 2, 'p * a * b + q * c', (a, b, c, p, q) => p * a * b + q * c),
  exp: pointwise(1, 0, 'Math.exp(a)', (a) => exp(a)),
  log: pointwise(1, 0, 'Math.log(a)', (a) => log(a)),
  /** 1 / √(a + p) */
  inverseSquareRoot: pointwise(1, 1, '1 / Math.sqrt(a + p)', (a, _b, _c, p) => 1 / sqrt(a + p)),
  equal: pointwise(2, 0, 'a === b ? 1 : 0', (a, b) => (a === b ? 1 : 0)),
  squaredDifference: pointwise(2, 0, '(a - b) * (a - b)', (a, b) => (a - b) * (a - b)),

  /** a where a > 0, else p·a: ReLU with p = 0 */
  leakyRelu: pointwise(1, 1, 'a > 0 ? a : p * a', (a, _b, _c, p) => (a > 0 ? a : p * a)),
  /** from g and y */
  leakyReluGradient: pointwise(2, 1, 'b > 0 ? a : p * a', (a, b, _c, p) => (b > 0 ? a : p * a)),
  /** a, at least p and at most q */
  clamp: pointwise(1, 2, 'Math.min(Math.max(a, p), q)', (a, _b, _c, p, q) => min(max(a, p), q)),
  /** from g and x: g where p < x < q, else 0 */
  clampGradient: pointwise(2, 2, 'b > p ? (b < q ? a : 0) : 0', (a, b, _c, p, q) => (b > p && b < q ? a : 0)),
  sigmoid: pointwise(1, 0, '1 / (1 + Math.exp(-a))', (a) => 1 / (1 + exp(-a))),
  /** from g and y */
  sigmoidGradient: pointwise(2, 0, 'a * b * (1 - b)', (a, b) => a * b * (1 - b)),
  /** (1 − e^−2|a|) / (1 + e^−2|a|) with a's sign: no overflow, on any GPU */
  tanh: pointwise(1, 0, '(a < 0 ? -1 : 1) * (1 - Math.exp(-2 * Math.abs(a))) / (1 + Math.exp(-2 * Math.abs(a)))', (a) => tanh(a)),
  /** from g and y */
  tanhGradient: pointwise(2, 0, 'a * (1 - b * b)', (a, b) => a * (1 - b * b)),

  /** x·Φ(x), Hendrycks and Gimpel, Gaussian Error Linear Units, 2016 */
  gelu: pointwise(1, 0, `a * ${normalCdfSource('a')}`, (a) => a * normalCdf(a)),
  /** from g and x: g·(Φ(x) + x·φ(x)) */
  geluGradient: pointwise(
    2,
    0,
    `a * (${normalCdfSource('b')} + b * 0.3989422804014327 * Math.exp(-0.5 * b * b))`,
    (a, b) => a * (normalCdf(b) + b * 0.3989422804014327 * exp(-0.5 * b * b)),
  ),

  /** Binary cross-entropy of logit a and target b: max(a, 0) − a·b + log(1 + e^−|a|) */
  bceWithLogits: pointwise(2, 0, 'Math.max(a, 0) - a * b + Math.log(1 + Math.exp(-Math.abs(a)))', (a, b) => max(a, 0) - a * b + log(1 + exp(-abs(a)))),
  /** sigmoid(a) − b */
  bceWithLogitsGradient: pointwise(2, 0, '1 / (1 + Math.exp(-a)) - b', (a, b) => 1 / (1 + exp(-a)) - b),

  /** a − p·b / (√c·q + r) */
  adaptiveStep: pointwise(3, 3, 'a - p * b / (Math.sqrt(c) * q + r)', (a, b, c, p, q, r) => a - (p * b) / (sqrt(c) * q + r)),
} as const satisfies Record<string, Pointwise>;

/** The name of an elementwise formula. */
export type PointwiseName = keyof typeof POINTWISE;
/** Evaluates a formula in a plain loop, for backends whose buffers are arrays. */
export function applyPointwise<T extends Float32Array | Float64Array>(name: PointwiseName, inputs: readonly T[], params: readonly number[], out: T): void {
  const { apply } = POINTWISE[name] as Pointwise;
  const [a, b = a, c = a] = inputs;
  const [p = 0, q = 0, r = 0] = params;
  // inlined for softmax and ReLU6, because engines allocate an object for every number that a formula from a table
  // returns
  if (name === 'exp') for (let i = 0; i < out.length; i++) out[i] = exp(a[i]);
  else if (name === 'log') for (let i = 0; i < out.length; i++) out[i] = log(a[i]);
  else if (name === 'clamp') for (let i = 0; i < out.length; i++) out[i] = min(max(a[i], p), q);
  else if (name === 'clampGradient') for (let i = 0; i < out.length; i++) out[i] = b[i] > p && b[i] < q ? a[i] : 0;
  else for (let i = 0; i < out.length; i++) out[i] = apply(a[i], b[i], c[i], p, q, r);
}

import { show } from '../../../errors.js';
import type { Call } from '../call.js';

/** How ONNX's Resize samples an axis, as given by its attributes. */
export interface Sampling {
  readonly mode: string;
  /** `coordinate_transformation_mode` */
  readonly coordinates: string;
  /** `nearest_mode` */
  readonly rounding: string;
  /** `cubic_coeff_a` */
  readonly cubic: number;
  readonly excludeOutside: boolean;
}

/** The input position of output i, for o outputs and n inputs. */
const COORDINATES: Readonly<Record<string, (i: number, n: number, o: number, scale: number) => number>> = {
  half_pixel: (i, _n, _o, scale) => (i + 0.5) / scale - 0.5,
  pytorch_half_pixel: (i, _n, o, scale) => (o > 1 ? (i + 0.5) / scale - 0.5 : 0),
  half_pixel_symmetric: (i, n, o, scale) => (n / 2) * (1 - o / (scale * n)) + (i + 0.5) / scale - 0.5,
  asymmetric: (i, _n, _o, scale) => i / scale,
  align_corners: (i, n, o) => (o > 1 ? (i * (n - 1)) / (o - 1) : 0),
  tf_half_pixel_for_nn: (i, _n, _o, scale) => (i + 0.5) / scale,
};

const ROUNDINGS: Readonly<Record<string, (at: number) => number>> = {
  round_prefer_floor: (at) => Math.ceil(at - 0.5),
  round_prefer_ceil: (at) => Math.floor(at + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** The cells around a position and their weights. */
function neighbors({ mode, rounding, cubic: a }: Sampling, at: number): [cell: number, weight: number][] {
  const cell = Math.floor(at);
  const t = at - cell;
  if (mode === 'nearest') return [[ROUNDINGS[rounding](at), 1]];
  if (mode === 'linear') {
    return [
      [cell, 1 - t],
      [cell + 1, t],
    ];
  }
  // Keys, Cubic convolution interpolation for digital image processing, 1981
  const near = (d: number) => ((a + 2) * d - (a + 3)) * d * d + 1;
  const far = (d: number) => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return [
    [cell - 1, far(1 + t)],
    [cell, near(t)],
    [cell + 1, near(1 - t)],
    [cell + 2, far(2 - t)],
  ];
}

/** The weights of n input cells for each of o output cells, `[o, n]`. */
export function resampling(call: Call, n: number, o: number, scale: number, sampling: Sampling): Float32Array {
  const { mode, coordinates, rounding, excludeOutside } = sampling;
  const wrong = [
    ['mode', mode, ['nearest', 'linear', 'cubic']],
    ['coordinate_transformation_mode', coordinates, Object.keys(COORDINATES)],
    ['nearest_mode', rounding, Object.keys(ROUNDINGS)],
  ].find(([, value, known]) => !known.includes(value as string));
  if (wrong) throw call.refusal(`${wrong[0]} must be one of ${(wrong[2] as string[]).join(', ')}, received ${show(wrong[1])}`);
  const matrix = new Float32Array(o * n);
  for (let i = 0; i < o; i++) {
    const all = neighbors(sampling, COORDINATES[coordinates](i, n, o, scale));
    const inside = excludeOutside && mode === 'cubic' ? all.filter(([cell]) => cell >= 0 && cell < n) : all;
    const sum = inside.reduce((total, [, weight]) => total + weight, 0);
    for (const [cell, weight] of inside) matrix[i * n + Math.min(Math.max(cell, 0), n - 1)] += weight / sum;
  }
  return matrix;
}

import { box, gaussian, kernel2d, LAPLACIAN_4, MOTION_DIAGONAL, Random, sharpen, type Tensor } from '../../src/index.js';
import { picture } from '../pictures.js';
import type { KernelWork, Row } from '../row.js';

interface Subject {
  readonly name: string;
  readonly quick?: boolean;
  readonly kernel: Tensor;
  readonly known?: Pick<KernelWork, 'whole' | 'box' | 'sigma'>;
  /** the fewest multiply-adds a sample: nothing for what is zero, a row and a column for what is separable */
  readonly taps: number;
  readonly integer?: boolean;
}

const EMBOSS_KERNEL = kernel2d([
  [-2, -1, 0],
  [-1, 1, 1],
  [0, 1, 2],
]);

const SUBJECTS: readonly Subject[] = [
  { name: 'sharpen 3×3', quick: true, kernel: sharpen(), ...integers(sharpen()), taps: 5 },
  { name: 'Laplacian 3×3', kernel: LAPLACIAN_4, ...integers(LAPLACIAN_4), taps: 5 },
  { name: 'emboss 3×3', kernel: EMBOSS_KERNEL, ...integers(EMBOSS_KERNEL), taps: 7 },
  { name: 'motion 9×9', kernel: MOTION_DIAGONAL, ...integers(diagonal(9), 9), taps: 9 },
  { name: 'motion 31×31', kernel: scaled(diagonal(31), 31), ...integers(diagonal(31), 31), taps: 31 },
  { name: 'dense 7×7', kernel: dense(7), taps: 49 },
  { name: 'dense 15×15', kernel: dense(15), taps: 225 },
  { name: 'dense 31×31', kernel: dense(31), taps: 961 },
  { name: 'box 15×15', quick: true, kernel: box(15), ...integers(ones(15), 225, { box: 15 }), taps: 4 },
  { name: 'box 101×101', kernel: box(101), ...integers(ones(101), 101 ** 2, { box: 101 }), taps: 4 },
  { name: 'Gaussian σ 2', kernel: gaussian(2), known: { sigma: 2 }, taps: 34 },
  // OpenCV's default window
  { name: 'Gaussian σ 2 of 13 taps', kernel: gaussian(2, { size: 13 }), known: { sigma: 2 }, taps: 26 },
  { name: 'Gaussian σ 10', kernel: gaussian(10), known: { sigma: 10 }, taps: 162 },
];
const SIZES = [
  [1920, 1080],
  [4000, 3000],
] as const;

/** Filters on 8-bit RGBA. */
export const FILTERS: readonly Row[] = SIZES.flatMap(([width, height], i) => [
  ...SUBJECTS.map(
    ({ name, quick, kernel, known, taps, integer }): Row => ({
      group: 'filters',
      table: `8-bit RGBA, ${width}×${height}`,
      name,
      quick: quick && i === 0,
      limit: { [integer ? 'integerMultiplyAdds' : 'multiplyAdds']: 3 * width * height * taps, bytes: 4 * width * height },
      work: () => ({ kind: 'kernel', picture: picture(width, height), kernel, ...known }),
    }),
  ),
  {
    group: 'filters',
    table: `8-bit RGBA, ${width}×${height}`,
    name: 'Sobel magnitude',
    limit: { integerMultiplyAdds: 3 * width * height * 6, bytes: 4 * width * height },
    work: () => ({ kind: 'sobel', picture: picture(width, height) }),
  },
  {
    group: 'filters',
    table: `8-bit RGB, ${width}×${height}`,
    name: 'half the size, Lanczos 3',
    // 12 taps along every row for half as many columns, and then down these columns
    limit: { integerMultiplyAdds: (3 * width * height * 12) / 2 + (3 * width * height * 12) / 4, bytes: 3 * width * height },
    work: () => ({ kind: 'resize', picture: picture(width, height), width: width / 2, height: height / 2 }),
  },
]);

function integers({ data }: Tensor, divisor = 1, known: Subject['known'] = {}): Pick<Subject, 'known' | 'integer'> {
  return { known: { ...known, whole: { weights: Array.from(data), divisor } }, integer: true };
}

/** Every weight another one, of both signs, and not separable. */
export function dense(n: number): Tensor {
  const random = new Random(n);
  const weights = Float32Array.from({ length: n * n }, () => random.uniform(-0.5, 1));
  return scaled(
    { shape: [n, n], data: weights },
    weights.reduce((sum, weight) => sum + weight, 0),
  );
}

function ones(n: number): Tensor {
  return { shape: [n, n], data: new Float32Array(n * n).fill(1) };
}

function diagonal(n: number): Tensor {
  return { shape: [n, n], data: Float32Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0)) };
}

function scaled({ shape, data }: Tensor, divisor: number): Tensor {
  return { shape, data: data.map((weight) => weight / divisor) };
}

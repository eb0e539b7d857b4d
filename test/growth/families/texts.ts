import { type Family, family } from '../family.js';

const row = (n: number) => '1 '.repeat(n);
const steps = (n: number, kernel: unknown) => JSON.stringify({ version: 1, steps: Array.from({ length: n }, () => ({ kernel })) });

export const TEXTS: readonly Family[] = [
  family('kernel', 'kernel: a row of weights', 20_000, (n) => `${row(n)};`),
  family('kernel', 'kernel: rows of one weight', 20_000, (n) => '1;'.repeat(n)),
  family('kernel', 'kernel: empty rows', 100_000, (n) => `1 1${';'.repeat(n)}1 1`),
  family('kernel', 'kernel: spaces in a matrix', 100_000, (n) => `1${' '.repeat(n)}1;${' '.repeat(n)}1 1`),
  family('kernel', 'kernel: digits', 50_000, (n) => `0.${'1'.repeat(n)} 1; 1 1`),
  family('kernel', 'kernel: JSON, weights', 20_000, (n) => `[[${row(n).trim().replaceAll(' ', ',')}]]`),
  family('kernel', 'kernel: JSON, depth', 1000, (n) => '['.repeat(n) + ']'.repeat(n)),
  family('kernel', 'kernel: JSON, options', 5000, (n) => `{"kernel":[[1]],${Array.from({ length: n }, (_, i) => `"k${i}":1`).join()}}`),
  family('kernel', 'kernel: ImageMagick, weights', 20_000, (n) => `${n}x1: ${row(n)}`),
  family('kernel', 'kernel: ImageMagick, digits in front', 50_000, (n) => `${'1'.repeat(n)}x1: 1`),
  family('kernel', 'kernel: ImageMagick, signs', 50_000, (n) => `3x3${'+1'.repeat(n)}: 1`),
  family('kernel', 'kernel: SVG, weights', 20_000, (n) => `<feConvolveMatrix order="${n} 1" kernelMatrix="${row(n)}"/>`),
  family('kernel', 'kernel: SVG, elements', 5000, (n) => `<svg>${'<feConvolveMatrix order="3"/>'.repeat(n)}</svg>`),
  family('kernel', 'kernel: SVG, elements that do not end', 20_000, (n) => '<feConvolveMatrix '.repeat(n)),
  family('kernel', 'kernel: SVG, comments', 20_000, (n) => `<svg>${'<!-- -->'.repeat(n)}<feConvolveMatrix order="1" kernelMatrix="1"/></svg>`),
  family('kernel', 'kernel: SVG, comments that do not end', 20_000, (n) => `<svg>${'<!--'.repeat(n)}`),
  family('kernel', 'kernel: SVG, attributes', 5000, (n) => `<feConvolveMatrix ${'order="1" '.repeat(n)} kernelMatrix="1"/>`),
  family('kernel', 'kernel: SVG, spaces behind a name', 20_000, (n) => `<feConvolveMatrix ${' order'.repeat(n)}${' '.repeat(n)}/>`),
  family('kernel', 'kernel: SVG, quotes that do not end', 20_000, (n) => `<feConvolveMatrix ${` order="`.repeat(n)}/>`),
  family('kernel', 'kernel: dialog, lines', 5000, (n) => `${`${row(5)}\n`.repeat(5)}${'divisor 1\n'.repeat(n)}`),
  family('kernel', 'kernel: dialog, spaces', 50_000, (n) => `${`${row(5)}\n`.repeat(5)}divisor${' '.repeat(n)}1${' '.repeat(n)}`),
  family('pipeline', 'pipeline: steps', 500, (n) => steps(n, [[1, 2, 1]])),
  family('pipeline', 'pipeline: names', 500, (n) => steps(n, 'sharpen')),
  family('pipeline', 'pipeline: kernels of a step', 300, (n) =>
    steps(
      1,
      Array.from({ length: n }, () => [[1, 2, 1]]),
    ),
  ),
  family('pipeline', 'pipeline: weights', 20_000, (n) => steps(1, [Array.from({ length: n }, () => 1)])),
];

import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import {
  binomial,
  catalogue,
  createBackend,
  differenceOfGaussians,
  disk,
  filter,
  gabor,
  gaussian,
  gaussian1d,
  gaussian3d,
  highPass,
  type Image,
  LAPLACIAN_3D,
  laplacianOfGaussian,
  motionBlur,
  type OperationOptions,
  sobel3d,
  type Tensor,
} from '../../../src/index.js';
import { readImage } from '../../../src/node.js';

// scripts/make-catalogue-fixture.py made these with OpenCV, scipy and scikit-image
const FIXTURES = 'test/filters/catalogue/fixtures';
const load = async (name: string) => JSON.parse(await readFile(`${FIXTURES}/${name}`, 'utf8'));
const oracle: Record<string, { shape: number[]; weights: number[] }> = await load('kernels.json');
interface Case {
  name: string;
  parameters: number[];
  options: OperationOptions;
}
const { cases, canny }: { cases: Case[]; canny: { by: string; parameters: number[] }[] } = await load('cases.json');
const [photo, results] = await Promise.all([readImage(`${FIXTURES}/photo.png`), readImage(`${FIXTURES}/results.png`)]);
const area = photo.width * photo.height;
const field = (i: number) => results.data.subarray(i * area, (i + 1) * area);

const KERNELS: Record<string, Tensor> = {
  'gaussian 1': gaussian(1),
  'gaussian 2.3': gaussian(2.3),
  'gaussian [0.5, 3]': gaussian([0.5, 3]),
  'gaussian 1.5 size 7': gaussian(1.5, { size: 7 }),
  'gaussian1d 1.7': gaussian1d(1.7),
  'gaussian3d 0.8': gaussian3d(0.8),
  'gaussian3d [1, 0.5, 0.7]': gaussian3d([1, 0.5, 0.7]),
  'binomial 2': binomial(2),
  'binomial 5': binomial(5),
  'binomial 8': binomial(8),
  'disk 1': disk(1),
  'disk 2.7': disk(2.7),
  'disk 5': disk(5),
  'motion 9 0': motionBlur(9, 0),
  'motion 4 90': motionBlur(4, 90),
  'motion 9 45': motionBlur(9, 45),
  'motion 12.6 -45': motionBlur(12.6, -45),
  'motion 7.5 20': motionBlur(7.5, 20),
  'motion 15 160': motionBlur(15, 160),
  'gabor 4 30 0': gabor({ wavelength: 4, orientation: 30 }),
  'gabor 5 -70 90': gabor({ wavelength: 5, orientation: -70, phase: 90 }),
  'laplacian-of-gaussian 1': laplacianOfGaussian(1),
  'laplacian-of-gaussian 2.5': laplacianOfGaussian(2.5),
  'difference-of-gaussians 1 1.6': differenceOfGaussians(1, 1.6),
  'difference-of-gaussians 1.5 2': differenceOfGaussians(1.5, 2),
  'high-pass 1.5': highPass(1.5),
  'laplacian-3d': LAPLACIAN_3D,
  'sobel3d z': sobel3d('z'),
  'sobel3d y': sobel3d('y'),
  'sobel3d x': sobel3d('x'),
};

/**
 * Tolerance relative to the largest weight. Pixel coverage is sampled by 256 × 256 points; scipy's LoG does not sum to
 * zero. Otherwise six digits.
 */
const TOLERANCE: Record<string, number> = { disk: 5e-4, motion: 5e-4, 'laplacian-of-gaussian': 5e-4 };

test.each(Object.entries(oracle))('the weights are those of another program: %s', (name, { shape, weights }) => {
  const [entry] = name.split(' ');
  const kernel = KERNELS[name] ?? kernelOf(entry);
  expect(kernel.shape).toEqual(shape);
  const largest = Math.max(...weights.map(Math.abs));
  weights.forEach((weight, i) => {
    expect(Math.abs(kernel.data[i] - weight) / largest).toBeLessThan(TOLERANCE[entry] ?? 5e-6);
  });
});

function kernelOf(name: string): Tensor {
  const entry = catalogue[name];
  if (!('make' in entry)) throw new Error(`${name} is no kernel`);
  return entry.make();
}

async function run(image: Image, { name, parameters, options }: Case, backend: Awaited<ReturnType<typeof createBackend>>): Promise<Image> {
  const entry = catalogue[name];
  return 'make' in entry
    ? filter(image, entry.make(...parameters), { output: entry.output, ...options, backend })
    : entry.apply(image, parameters, { ...options, backend });
}

describe.each(['reference', 'wasm'] as const)('on a photo, with %s', async (backendName) => {
  const backend = await createBackend(backendName);

  test.each(cases.map((each, i) => [`${each.name} ${JSON.stringify(each.parameters)} ${JSON.stringify(each.options)}`, each, i] as const))(
    'within one gray level of OpenCV, scipy or scikit-image: %s',
    async (_, each, i) => {
      const { width, height, channels, data } = await run(photo, each, backend);
      expect([width, height, channels]).toEqual([photo.width, photo.height, 1]);
      const expected = field(i);
      let worst = 0;
      data.forEach((value, at) => {
        worst = Math.max(worst, Math.abs(value - expected[at]));
      });
      expect(worst).toBeLessThanOrEqual(1);
    },
  );

  // scikit-image keeps both of two equally steep neighbors, OpenCV and convlab one; OpenCV compares with the nearest pixel, not between two
  test.each(canny.map((each, i) => [`${each.by} ${JSON.stringify(each.parameters)}`, each, cases.length + i] as const))(
    'canny marks the edge pixels of %s',
    async (_, { by, parameters }, i) => {
      const { data } = await run(photo, { name: 'canny', parameters, options: {} }, backend);
      expect(agreement(data, field(i))).toBeGreaterThan(by === 'OpenCV' ? 0.87 : 0.998);
    },
  );
});

/** Intersection over union of the edge pixels, excluding the outermost pixels, where each library has its own rule. */
function agreement(ours: Image['data'], theirs: Image['data']): number {
  let [both, either] = [0, 0];
  for (let y = 1; y < photo.height - 1; y++) {
    for (let x = 1; x < photo.width - 1; x++) {
      const [a, b] = [ours, theirs].map((data) => data[y * photo.width + x] > 0);
      if (a && b) both++;
      if (a || b) either++;
    }
  }
  return both / either;
}

import { beforeAll, describe, expect, test } from 'vitest';
import { operations } from '../../src/filters/catalogue/catalogue.js';
import { OPERATION_NAMES } from '../../src/filters/catalogue/operation-names.js';
import { suggest } from '../../src/filters/catalogue/suggest.js';
import {
  type Backend,
  box,
  catalogue,
  createBackend,
  createImage,
  explain,
  filter,
  filterTensor,
  gaussian,
  type KernelSource,
  motionBlur,
  pipeline,
  pipelineFromJSON,
  planFilter,
  Random,
  SOBEL_X,
  sharpen,
  tensor,
} from '../../src/index.js';

let backend: Backend;
beforeAll(async () => {
  backend = await createBackend('wasm', { threads: 1 });
});

const random = new Random(2);
const image = createImage(
  9,
  7,
  3,
  Uint8ClampedArray.from({ length: 189 }, () => random.integer(256)),
);
const SHARPEN = [
  [0, -1, 0],
  [-1, 5, -1],
  [0, -1, 0],
];

test.each<[string, KernelSource, ReturnType<typeof tensor>]>([
  ['a name', 'sharpen', sharpen()],
  ['a name with a parameter', 'gaussian:2', gaussian(2)],
  ['a name with two', 'motion-blur:5,30', motionBlur(5, 30)],
  ['one parameter left out', 'motion-blur:,30', motionBlur(undefined, 30)],
  ['rows', SHARPEN, sharpen()],
  ['a list of rows for each channel', [SHARPEN, [...SHARPEN].reverse(), SHARPEN], tensor([SHARPEN, SHARPEN, SHARPEN])],
])('wherever a kernel is taken it may be %s', async (_, source, kernel) => {
  const expected = await filter(image, kernel, { backend });
  expect(await filter(image, source, { backend })).toEqual(expected);
  expect(await pipeline([source]).apply(image, { backend })).toEqual(expected);
  const stepped = pipeline([{ kernel: source, bias: 0 }]);
  expect(await stepped.apply(image, { backend })).toEqual(expected);
  expect(await pipelineFromJSON(JSON.stringify(stepped)).apply(image, { backend })).toEqual(expected);
  const plan = planFilter({ width: 9, height: 7, channels: 3, samples: 'uint8' }, [{ kernel: source }], {}, backend);
  expect(await plan.apply(image)).toEqual(expected);
  expect((await explain(source, image, { backend })).algorithm).toBe((await explain(kernel, image, { backend })).algorithm);
});

test('a signal takes lists and names too', async () => {
  const x = tensor([[1, 2, 4, 8]]);
  expect(await filterTensor(x, [-0.5, 0, 0.5], { backend })).toEqual(await filterTensor(x, tensor([-0.5, 0, 0.5]), { backend }));
  expect(await filterTensor(x, 'box:3', { backend })).toEqual(await filterTensor(x, box(3), { backend }));
});

test('a pipeline keeps its words', () => {
  expect(JSON.parse(JSON.stringify(pipeline(['gaussian:2', 'sharpen']))).steps).toEqual([{ kernel: 'gaussian:2' }, { kernel: 'sharpen' }]);
});

const RULE =
  'kernel must be the name of a kernel, such as gaussian:2, a list of rows, [[0, -1, 0], …], or a tensor; use parseKernel for weights as a string, received';
test.each<[string, unknown, string]>([
  ['a word for what it does', 'blur', `filter: ${RULE} "blur"; did you mean gaussian, box, disk or motion-blur?`],
  ['edges', 'edge', `filter: ${RULE} "edge"; did you mean sobel-x, sobel-y or laplacian-8?`],
  ['the name in code', 'motionBlur:9', `filter: ${RULE} "motionBlur:9"; did you mean motion-blur:9?`],
  ['the constant in code', 'SOBEL_X', `filter: ${RULE} "SOBEL_X"; did you mean sobel-x?`],
  ['a misspelt name', 'sharpn', 'received "sharpn"; did you mean sharpen?'],
  ['a text of weights', '0 1 0', `filter: ${RULE} "0 1 0"`],
  ['an operation', 'canny:1', 'filter: kernel must be a single kernel, but canny uses several: apply canny of the catalogue to the image, received "canny:1"'],
  ['what is no number', 'gaussian:2:3', 'filter: kernel gaussian takes sigma, a number, received "gaussian:2:3"'],
  ['too many parameters', 'motion-blur:1,2,3', 'filter: kernel motion-blur takes length, angle, separated by commas, received "motion-blur:1,2,3"'],
  ['parameters of a constant', 'sobel-x:1', 'filter: kernel sobel-x takes no parameters, received "sobel-x:1"'],
  [
    'a flat list',
    [0, -1, 0, -1, 5, -1, 0, -1, 0],
    'filter: 9 weights without rows are ambiguous: 3 × 3 (a list for each row, [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]) or a row of 9',
  ],
  ['rows of different lengths', [[1, 2], [3]], 'filter: all rows must have the same length'],
  ['channels of different sizes', [[[1]], [[1, 2]], [[1]]], 'filter: the kernels of all channels must have the same shape, received [1, 1] and [1, 2]'],
  ['nothing', [], 'filter: rows must be a list of rows of numbers'],
  ['a Promise', Promise.resolve(SOBEL_X), 'filter: kernel must be [kH, kW], or [C, kH, kW] with one kernel for each channel, received Promise'],
])('refused: %s', async (_, kernel, message) => {
  await expect(filter(image, kernel as KernelSource, { backend })).rejects.toThrow(message);
});

test('parameters must be omitted, because the name or beside it', () => {
  expect(() => pipeline([{ kernel: 'gaussian:2', parameters: [3] }])).toThrow(
    'pipeline: parameters must be omitted, because the name gaussian:2 contains them, received [3]',
  );
});

describe('names', () => {
  test.each(Object.entries(catalogue))('%s is called so in code', (name, entry) => {
    expect(entry.name).toBe(name);
    const called = /^\w+/.exec(entry.code)?.[0];
    if (called === 'gradientMagnitude') return expect(name).toMatch(/-edges$/);
    expect([name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()), name.replaceAll('-', '_').toUpperCase()]).toContain(called);
  });

  test('those of operations are known to filter', () => {
    expect(OPERATION_NAMES).toEqual(Object.keys(operations));
  });

  test.each([
    ['blur', 'gaussian, box, disk or motion-blur'],
    ['Edges', 'sobel-edges, canny, sobel-x, sobel-y or laplacian-8'],
    ['motion', 'motion-blur or motion-diagonal'],
    ['gaussian(3)', 'gaussian:3'],
    ['relief', 'emboss'],
    ['localMean:3', 'local-mean:3'],
    ['constructor', undefined],
    ['quicksort', undefined],
  ])('%s → %s', (text, meant) => {
    expect(suggest(text, catalogue)).toBe(meant);
  });
});

import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createBackend,
  createImage,
  DataError,
  filter,
  formatKernel,
  KERNEL_FORMATS,
  type KernelDocument,
  kernel2d,
  kernelFromAcf,
  kernelToAcf,
  OptionError,
  parseKernel,
  sharpen,
  tensor,
  UnsupportedError,
} from '../../../src/index.js';

const backend = await createBackend('reference');

describe('every format is recognized by its text', () => {
  test.each([
    ['a matrix', '0 -1 0; -1 5 -1; 0 -1 0', { kernel: sharpen() }],
    ['a matrix on lines, with commas', ' 0, -1, 0\n-1, 5, -1\n\n0, -1, 0\n', { kernel: sharpen() }],
    ['JSON rows', '[[0, -1, 0], [-1, 5, -1], [0, -1, 0]]', { kernel: sharpen() }],
    [
      'JSON with options',
      '{ "kernel": [[1, 2]], "scale": "sum", "bias": 3, "anchor": [0, 1], "paddingMode": "wrap", "flip": true, "linear": true }',
      { kernel: kernel2d([[1, 2]]), scale: 'sum', bias: 3, anchor: [0, 1], paddingMode: 'wrap', flip: true, linear: true },
    ],
    ["ImageMagick's", '3x3: 0,-1,0 -1,5,-1 0,-1,0', { kernel: sharpen(), anchor: [1, 1] }],
    ["ImageMagick's, square, with a minus for a cell outside", '3: -,-1,nan -1 5,-1 nan -1,-', { kernel: sharpen(), anchor: [1, 1] }],
    [
      "ImageMagick's, even: its middle is the cell before ours",
      '4x2: 1,2,3,4 5,6,7,8;',
      {
        kernel: kernel2d([
          [1, 2, 3, 4],
          [5, 6, 7, 8],
        ]),
        anchor: [0, 1],
      },
    ],
    ["ImageMagick's, with an origin", '2x1+1+0: 1,2', { kernel: kernel2d([[1, 2]]), anchor: [0, 1] }],
    [
      'a custom filter',
      '0 0 0 0 0\n0 0 -1 0 0\n0 -1 8 -1 0\n0 0 -1 0 0\n0 0 0 0 0\nScale: 4\nOffset: 10',
      {
        kernel: kernel2d([
          [0, 0, 0, 0, 0],
          [0, 0, -1, 0, 0],
          [0, -1, 8, -1, 0],
          [0, 0, -1, 0, 0],
          [0, 0, 0, 0, 0],
        ]),
        scale: 0.25,
        bias: 10,
      },
    ],
  ] as const)('%s', (_, text, document) => expect(parseKernel(text)).toEqual(document));

  test('SVG: turned round, and every attribute has its place', () => {
    const drawing = `<svg><filter><!-- <feConvolveMatrix order="1"/> -->
      <feConvolveMatrix order="3 2" kernelMatrix="1 2 3, 4 5 6" divisor='4' bias="0.5" targetX="2" targetY="0" edgeMode="none" color-interpolation-filters="sRGB"/></filter></svg>`;
    expect(parseKernel(drawing)).toEqual({
      kernel: kernel2d([
        [6, 5, 4],
        [3, 2, 1],
      ]),
      scale: 0.25,
      bias: 127.5,
      anchor: [0, 2],
      paddingMode: 'zero',
      linear: false,
    });
    expect(parseKernel('<feConvolveMatrix kernelMatrix="1 2 3 4 5 6 7 8 9"/>')).toEqual({
      kernel: kernel2d([
        [9, 8, 7],
        [6, 5, 4],
        [3, 2, 1],
      ]),
      scale: 'sum',
      bias: 0,
      anchor: [1, 1],
      paddingMode: 'replicate',
      linear: true,
    });
  });
});

test('an SVG kernel does what the formula of the standard says', async () => {
  const [order, target, source] = [
    [3, 2],
    [2, 0],
    [
      [10, 40, 20, 80],
      [50, 30, 90, 60],
      [70, 10, 20, 30],
    ],
  ];
  const kernelMatrix = [1, 2, 3, 4, 5, 6];
  const { kernel, ...options } = parseKernel(
    `<feConvolveMatrix order="3 2" kernelMatrix="${kernelMatrix}" divisor="50" bias="0.02" targetX="2" targetY="0" edgeMode="none" color-interpolation-filters="sRGB"/>`,
  );
  const image = createImage(4, 3, 1, Uint8ClampedArray.from(source.flat()));
  const result = await filter(image, kernel, { ...options, backend });
  const expected: number[] = [];
  for (let y = 0; y < 3; y++) {
    for (let x = 0; x < 4; x++) {
      let sum = 0;
      for (let i = 0; i < order[1]; i++) {
        for (let j = 0; j < order[0]; j++) {
          sum += (source[y - target[1] + i]?.[x - target[0] + j] ?? 0) * kernelMatrix[(order[1] - i - 1) * order[0] + (order[0] - j - 1)];
        }
      }
      expected.push(Math.floor(sum / 50 + 0.02 * 255 + 0.5));
    }
  }
  expect([...result.data]).toEqual(expected);
});

// scripts/make-imagemagick-fixture.py made these
const magick = JSON.parse(await readFile('test/filters/fixtures/imagemagick.json', 'utf8'));
test.each(magick.cases as { kernel: string; flip: boolean; result: number[] }[])(
  'ImageMagick: $kernel, turned round: $flip',
  async ({ kernel: text, flip, result }) => {
    const { width, height, point } = magick;
    const image = createImage(width, height, 1);
    image.data[point[0] * width + point[1]] = 10;
    const { kernel, ...options } = parseKernel(text);
    expect([...(await filter(image, kernel, { ...options, flip, paddingMode: 'replicate', backend })).data]).toEqual(result);
  },
);

const weights = fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const kernels = (most: number) =>
  fc
    .tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 1, max: most }))
    .chain(([height, width]) => fc.array(weights, { minLength: height * width, maxLength: height * width }).map((data) => tensor(data, [height, width])));
const said = { scale: fc.constantFrom(1, 0.25, 3), bias: fc.constantFrom(0, 128, -20) };

test.each(KERNEL_FORMATS)('%s: what is written is read back, to the bit', (format) => {
  const kernel = format === 'custom' ? fc.array(weights, { minLength: 25, maxLength: 25 }).map((data) => tensor(data, [5, 5])) : kernels(6);
  const options = {
    json: { ...said, flip: fc.boolean() },
    svg: { ...said, paddingMode: fc.constantFrom('wrap', 'zero'), linear: fc.boolean() },
    custom: said,
    imagemagick: {},
    matrix: {},
  }[format];
  fc.assert(
    fc.property(fc.record({ kernel, ...options }) as fc.Arbitrary<KernelDocument>, (document) => {
      const { bias = 0, ...read } = parseKernel(formatKernel(document, format));
      expect(read).toMatchObject({ kernel: document.kernel, ...(document.scale === undefined ? {} : { scale: document.scale }) });
      expect(bias).toBeCloseTo(document.bias ?? 0, 10);
      for (const name of ['paddingMode', 'linear', 'flip'] as const) if (document[name] !== undefined) expect(read[name]).toBe(document[name]);
      expect(parseKernel(formatKernel({ bias, ...read }, format))).toEqual({ ...(format === 'imagemagick' || format === 'matrix' ? {} : { bias }), ...read });
    }),
    { numRuns: 50 },
  );
});

test('a kernel that is anchored off its middle keeps its anchor', () => {
  const document = { kernel: kernel2d([[1, 2, 3, 4]]), anchor: [0, 1] as const };
  for (const format of ['json', 'imagemagick', 'svg'] as const) expect(parseKernel(formatKernel(document, format)).anchor).toEqual([0, 1]);
  expect(parseKernel(formatKernel(document, 'custom')).kernel).toEqual(
    kernel2d([
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
      [0, 1, 2, 3, 4],
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
    ]),
  );
});

test('flip is written to an SVG as the matrix it means', () => {
  const written = formatKernel({ kernel: kernel2d([[1, 2, 3, 4]]), anchor: [0, 0], flip: true }, 'svg');
  expect(written).toContain('kernelMatrix="1 2 3 4"');
  expect(parseKernel(written)).toMatchObject({ kernel: kernel2d([[4, 3, 2, 1]]), anchor: [0, 3] });
});

test('an .acf file is 25 weights, scale and offset, 16 bits each, big end first', () => {
  const bytes = kernelToAcf({ kernel: sharpen(), scale: 0.5, bias: -3 });
  expect([...bytes.slice(14, 34)]).toEqual([255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 0, 5, 255, 255, 0, 0, 0, 0, 0, 0]);
  expect([...bytes.slice(50)]).toEqual([0, 2, 255, 253]);
  expect(kernelFromAcf(bytes)).toEqual({ kernel: parseKernel(formatKernel(sharpen(), 'custom')).kernel, scale: 0.5, bias: -3 });
  expect(() => kernelFromAcf(bytes.subarray(1))).toThrow('kernelFromAcf: an .acf file must have 54 bytes, received 53');
  expect(() => kernelToAcf({ kernel: kernel2d([[0.5]]) })).toThrow(UnsupportedError);
});

describe('what is wrong is said with its place', () => {
  test.each([
    ['1 two; 3 4', 'matrix: every weight must be a number, received "two" in row 1, column 2'],
    ['1 2; 3', 'matrix: all rows must have the same length, but row 1 has 2 weights and row 2 has 1'],
    [
      '0,-1,0,-1,5,-1,0,-1,0',
      'matrix: 9 weights without rows are ambiguous: 3 × 3 (rows separated by ";" or new lines, "0 -1 0; -1 5 -1; 0 -1 0") or a row of 9, "0 -1 0 -1 5 -1 0 -1 0;"',
    ],
    ['1 2 3 4\n', 'matrix: 4 weights without rows are ambiguous: 2 × 2'],
    ['[1, 2, 3, 4]', 'json: 4 weights without rows are ambiguous: 2 × 2 (a list for each row, [[1, 2], [3, 4]]) or a row of 4, [[1, 2, 3, 4]]'],
    ['{ "kernel": [1, 2, 3, 4] }', 'json: 4 weights without rows are ambiguous: 2 × 2'],
    [`${'1 '.repeat(36)}`, 'matrix: 36 weights without rows are ambiguous: 6 × 6 (rows separated by ";" or new lines) or a row of 36'],
    ['[[1, 2], [3]]', 'json: all rows must have the same length'],
    ['[[1, 2]', 'json: '],
    ['{ "weights": [[1]] }', 'json: weights is not an option; the options are kernel, scale'],
    ['3x3: 1,2,3', 'imagemagick: a 3x3 kernel must have 9 weights, received 3'],
    ['2x1: 1,x', 'imagemagick: every weight must be a number, received "x" in row 1, column 2'],
    ['2x1+2+0: 1,2', 'imagemagick: the origin must be inside the 2x1 kernel, received +2+0'],
    ['3x3>: 1,2,1 0,0,0 1,2,1', 'imagemagick: the rotations ">" give several kernels'],
    ['1: 1; 1: 2', 'imagemagick: it contains several kernels'],
    ['<svg/>', 'svg: the text must contain one <feConvolveMatrix>, received 0'],
    ['<feConvolveMatrix order="2"/>', 'svg: the attribute kernelMatrix is missing'],
    ['<feConvolveMatrix order="2" kernelMatrix="1 2 3"/>', 'svg: kernelMatrix must have 2 × 2 = 4 numbers (see order), received 3'],
    ['<feConvolveMatrix order="2" kernelMatrix="1 2 3 x"/>', 'svg: kernelMatrix must be a list of numbers, received "x" at index '],
    ['<feConvolveMatrix order="1.5" kernelMatrix="1"/>', 'svg: order must be one or two integers ≥ 1, received 1.5'],
    ['<feConvolveMatrix order="1" kernelMatrix="1" divisor="0"/>', 'svg: divisor must not be 0'],
    ['<feConvolveMatrix order="1" kernelMatrix="1" targetX="1"/>', 'svg: targetX must be an integer from 0 to 0, received 1'],
    ['<feConvolveMatrix order="1" kernelMatrix="1" edgeMode="constructor"/>', 'svg: edgeMode must be one of duplicate, wrap, none, received constructor'],
    ['<feConvolveMatrix order="1" kernelMatrix="1" edgeMode="mirror"/>', 'svg: edgeMode must be one of duplicate, wrap, none, received mirror'],
    ['1 2; 3 4; divisor 2', 'custom: a custom filter must have 5 rows of 5 weights, received 2 + 2'],
    ['1 1 1 1 1;1 1 1 1 1;1 1 1 1 1;1 1 1 1 1;1 1 1 1 1;divisor x', 'custom: divisor must be a number, received "x"'],
    ['sharpen', 'the text must be in one of the formats json, svg, imagemagick, custom, matrix'],
  ])('%s', (text, message) => {
    expect(() => parseKernel(text)).toThrow(DataError);
    expect(() => parseKernel(text)).toThrow(message);
  });

  test('a row of a square number of weights ends in a semicolon', () => {
    expect(parseKernel('1 2 3 4;')).toEqual({ kernel: kernel2d([[1, 2, 3, 4]]) });
    expect(parseKernel('1\n2\n3\n4').kernel.shape).toEqual([4, 1]);
    expect(parseKernel('1 2 3').kernel.shape).toEqual([1, 3]);
    expect(parseKernel('7').kernel.shape).toEqual([1, 1]);
  });

  test('a format that is asked for must be there', () => {
    expect(parseKernel('1 2', { format: 'matrix' })).toEqual({ kernel: kernel2d([[1, 2]]) });
    expect(() => parseKernel('1 2', { format: 'json' })).toThrow('parseKernel: the text must be in the format json');
    expect(() => parseKernel('1 2', { format: 'yaml' as 'json' })).toThrow(OptionError);
    expect(() => formatKernel(sharpen(), 'yaml' as 'json')).toThrow(
      'formatKernel: format must be one of json, svg, imagemagick, custom, matrix, received "yaml"',
    );
  });

  test('a format does not drop what it has no word for', () => {
    expect(() => formatKernel({ kernel: sharpen(), bias: 3 }, 'matrix')).toThrow('formatKernel: the matrix format cannot store bias 3; use json');
    expect(() => formatKernel({ kernel: sharpen(), paddingMode: 'reflect' }, 'svg')).toThrow(UnsupportedError);
    expect(() => formatKernel(tensor(new Float32Array(49), [7, 7]), 'custom')).toThrow('a custom filter must be 5 × 5');
  });
});

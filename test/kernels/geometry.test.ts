import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ConvOptions, convGeometry, OptionError, ShapeError } from '../../src/index.js';
import { poolGeometry } from '../../src/kernels/geometry.js';

/** One axis of n cells under k. */
const axis = (n: number, k: number, options: ConvOptions) => convGeometry([1, 1, n], [1, 1, k], options);
const sizes = {
  n: fc.integer({ min: 1, max: 40 }),
  k: fc.integer({ min: 1, max: 9 }),
  stride: fc.integer({ min: 1, max: 7 }),
  dilation: fc.integer({ min: 1, max: 4 }),
};
const holds = (property: fc.IRawProperty<unknown>) => fc.assert(property as fc.IProperty<unknown>, { seed: 1, numRuns: 500 });

describe('sizes', () => {
  test('o = floor((n + before + after − dilation·(k − 1) − 1) / stride) + 1', () => {
    expect(axis(5, 3, {}).outShape).toEqual([1, 1, 3]);
    expect(axis(28, 5, { padding: 2 }).outShape).toEqual([1, 1, 28]);
    expect(axis(10, 3, { stride: 2, padding: [1, 0] }).outShape).toEqual([1, 1, 5]);
    expect(axis(10, 3, { stride: 4, dilation: 2 }).outShape).toEqual([1, 1, 2]);
  });

  test("'same' gives ceil(n / stride), split evenly, the odd cell behind", () => {
    holds(
      fc.property(fc.record(sizes), ({ n, k, stride, dilation }) => {
        const g = axis(n, k, { padding: 'same', stride, dilation });
        expect(g.output[2]).toBe(Math.ceil(n / stride));
        expect([0, 1]).toContain(g.after[2] - g.before[2]);
      }),
    );
  });

  test("'same' with an anchor gives ceil(n / stride) too, and the anchor stands on every stride-th cell from the first", () => {
    holds(
      fc.property(fc.record({ ...sizes, at: fc.nat(8), flip: fc.boolean() }), ({ n, k, stride, dilation, at, flip }) => {
        const anchor = at % k;
        const g = axis(n, k, { padding: 'same', anchor, stride, dilation, flip });
        expect(g.output[2]).toBe(Math.ceil(n / stride));
        expect(g.before[2]).toBe((flip ? k - 1 - anchor : anchor) * dilation);
      }),
    );
  });

  test("'full' visits every position where kernel and input overlap, n + dilation·(k − 1) of them", () => {
    holds(
      fc.property(fc.record(sizes), ({ n, k, dilation }) => {
        expect(axis(n, k, { padding: 'full', dilation }).output[2]).toBe(n + dilation * (k - 1));
      }),
    );
  });

  test('a pooling window steps by its own size unless told otherwise', () => {
    expect(poolGeometry([1, 2, 7, 9], { kernelSize: [2, 3] }, 'maxPool')).toMatchObject({
      stride: [1, 2, 3],
      outShape: [1, 2, 3, 3],
      groups: 2,
      kernelShape: [2, 1, 2, 3],
    });
    expect(poolGeometry([1, 2, 7, 9], { kernelSize: [2, 3], stride: 1 }, 'maxPool').outShape).toEqual([1, 2, 6, 7]);
    expect(poolGeometry([1, 2, 7, 9], { kernelSize: 2, stride: undefined }, 'maxPool').stride).toEqual([1, 2, 2]);
  });
});

describe('normalization', () => {
  test('1D and 2D are lifted to 3D with axes of size 1 in front', () => {
    expect(axis(9, 3, { stride: 2, dilation: 2, padding: [3, 1] })).toMatchObject({
      rank: 1,
      input: [1, 1, 9],
      kernel: [1, 1, 3],
      output: [1, 1, 5],
      stride: [1, 1, 2],
      dilation: [1, 1, 2],
      before: [0, 0, 3],
      after: [0, 0, 1],
    });
    expect(convGeometry([2, 3, 8, 9], [4, 3, 3, 5], { padding: [1, 2] })).toMatchObject({ rank: 2, before: [0, 1, 2], after: [0, 1, 2], input: [1, 8, 9] });
  });

  test('scalar and per-axis options mean the same', () => {
    const [x, kernel] = [
      [1, 2, 9, 9],
      [2, 2, 3, 3],
    ];
    const scalar = convGeometry(x, kernel, { stride: 2, dilation: 2, padding: 1 });
    expect(convGeometry(x, kernel, { stride: [2, 2], dilation: [2, 2], padding: [1, 1] })).toEqual(scalar);
    expect(convGeometry(x, kernel, { stride: 2, dilation: 2, padding: [[1, 1], 1] })).toEqual(scalar);
    expect(axis(5, 3, { padding: [[1, 2]] })).toEqual(axis(5, 3, { padding: [1, 2] }));
    expect(axis(5, 3, { padding: [2] })).toEqual(axis(5, 3, { padding: 2 }));
    expect(axis(5, 3, { stride: undefined, padding: undefined, groups: undefined })).toEqual(axis(5, 3, {}));
  });

  test('keys tell geometries apart: every option changes the key', () => {
    const [x, kernel] = [
      [1, 4, 9, 9],
      [4, 4, 3, 3],
    ];
    const base: ConvOptions = { padding: 2 };
    const variants: ConvOptions[] = [
      { stride: 2 },
      { stride: [1, 2] },
      { dilation: 2 },
      { padding: 1 },
      {
        padding: [
          [2, 2],
          [2, 1],
        ],
      },
      { paddingMode: 'constant' },
      { paddingMode: 'constant', paddingValue: 1 },
      { paddingMode: 'constant', paddingValue: -1 },
      { paddingMode: 'replicate' },
      { paddingMode: 'reflect' },
      { paddingMode: 'symmetric' },
      { paddingMode: 'wrap' },
      { flip: true },
    ];
    const keys = variants.map((variant) => convGeometry(x, kernel, { ...base, ...variant }).key);
    keys.push(convGeometry(x, kernel, base).key, convGeometry([2, 4, 9, 9], kernel, base).key, convGeometry(x, [4, 2, 3, 3], { ...base, groups: 2 }).key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(convGeometry([1, 4, 9, 9], kernel, { ...base }).key).toBe(convGeometry(x, kernel, base).key);
  });

  test('a geometry cannot be changed, and keeps nothing that it was handed', () => {
    const x = [1, 1, 9];
    const g = convGeometry(x, [1, 1, 3], { padding: 1 });
    x[2] = 5;
    expect(g.xShape).toEqual([1, 1, 9]);
    expect(() => Object.assign(g, { batch: 2 })).toThrow(TypeError);
    expect(() => Object.assign(g.stride, [2, 2, 2])).toThrow(TypeError);
  });
});

describe('asked again', () => {
  const [x, kernel] = [
    [1, 2, 9, 9],
    [2, 2, 3, 3],
  ];

  test('the same question has an equal answer, which nobody can change', () => {
    const geometry = convGeometry(x, kernel, { padding: [1, [0, 2]], paddingMode: 'reflect' });
    expect(convGeometry([...x], [...kernel], { padding: [1, [0, 2]], paddingMode: 'reflect' })).toEqual(geometry);
    expect(convGeometry(x, kernel, { padding: [1, [0, 2]], paddingMode: 'symmetric' })).not.toEqual(geometry);
    expect(() => (geometry.xShape as number[]).push(1)).toThrow(TypeError);
  });

  test('what was right once lets nothing else pass that reads alike', () => {
    convGeometry(x, kernel, {});
    convGeometry(x, kernel, { stride: 1, padding: 1, paddingMode: 'constant', paddingValue: 1 });
    const wrong: object[] = [
      { strides: undefined },
      { stride: Number.NaN },
      { stride: '1' },
      { stride: 1n },
      { stride: () => 1 },
      { paddingMode: 'constant', paddingValue: Number.POSITIVE_INFINITY },
      { stride: '1', padding: 1, paddingMode: 'constant', paddingValue: 1 },
    ];
    for (const options of wrong) expect(() => convGeometry(x, kernel, options as ConvOptions), Object.keys(options).join()).toThrow(OptionError);
    expect(() => convGeometry(['1', 2, 9, 9] as unknown as number[], kernel, {})).toThrow(ShapeError);
  });
});

// biome-ignore-all format: one case a line
import { describe, expect, test } from 'vitest';
import {
  averagePool,
  averagePoolGradient,
  conv,
  convBiasGradient,
  convInputGradient,
  convKernelGradient,
  createBackend,
  DataError,
  full,
  maxPool,
  maxPoolGradient,
  OptionError,
  ShapeError,
  type Tensor,
  UnsupportedError,
} from '../../src/index.js';

const backend = await createBackend('reference');
const x = full([1, 4, 8, 9]);
const kernel = full([6, 4, 3, 3]);
const PADDING_RULE = "must be an integer ≥ 0, [before, after], 'valid', 'same' or 'full', for all axes or as a list with one for each spatial axis";
const CONV_OPTIONS = 'stride, dilation, padding, paddingMode, paddingValue, groups, flip, anchor';

/** Refused values are of any type, as a JavaScript user may hand them in. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type Anything = any;

async function expectRefusal(attempt: () => Promise<unknown>, kind: typeof ShapeError | typeof OptionError | typeof DataError, message: string) {
  const error = await attempt().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(kind);
  expect((error as Error).message).toBe(message);
}

describe('conv refuses options', () => {
  const whole = (option: string, values: readonly unknown[]) => values.map((value) => [option, value, `must be an integer ≥ 1, received ${value}`] as const);
  test.each<readonly [string, unknown, string]>([
    ...whole('stride', [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]),
    ...whole('dilation', [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]),
    ...whole('groups', [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]),
    ['stride', '2', 'must be an integer ≥ 1, received "2"'],
    ['stride', [1, 0], 'must be an integer ≥ 1, received [1, 0]'],
    ['stride', [1], 'must be a number, or a list with one for each of the 2 spatial axes, received [1]'],
    ['dilation', [1, 2, 3], 'must be a number, or a list with one for each of the 2 spatial axes, received [1, 2, 3]'],
    ...[-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY].map((value) => ['padding', value, `${PADDING_RULE}, received ${value}`] as const),
    ['padding', 'Same', `${PADDING_RULE}, received "Same"`],
    ['padding', [1], 'must be a padding, or a list with one for each of the 2 spatial axes, received [1]'],
    ['padding', [1, 2, 3], 'must be a padding, or a list with one for each of the 2 spatial axes, received [1, 2, 3]'],
    ['padding', [[1, -2], 0], `${PADDING_RULE}, received [[1, -2], 0]`],
    ['paddingMode', 'mirror', 'must be one of zero, constant, replicate, reflect, symmetric, wrap, received "mirror"'],
    ['paddingValue', 1, "requires paddingMode 'constant' (it is 'zero'), received 1"],
    ['flip', 1, 'must be true or false, received 1'],
    ['anchor', 1, 'requires padding \'same\' (it is "valid"), received 1'],
    ['validate', 'yes', 'must be true or false, received "yes"'],
    ['backend', 'wasm', 'must be a backend from `await createBackend()`, received "wasm"'],
    ['strides', 2, `is not an option; did you mean stride? The options are ${CONV_OPTIONS}, bias, algorithm, validate, backend, signal, onProgress, onPlan, received 2`],
  ])('%s: %j', async (option, value, complaint) => {
    const options = { backend, [option]: value } as Anything;
    await expectRefusal(() => conv(x, kernel, options), OptionError, `conv: ${option} ${complaint}`);
  });

  test.each<readonly [Anything, string]>([
    [{ padding: 'same', anchor: 3 }, 'anchor must be a cell of the kernel, 0 to 2, received 3'],
    [{ padding: 'same', anchor: -1 }, 'anchor must be an integer ≥ 0, received -1'],
    [{ padding: 'same', anchor: [1, 1, 1] }, 'anchor must be a number, or a list with one for each of the 2 spatial axes, received [1, 1, 1]'],
    [{ padding: ['same', 1], anchor: 1 }, "anchor requires padding 'same' (it is 1), received 1"],
    [{ paddingMode: 'constant', paddingValue: Number.NaN }, 'paddingValue must be a finite float32 number, received NaN'],
    [{ paddingMode: 'constant', paddingValue: '1' }, 'paddingValue must be a finite float32 number, received "1"'],
    [{ paddingMode: 'reflect', padding: 8 }, "padding must be smaller than the axis with paddingMode 'reflect' (8 cells), received [8, 8]"],
    [{ paddingMode: 'reflect', padding: [[0, 0], [0, 9]] }, "padding must be smaller than the axis with paddingMode 'reflect' (9 cells), received [0, 9]"],
    ['same', 'options must be an object, received "same"'],
    [null, 'options must be an object, received null'],
  ])('%j', async (options, complaint) => {
    await expectRefusal(() => conv(x, kernel, options), OptionError, `conv: ${complaint}`);
  });

  test('reflect on a single cell, which has nothing to reflect', () =>
    expectRefusal(
      () => conv(full([1, 1, 1]), full([1, 1, 2]), { padding: [1, 0], paddingMode: 'reflect', backend }),
      OptionError,
      "conv: padding must be smaller than the axis with paddingMode 'reflect' (1 cell), received [1, 0]",
    ));
});

describe('conv refuses shapes', () => {
  test.each<readonly [string, Anything, Anything, Anything, string]>([
    ['too few axes', full([8, 9]), full([3, 3]), {}, 'x must be [N, C, ...1 to 3 spatial axes], received [8, 9]'],
    ['too many axes', full([1, 1, 1, 1, 1, 1]), kernel, {}, 'x must be [N, C, ...1 to 3 spatial axes], received [1, 1, 1, 1, 1, 1]'],
    ['unequal ranks', x, full([6, 4, 3]), {}, 'x and kernel must have the same number of axes, received x [1, 4, 8, 9] and kernel [6, 4, 3] ([Cout, Cin / groups, ...spatial])'],
    ['channels', x, full([6, 3, 3, 3]), {}, 'the kernel expects 3 input channels, received 4: x [1, 4, 8, 9], kernel [6, 3, 3, 3]'],
    ['channels of groups', x, kernel, { groups: 2 }, 'the kernel expects 8 input channels (4 per group × 2 groups), received 4: x [1, 4, 8, 9], kernel [6, 4, 3, 3]'],
    ['outputs and groups', x, full([5, 2, 3, 3]), { groups: 2 }, '5 output channels cannot be split into 2 groups: x [1, 4, 8, 9], kernel [5, 2, 3, 3]'],
    ['an empty kernel', x, full([6, 4, 0, 3]), {}, 'every dimension of kernel must be an integer ≥ 1, received [6, 4, 0, 3]'],
    ['an empty batch', full([0, 4, 8, 9]), kernel, {}, 'every dimension of x must be an integer ≥ 1, received [0, 4, 8, 9]'],
    ['broken sizes', { shape: [1, 4, 2.5, 2], data: new Float32Array(20) }, kernel, {}, 'every dimension of x must be an integer ≥ 1, received [1, 4, 2.5, 2]'],
    ['an output without cells', x, full([6, 4, 9, 3]), {}, 'the output would be empty: the kernel covers 9 cells (size 9, dilation 1), but spatial axis 0 has 8 and padding [0, 0]'],
    ['a kernel dilated too far', x, kernel, { dilation: [1, 5] }, 'the output would be empty: the kernel covers 11 cells (size 3, dilation 5), but spatial axis 1 has 9 and padding [0, 0]'],
    ['another length of data', { shape: [1, 4, 8, 9], data: new Float32Array(3) }, kernel, {}, 'x has shape [1, 4, 8, 9], which holds 288 values, but its data has 3'],
    ['another type of data', { shape: [1], data: new Float64Array(1) }, kernel, {}, 'x must be a tensor { shape, data: Float32Array }, received { shape: [1], data: Float64Array(1) }'],
    ['plain numbers', [1, 2, 3], kernel, {}, 'x must be a tensor { shape, data: Float32Array }, received [1, 2, 3]'],
    ['no kernel', x, undefined, {}, 'kernel must be a tensor { shape, data: Float32Array }, received undefined'],
    ['a bias for other channels', x, kernel, { bias: full([5]) }, 'bias must have shape [6], received [5]'],
    ['a bias of nothing', x, kernel, { bias: null }, 'bias must be a tensor { shape, data: Float32Array }, received null'],
    ['a bias of plain numbers', x, kernel, { bias: [1, 2] }, 'bias must be a tensor { shape, data: Float32Array }, received [1, 2]'],
  ])('%s', async (_, badX, badKernel, options, complaint) => {
    await expectRefusal(() => conv(badX, badKernel, { ...options, backend }), ShapeError, `conv: ${complaint}`);
  });

  test('what is refused travels along as data', async () => {
    const error = await conv(x, full([6, 3, 3, 3]), { backend }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ShapeError', operation: 'conv', values: { x: x.shape, kernel: [6, 3, 3, 3], groups: 1 } });
  });

  test('a padding beyond reason, however it comes about', async () => {
    for (const [options, sides] of [
      [{ padding: 1e12 }, '[1000000000000, 1000000000000]'],
      [{ padding: [[0, 2 ** 24 + 1]] as const }, '[0, 16777217]'],
      [{ padding: 'full', dilation: 1e9 }, '[2000000000, 2000000000]'],
      [{ padding: 'same', dilation: 2 ** 40 }, '[1099511627776, 1099511627776]'],
    ] as const) {
      const message = `conv: padding must be at most 16777216 cells per side, received ${sides}`;
      await expectRefusal(() => conv(full([1, 1, 3]), full([1, 1, 3]), { ...options, backend }), OptionError, message);
    }
  });

  test('outputs beyond any memory', async () => {
    const attempt = conv(full([1, 1, 3, 3]), full([1, 1, 3, 3]), { padding: 16e6, backend });
    await expect(attempt).rejects.toThrow(UnsupportedError);
    await expect(attempt).rejects.toThrow('allocate: cannot allocate 1024000064000001 values');
  });
});

describe('weights that are not numbers', () => {
  const broken: Tensor = { shape: [1, 1, 3], data: Float32Array.of(1, Number.NaN, 2) };
  test('are refused with validate', () =>
    expectRefusal(
      () => conv(full([1, 1, 5]), broken, { validate: true, backend }),
      DataError,
      'conv: every value of kernel must be finite, received NaN at flat index 1 of [1, 1, 3]',
    ));
  test('infinite ones too', () =>
    expectRefusal(
      () => conv(full([1, 1, 5]), { shape: [1, 1, 1], data: Float32Array.of(-Infinity) }, { validate: true, backend }),
      DataError,
      'conv: every value of kernel must be finite, received -Infinity at flat index 0 of [1, 1, 1]',
    ));
  test('pass without validate', async () => {
    expect([...(await conv(full([1, 1, 3]), broken, { backend })).data]).toEqual([Number.NaN]);
    expect((await conv(full([1, 1, 3]), full([1, 1, 3], 1), { validate: true, backend })).data).toEqual(Float32Array.of(0));
  });
});

describe('gradients refuse', () => {
  const gradient = full([1, 6, 6, 7]);
  const [inputShape, kernelShape] = [x.shape, kernel.shape];
  test.each<readonly [string, () => Promise<unknown>, Anything, string]>([
    ['a gradient of another shape', () => convInputGradient(full([1, 6, 6, 6]), kernel, { inputShape, backend }), ShapeError, 'convInputGradient: gradient must have shape [1, 6, 6, 7], received [1, 6, 6, 6]'],
    ['no inputShape', () => convInputGradient(gradient, kernel, { backend } as Anything), ShapeError, 'convInputGradient: inputShape must be a list of dimensions, received undefined'],
    ['what conv alone knows', () => convInputGradient(gradient, kernel, { inputShape, bias: full([6]), backend } as Anything), OptionError, `convInputGradient: bias is not an option; the options are ${CONV_OPTIONS}, inputShape, backend, signal, onProgress, received { shape, data }`],
    ['a wrong inputShape', () => convInputGradient(gradient, kernel, { inputShape: [1, 3, 8, 9], backend }), ShapeError, 'convInputGradient: the kernel expects 4 input channels, received 3: x [1, 3, 8, 9], kernel [6, 4, 3, 3]'],
    ['a gradient of another shape', () => convKernelGradient(x, full([1, 6, 6, 7, 1]), { kernelShape, backend }), ShapeError, 'convKernelGradient: gradient must have shape [1, 6, 6, 7], received [1, 6, 6, 7, 1]'],
    ['no kernelShape', () => convKernelGradient(x, gradient, { backend } as Anything), ShapeError, 'convKernelGradient: kernelShape must be a list of dimensions, received undefined'],
    ['an unknown option', () => convKernelGradient(x, gradient, { kernelShape, pad: 1, backend } as Anything), OptionError, `convKernelGradient: pad is not an option; the options are ${CONV_OPTIONS}, kernelShape, backend, signal, onProgress, received 1`],
    ['a bad stride', () => convKernelGradient(x, gradient, { kernelShape, stride: 0, backend }), OptionError, 'convKernelGradient: stride must be an integer ≥ 1, received 0'],
    ['too few axes', () => convBiasGradient(full([6, 6]), { backend }), ShapeError, 'convBiasGradient: gradient must be [N, C, ...1 to 3 spatial axes], received [6, 6]'],
    ['an unknown option', () => convBiasGradient(gradient, { axis: 1 } as Anything), OptionError, 'convBiasGradient: axis is not an option; the options are backend, signal, onProgress, received 1'],
  ])('%s', (_, attempt, kind, message) => expectRefusal(attempt, kind, message));
});

describe('pooling refuses', () => {
  const WINDOW = 'kernelSize, stride, dilation, padding, ceilMode';
  const gradient = full([1, 4, 4, 4]);
  const inputShape = x.shape;
  const indices = new Int32Array(gradient.data.length);
  test.each<readonly [string, () => Promise<unknown>, Anything, string]>([
    ['no options', () => maxPool(x, undefined as Anything), OptionError, 'maxPool: options must be an object, received undefined'],
    ['no window', () => maxPool(x, { backend } as Anything), OptionError, 'maxPool: kernelSize must be an integer ≥ 1, received undefined'],
    ['an empty window', () => maxPool(x, { kernelSize: [2, 0], backend }), OptionError, 'maxPool: kernelSize must be an integer ≥ 1, received [2, 0]'],
    ['a window of another rank', () => maxPool(x, { kernelSize: [2, 2, 2], backend }), OptionError, 'maxPool: kernelSize must be a number, or a list with one for each of the 2 spatial axes, received [2, 2, 2]'],
    ['a window larger than the input', () => maxPool(x, { kernelSize: 9, backend }), ShapeError, 'maxPool: the output would be empty: the kernel covers 9 cells (size 9, dilation 1), but spatial axis 0 has 8 and padding [0, 0]'],
    ['a window wholly on padding', () => maxPool(x, { kernelSize: 2, padding: 2, backend }), OptionError, 'maxPool: padding must leave at least one cell of the axis in every window (window of 2, axis of 8 cells), received [2, 2]'],
    ['a window wholly on padding behind', () => averagePool(x, { kernelSize: 2, stride: 1, padding: [[0, 0], [0, 2]], backend }), OptionError, 'averagePool: padding must leave at least one cell of the axis in every window (window of 2, axis of 9 cells), received [0, 2]'],
    ['a window that straddles the input', () => maxPool(full([1, 1, 1]), { kernelSize: 2, dilation: 2, padding: 1, backend }), OptionError, 'maxPool: padding must leave at least one cell of the axis in every window (window of 2, axis of 1 cell), received [1, 1]'],
    ['a stride of zero', () => averagePool(x, { kernelSize: 2, stride: 0, backend }), OptionError, 'averagePool: stride must be an integer ≥ 1, received 0'],
    ['an unknown option', () => maxPool(x, { kernelSize: 2, returnIndices: true, backend } as Anything), OptionError, `maxPool: returnIndices is not an option; the options are ${WINDOW}, backend, signal, onProgress, received true`],
    ['what averages alone know', () => maxPool(x, { kernelSize: 2, countIncludePad: true } as Anything), OptionError, `maxPool: countIncludePad is not an option; the options are ${WINDOW}, backend, signal, onProgress, received true`],
    ['a flag that is none', () => averagePool(x, { kernelSize: 2, countIncludePad: 1 } as Anything), OptionError, 'averagePool: countIncludePad must be true or false, received 1'],
    ['a signal without channels', () => averagePool(full([8]), { kernelSize: 2, backend }), ShapeError, 'averagePool: x must be [N, C, ...1 to 3 spatial axes], received [8]'],
    ['too few indices', () => maxPoolGradient(gradient, { kernelSize: 2, inputShape, indices: new Int32Array(3), backend }), ShapeError, 'maxPoolGradient: indices must hold one index for each of the 64 outputs, received Int32Array(3)'],
    ['no indices', () => maxPoolGradient(gradient, { kernelSize: 2, inputShape, backend } as Anything), ShapeError, 'maxPoolGradient: indices must hold one index for each of the 64 outputs, received undefined'],
    ['an index of another window', () => maxPoolGradient(gradient, { kernelSize: 2, inputShape, indices, backend }), ShapeError, 'maxPoolGradient: index 0 is outside the window of output 1'],
    ['an index on the padding', () => maxPoolGradient(full([1, 1, 2]), { kernelSize: 3, padding: 1, inputShape: [1, 1, 4], indices: Int32Array.of(-1, 4), backend }), ShapeError, 'maxPoolGradient: index -1 is outside the window of output 0'],
    ['an index behind the input', () => maxPoolGradient(full([1, 1, 2]), { kernelSize: 3, padding: 1, inputShape: [1, 1, 4], indices: Int32Array.of(1, 4), backend }), ShapeError, 'maxPoolGradient: index 4 is outside the window of output 1'],
    ['an index before a volume', () => maxPoolGradient(full([1, 1, 1, 1, 1]), { kernelSize: 3, padding: 1, inputShape: [1, 1, 2, 2, 2], indices: Int32Array.of(-1), backend }), ShapeError, 'maxPoolGradient: index -1 is outside the window of output 0'],
    ['an index behind a volume', () => maxPoolGradient(full([1, 1, 1, 1, 1]), { kernelSize: 4, padding: 1, inputShape: [1, 1, 2, 2, 2], indices: Int32Array.of(8), backend }), ShapeError, 'maxPoolGradient: index 8 is outside the window of output 0'],
    ['a gradient of another shape', () => maxPoolGradient(full([1, 4, 4, 5]), { kernelSize: 2, inputShape, indices, backend }), ShapeError, 'maxPoolGradient: gradient must have shape [1, 4, 4, 4], received [1, 4, 4, 5]'],
    ['no inputShape', () => maxPoolGradient(gradient, { kernelSize: 2, indices, backend } as Anything), ShapeError, 'maxPoolGradient: inputShape must be a list of dimensions, received undefined'],
    ['no inputShape', () => averagePoolGradient(gradient, { kernelSize: 2, backend } as Anything), ShapeError, 'averagePoolGradient: inputShape must be a list of dimensions, received undefined'],
    ['an unknown option', () => averagePoolGradient(gradient, { kernelSize: 2, inputShape, indices, backend } as Anything), OptionError, `averagePoolGradient: indices is not an option; the options are ${WINDOW}, countIncludePad, backend, signal, onProgress, inputShape, received Int32Array(64)`],
  ])('%s', (_, attempt, kind, message) => expectRefusal(attempt, kind, message));
});

import { Random } from '../../../src/random.js';
import { sizeOf } from '../../../src/tensor.js';
import { decimal, floats, type Numbers, scalarWhole, type TestModel, wholes } from './onnx-writer.js';

/** A seeded initializer with values around 0. */
function weight(...shape: number[]): Numbers {
  const random = new Random(sizeOf(shape) + shape.length);
  return floats(
    shape,
    Array.from({ length: sizeOf(shape) }, () => Math.fround(random.uniform(-1, 1))),
  );
}

/** The same, above 0: variances and what is divided by. */
function positive(...shape: number[]): Numbers {
  const { data } = weight(...shape);
  return floats(
    shape,
    data.map((value) => Math.fround(Math.abs(value) + 0.5)),
  );
}

type Attributes = NonNullable<TestModel['nodes'][number][3]>;
type Input = readonly number[] | Numbers | null;

/** A model of one node: lists are shapes of inputs, null leaves an input out. */
function one(type: string, inputs: readonly Input[], attributes: Attributes = {}, opset = 13): TestModel {
  const names = inputs.map((input, i) => (input === null ? '' : `in${i}`));
  const given = inputs.flatMap((input, i): [string, readonly number[]][] => (Array.isArray(input) ? [[names[i], input]] : []));
  const fixed = inputs.flatMap((input, i): [string, Numbers][] => (input && !Array.isArray(input) ? [[names[i], input as Numbers]] : []));
  return { opset, nodes: [[type, names, ['out'], attributes]], inputs: Object.fromEntries(given), initializers: Object.fromEntries(fixed), outputs: ['out'] };
}

const picture = [2, 4, 7, 6];
const [pool, same] = [{ kernel_shape: [3, 2], strides: [2, 2] }, { auto_pad: 'SAME_UPPER' }];
const sized = (type: string, mode: string, coordinates: string, more: Attributes = {}) =>
  [
    `${type} ${mode} ${coordinates} ${JSON.stringify(more)}`,
    one(type, [picture, null, null, wholes(2, 4, 11, 4)], { mode, coordinate_transformation_mode: coordinates, ...more }),
  ] as const;

/** Every operator, with every attribute that changes what it computes: a name and the model. Inputs are random numbers above 0. */
export const OPERATOR_CASES: readonly (readonly [name: string, model: TestModel])[] = [
  ['Conv 1D', one('Conv', [[2, 3, 11], weight(4, 3, 3), weight(4)], { strides: [2], dilations: [2], pads: [2, 1] })],
  ['Conv 2D, asymmetric pads', one('Conv', [picture, weight(6, 4, 3, 2), weight(6)], { kernel_shape: [3, 2], pads: [0, 1, 2, 0], strides: [1, 2] })],
  ['Conv 2D, groups', one('Conv', [picture, weight(6, 2, 3, 3)], { group: 2, dilations: [2, 1] })],
  ['Conv 3D', one('Conv', [[1, 2, 5, 6, 4], weight(3, 2, 2, 3, 1), weight(3)], { strides: [1, 2, 1], pads: [1, 0, 0, 0, 1, 0] })],
  ['Conv SAME_UPPER', one('Conv', [picture, weight(5, 4, 4, 3)], { ...same, strides: [2, 2] })],
  ['Conv SAME_LOWER', one('Conv', [picture, weight(5, 4, 4, 3)], { auto_pad: 'SAME_LOWER', strides: [2, 2] })],
  ['Conv VALID', one('Conv', [picture, weight(5, 4, 4, 3)], { auto_pad: 'VALID' })],
  [
    'Conv whose kernel is computed',
    one('Conv', [
      [1, 4, 5, 5],
      [2, 4, 3, 3],
    ]),
  ],
  ['ConvTranspose 1D', one('ConvTranspose', [[2, 3, 5], weight(3, 2, 4)], { strides: [2], pads: [1, 0] })],
  [
    'ConvTranspose, groups, output_padding',
    one('ConvTranspose', [picture, weight(4, 3, 3, 3), weight(6)], { group: 2, strides: [2, 3], output_padding: [1, 2], pads: [1, 0, 0, 1] }),
  ],
  ['ConvTranspose, dilations', one('ConvTranspose', [picture, weight(4, 3, 3, 2)], { dilations: [2, 3] })],
  ['ConvTranspose, output_shape', one('ConvTranspose', [picture, weight(4, 3, 3, 3)], { strides: [2, 2], output_shape: [14, 12] })],
  ['ConvTranspose SAME_UPPER', one('ConvTranspose', [picture, weight(4, 3, 3, 3)], { strides: [2, 2], ...same })],
  ['ConvTranspose SAME_LOWER', one('ConvTranspose', [picture, weight(4, 3, 3, 3)], { strides: [2, 2], auto_pad: 'SAME_LOWER' })],
  ['Gemm', one('Gemm', [[3, 5], weight(5, 4), weight(4)])],
  ['Gemm, all attributes', one('Gemm', [[5, 3], weight(4, 5), weight(3, 1)], { alpha: decimal(0.5), beta: decimal(2), transA: 1, transB: 1 })],
  ['Gemm, transB', one('Gemm', [[3, 5], weight(4, 5), weight(1, 4)], { transB: 1 })],
  ['Gemm, beta, one number', one('Gemm', [[3, 5], weight(5, 4), floats([1], [2])], { beta: decimal(3) })],
  ['Gemm without C', one('Gemm', [[3, 5], weight(5, 4)])],
  ['MatMul', one('MatMul', [[3, 5], weight(5, 4)])],
  ['MatMul, a stack by a matrix', one('MatMul', [[2, 3, 5], weight(5, 4)])],
  [
    'MatMul, two stacks',
    one('MatMul', [
      [2, 2, 3, 5],
      [2, 2, 5, 4],
    ]),
  ],
  [
    'MatMul, stacks broadcast',
    one('MatMul', [
      [2, 1, 3, 5],
      [3, 5, 4],
    ]),
  ],
  ['MatMul, a vector', one('MatMul', [[5], weight(5, 4)])],
  ['MatMul by a vector', one('MatMul', [[3, 5], weight(5)])],
  ['MatMul, a weight in front', one('MatMul', [weight(4, 3), [3, 5]])],
  ['BatchNormalization', one('BatchNormalization', [picture, weight(4), weight(4), weight(4), positive(4)], { epsilon: decimal(0.01) })],
  ['BatchNormalization of rows', one('BatchNormalization', [[5, 4], weight(4), weight(4), weight(4), positive(4)], {}, 9)],
  ['InstanceNormalization', one('InstanceNormalization', [picture, weight(4), weight(4)], { epsilon: decimal(0.01) })],
  ['LayerNormalization', one('LayerNormalization', [[2, 3, 8], weight(8), weight(8)], {}, 17)],
  ['LayerNormalization, two axes', one('LayerNormalization', [[2, 3, 4], weight(3, 4)], { axis: 1 }, 17)],
  ['GroupNormalization', one('GroupNormalization', [picture, weight(4), weight(4)], { num_groups: 2 }, 21)],
  ['LRN', one('LRN', [[2, 7, 3, 4]], { size: 5, alpha: decimal(0.3), beta: decimal(0.6), bias: decimal(2) })],
  ['MaxPool 1D', one('MaxPool', [[2, 3, 11]], { kernel_shape: [3], strides: [2], pads: [1, 0] })],
  ['MaxPool 2D, dilations', one('MaxPool', [picture], { ...pool, dilations: [2, 2], pads: [1, 0, 0, 1] })],
  ['MaxPool 3D', one('MaxPool', [[1, 2, 5, 6, 4]], { kernel_shape: [2, 3, 2] })],
  ['MaxPool, ceil_mode', one('MaxPool', [[1, 2, 8, 8]], { kernel_shape: [3, 3], strides: [2, 3], ceil_mode: 1 })],
  ['MaxPool, ceil_mode, pads', one('MaxPool', [[1, 2, 7, 6]], { kernel_shape: [3, 3], strides: [3, 2], pads: [1, 1, 1, 1], ceil_mode: 1 })],
  ['MaxPool SAME_UPPER', one('MaxPool', [picture], { ...pool, ...same })],
  ['MaxPool SAME_LOWER', one('MaxPool', [picture], { ...pool, auto_pad: 'SAME_LOWER' })],
  ['AveragePool', one('AveragePool', [picture], { ...pool, pads: [1, 1, 0, 0] })],
  ['AveragePool, count_include_pad', one('AveragePool', [picture], { ...pool, pads: [1, 1, 0, 0], count_include_pad: 1 })],
  ['AveragePool, ceil_mode', one('AveragePool', [[1, 2, 8, 8]], { kernel_shape: [3, 3], strides: [2, 3], ceil_mode: 1 }, 19)],
  ['AveragePool, ceil_mode, pads', one('AveragePool', [[1, 2, 7, 6]], { kernel_shape: [3, 3], strides: [3, 2], pads: [1, 1, 1, 1], ceil_mode: 1 }, 19)],
  [
    'AveragePool, ceil_mode, count_include_pad',
    one('AveragePool', [[1, 2, 7, 6]], { kernel_shape: [3, 3], strides: [3, 2], pads: [1, 1, 1, 1], ceil_mode: 1, count_include_pad: 1 }, 19),
  ],
  ['AveragePool, dilations', one('AveragePool', [picture], { ...pool, dilations: [2, 2] }, 19)],
  ['AveragePool SAME_UPPER', one('AveragePool', [picture], { ...pool, ...same })],
  ['AveragePool 3D', one('AveragePool', [[1, 2, 5, 6, 4]], { kernel_shape: [2, 3, 2], strides: [1, 2, 2] })],
  ['GlobalAveragePool', one('GlobalAveragePool', [picture])],
  ['GlobalAveragePool 3D', one('GlobalAveragePool', [[1, 2, 5, 6, 4]])],
  ['GlobalMaxPool', one('GlobalMaxPool', [picture])],
  ['Flatten', one('Flatten', [picture])],
  ['Flatten, axis 2', one('Flatten', [picture], { axis: -2 })],
  ['Flatten, axis 0', one('Flatten', [picture], { axis: 0 })],
  ['Reshape, 0 and -1', one('Reshape', [picture, wholes(0, -1, 6)])],
  ['Reshape, allowzero', one('Reshape', [picture, wholes(14, 24)], { allowzero: 1 }, 14)],
  ['Transpose', one('Transpose', [[2, 3, 4, 5]], { perm: [0, 2, 3, 1] })],
  ['Transpose, back', one('Transpose', [[2, 4, 5, 3]], { perm: [0, 3, 1, 2] })],
  ['Transpose, reversed', one('Transpose', [[2, 3, 4, 5]])],
  ['Transpose, five axes', one('Transpose', [[2, 3, 2, 3, 2]], { perm: [3, 0, 4, 2, 1] })],
  ['Concat, channels', one('Concat', [[2, 3, 4], weight(2, 1, 4), [2, 2, 4]], { axis: 1 })],
  [
    'Concat, last',
    one(
      'Concat',
      [
        [2, 3, 4],
        [2, 3, 2],
      ],
      { axis: -1 },
    ),
  ],
  [
    'Concat, first',
    one(
      'Concat',
      [
        [2, 3],
        [1, 3],
      ],
      { axis: 0 },
    ),
  ],
  ['Add', one('Add', [picture, picture])],
  ['Add, a bias for each channel', one('Add', [picture, weight(4, 1, 1)])],
  ['Add, broadcast both ways', one('Add', [[3, 1, 4], weight(2, 1)])],
  ['Add, one number', one('Add', [picture, floats([], [2.5])])],
  [
    'Sum',
    one('Sum', [
      [2, 3],
      [1, 3],
      [2, 3],
    ]),
  ],
  [
    'Mean',
    one('Mean', [
      [2, 3],
      [1, 3],
      [2, 3],
    ]),
  ],
  ['Sub', one('Sub', [picture, weight(1, 4, 1, 1)])],
  ['Sub from one number', one('Sub', [floats([], [1]), picture])],
  ['Mul', one('Mul', [picture, weight(4, 1, 1)])],
  ['Mul, every cell', one('Mul', [picture, weight(6)])],
  ['Div', one('Div', [picture, positive(7, 1)])],
  ['Div, one number by', one('Div', [floats([], [2]), picture])],
  ['Div by one number', one('Div', [picture, floats([1], [3])])],
  ...[2, 3, 0.5, -1, 1.7].map((exponent) => [`Pow ${exponent}`, one('Pow', [picture, floats([], [exponent])])] as const),
  ['Pow of two', one('Pow', [picture, [6]])],
  ['Sqrt', one('Sqrt', [picture])],
  ['Exp', one('Exp', [picture])],
  ['Log', one('Log', [picture])],
  ['Abs', one('Abs', [[2, 3]])],
  ['Neg', one('Neg', [[2, 3]])],
  ['Reciprocal', one('Reciprocal', [[2, 3]])],
  [
    'Min',
    one('Min', [
      [2, 3],
      [1, 3],
      [2, 3],
    ]),
  ],
  ['Min with one number', one('Min', [[2, 3], floats([], [0.5])])],
  [
    'Max',
    one('Max', [
      [2, 3],
      [1, 3],
      [2, 3],
    ]),
  ],
  ['Max with one number', one('Max', [[2, 3], floats([], [0.5])])],
  ['Clip', one('Clip', [[4, 5], floats([], [0.3]), floats([], [0.6])])],
  ['Clip, high only', one('Clip', [[4, 5], null, floats([], [0.6])])],
  ['Clip, attributes', one('Clip', [[4, 5]], { min: decimal(0.3), max: decimal(0.6) }, 9)],
  // what an activation does below zero shows behind a subtraction
  ...(
    [
      ['Relu'],
      ['LeakyRelu', { alpha: decimal(0.2) }],
      ['Elu', { alpha: decimal(0.7) }],
      ['Celu', { alpha: decimal(0.7) }],
      ['Selu'],
      ['Selu', { alpha: decimal(1.2), gamma: decimal(0.9) }],
      ['HardSigmoid', { alpha: decimal(0.3), beta: decimal(0.4) }],
      ['HardSwish', {}, 14],
      ['Sigmoid'],
      ['Tanh'],
      ['Softplus'],
      ['Softsign'],
      ['Mish', {}, 18],
      ['Erf'],
      ['Gelu', {}, 20],
      ['Gelu', { approximate: 'tanh' }, 20],
    ] as [string, Attributes?, number?][]
  ).map(([type, attributes = {}, opset = 13]) => {
    const nodes: TestModel['nodes'] = [
      ['Mul', ['x', 'six'], ['wide']],
      ['Sub', ['wide', 'three'], ['low']],
      [type, ['low'], ['out'], attributes],
    ];
    const initializers = { six: floats([], [6]), three: floats([], [3]) };
    return [`${type} ${JSON.stringify(attributes)}`, { opset, nodes, inputs: { x: [3, 8] }, initializers, outputs: ['out'] }] as const;
  }),
  ['PRelu, channels', one('PRelu', [picture, weight(4, 1, 1)])],
  ['PRelu, one slope', one('PRelu', [picture, weight(1)])],
  ['PRelu, every cell', one('PRelu', [picture, weight(4, 7, 6)])],
  ['Softmax', one('Softmax', [[2, 3, 4]])],
  ['Softmax, channels', one('Softmax', [picture], { axis: 1 })],
  ['Softmax before opset 13', one('Softmax', [[2, 3, 4]], {}, 11)],
  ['LogSoftmax', one('LogSoftmax', [[2, 3, 4]], { axis: -2 })],
  ['Dropout', one('Dropout', [[2, 3]], {}, 13)],
  ['Dropout, attribute', one('Dropout', [[2, 3]], { ratio: decimal(0.3) }, 10)],
  ['Pad', one('Pad', [picture, wholes(0, 0, 1, 2, 0, 0, 0, 1), floats([], [1.5])])],
  ['Pad, every axis', one('Pad', [picture, wholes(1, 2, 0, 1, 0, 1, 1, 0)])],
  ['Pad, negative', one('Pad', [picture, wholes(0, 0, -1, 2, 0, 0, 1, -3)])],
  ['Pad, reflect', one('Pad', [picture, wholes(0, 0, 2, 1, 0, 0, 1, 3)], { mode: 'reflect' })],
  ['Pad, edge', one('Pad', [picture, wholes(0, 1, 2, 1, 0, 0, 1, 3)], { mode: 'edge' })],
  ['Pad, attributes', one('Pad', [picture], { pads: [0, 0, 1, 2, 0, 0, 0, 1], value: decimal(0.5) }, 10)],
  ['Pad, axes', one('Pad', [picture, wholes(1, 2), null, wholes(-1)], {}, 18)],
  ...['half_pixel', 'pytorch_half_pixel', 'asymmetric', 'align_corners'].map((coordinates) => sized('Resize', 'linear', coordinates)),
  ...['half_pixel', 'asymmetric', 'align_corners'].map((coordinates) => sized('Resize', 'cubic', coordinates)),
  sized('Resize', 'cubic', 'half_pixel', { cubic_coeff_a: decimal(-0.5), exclude_outside: 1 }),
  ...['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].map((rounding) => sized('Resize', 'nearest', 'half_pixel', { nearest_mode: rounding })),
  sized('Resize', 'nearest', 'asymmetric', { nearest_mode: 'floor' }),
  ['Resize, scales', one('Resize', [picture, null, floats([4], [1, 1, 2, 1.5])], { mode: 'linear' })],
  ['Resize, opset 10', one('Resize', [picture, floats([4], [1, 1, 2, 2])], { mode: 'nearest' }, 10)],
  ['Upsample', one('Upsample', [picture, floats([4], [1, 1, 2, 2])], { mode: 'linear' }, 9)],
  ['ReduceMean', one('ReduceMean', [picture], { axes: [2, 3] })],
  ['ReduceMean, axes as input', one('ReduceMean', [picture, wholes(1, -1)], { keepdims: 0 }, 18)],
  ['ReduceMean of all', one('ReduceMean', [picture], { keepdims: 0 })],
  ['ReduceMean of none', one('ReduceMean', [picture], { noop_with_empty_axes: 1 }, 18)],
  ['ReduceSum', one('ReduceSum', [picture, wholes(0, 2, 3)])],
  ['ReduceMax', one('ReduceMax', [picture], { axes: [1] })],
  ['ReduceMin', one('ReduceMin', [picture], { axes: [0, 3] })],
  ['Squeeze', one('Squeeze', [[2, 1, 3, 1], wholes(-1)])],
  ['Squeeze all', one('Squeeze', [[2, 1, 3, 1]])],
  ['Squeeze, attribute', one('Squeeze', [[2, 1, 3, 1]], { axes: [1] }, 11)],
  ['Unsqueeze', one('Unsqueeze', [[2, 3], wholes(0, -1)])],
  ['Unsqueeze, attribute', one('Unsqueeze', [[2, 3]], { axes: [1, 3] }, 11)],
  ['Slice', one('Slice', [picture, wholes(1, 0), wholes(6, 1000), wholes(2, 3), wholes(2, 1)])],
  ['Slice from behind', one('Slice', [picture, wholes(-1), wholes(-1000), wholes(1), wholes(-2)])],
  ['Slice, attributes', one('Slice', [picture], { starts: [1, -3], ends: [3, -1], axes: [1, 2] }, 9)],
  ['Gather', one('Gather', [picture, { shape: [2, 2], data: [0, 3, -1, 1], whole: true }], { axis: 1 })],
  ['Gather, one cell', one('Gather', [picture, scalarWhole(2)], { axis: 2 })],
  ['Identity', one('Identity', [[2, 3]])],
  ['Cast', one('Cast', [[2, 3]], { to: 1 })],
  ['Expand', one('Expand', [[3, 1], wholes(2, 1, 4)])],
  ['DepthToSpace', one('DepthToSpace', [[2, 8, 2, 3]], { blocksize: 2 })],
  ['DepthToSpace, CRD', one('DepthToSpace', [[2, 8, 2, 3]], { blocksize: 2, mode: 'CRD' })],
  ['SpaceToDepth', one('SpaceToDepth', [[2, 2, 4, 6]], { blocksize: 2 })],
  [
    'Split, joined the other way round',
    {
      opset: 13,
      nodes: [
        ['Split', ['x', 'sizes'], ['a', 'b'], { axis: 1 }],
        ['Concat', ['b', 'a'], ['out'], { axis: 1 }],
      ],
      inputs: { x: [2, 5, 3] },
      initializers: { sizes: wholes(2, 3) },
      outputs: ['out'],
    },
  ],
  [
    'shapes, as PyTorch writes x.view(x.size(0), -1)',
    {
      opset: 11,
      nodes: [
        ['Shape', ['x'], ['shape']],
        ['Constant', [], ['zero'], { value: scalarWhole(0) }],
        ['Gather', ['shape', 'zero'], ['batch'], { axis: 0 }],
        ['Constant', [], ['rest'], { value: scalarWhole(-1) }],
        ['Unsqueeze', ['batch'], ['first'], { axes: [0] }],
        ['Unsqueeze', ['rest'], ['second'], { axes: [0] }],
        ['Concat', ['first', 'second'], ['target'], { axis: 0 }],
        ['Reshape', ['x', 'target'], ['out']],
      ],
      inputs: { x: picture },
      outputs: ['out'],
    },
  ],
  [
    'shapes, as PyTorch writes upsampling by 2',
    {
      opset: 11,
      nodes: [
        ['Shape', ['x'], ['shape']],
        ['Constant', [], ['from'], { value: wholes(2) }],
        ['Constant', [], ['to'], { value: wholes(4) }],
        ['Slice', ['shape', 'from', 'to'], ['space']],
        ['Cast', ['space'], ['numbers'], { to: 1 }],
        ['Constant', [], ['two'], { value: floats([], [2]) }],
        ['Mul', ['numbers', 'two'], ['twice']],
        ['Floor', ['twice'], ['whole']],
        ['Cast', ['whole'], ['size'], { to: 7 }],
        ['Slice', ['shape', 'zero', 'from'], ['front']],
        ['Concat', ['front', 'size'], ['target'], { axis: 0 }],
        ['Resize', ['x', 'none', 'none', 'target'], ['out'], { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }],
      ],
      inputs: { x: picture },
      initializers: { zero: wholes(0), none: floats([0], []) },
      outputs: ['out'],
    },
  ],
  [
    'ConstantOfShape, Expand, Where and Equal of shapes',
    {
      opset: 13,
      nodes: [
        ['ConstantOfShape', ['three'], ['ones'], { value: wholes(1) }],
        ['Mul', ['ones', 'minus'], ['minuses']],
        ['Equal', ['wanted', 'minuses'], ['open']],
        ['Where', ['open', 'ones', 'wanted'], ['shape']],
        ['Expand', ['x', 'shape'], ['out']],
      ],
      inputs: { x: [2, 1, 3] },
      initializers: { three: wholes(3), minus: scalarWhole(-1), wanted: wholes(-1, 4, -1) },
      outputs: ['out'],
    },
  ],
];

/** The same model written in other ways. */
export const WRITTEN_OTHERWISE: readonly (readonly [name: string, more: Partial<TestModel>])[] = [
  ['initializers as inputs', { initializersAsInputs: true }],
  ['numbers in lists', { lists: true }],
];

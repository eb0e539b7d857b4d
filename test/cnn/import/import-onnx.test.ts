import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gather, join as joinAlong, slice, transpose } from '../../../src/cnn/functional/rearrange.js';
import { affine, divide, exponential, logarithm, squareRoot } from '../../../src/cnn/functional/roots.js';
import {
  Adam,
  architectureOf,
  Conv2d,
  CrossEntropyLoss,
  DataError,
  decodeCheckpoint,
  encodeCheckpoint,
  Flatten,
  fromOnnx,
  full,
  gradCheck,
  init,
  Linear,
  Module,
  modelFrom,
  OptionError,
  Parameter,
  Sequential,
  SGD,
  toOnnx,
  UnsupportedError,
  type Value,
} from '../../../src/index.js';
import { loadOnnx } from '../../../src/node.js';
import { Custom } from '../exchange/exported.js';
import { decimal, floats, type TestModel, wholes, writeModel } from './onnx-writer.js';
import { beside } from './weights-beside.js';

/** Two layers with a normalization between them, as another library writes them. */
const MODEL: TestModel = {
  opset: 13,
  nodes: [
    ['Conv', ['x', 'features/0/weight', 'features/0/bias'], ['c'], { pads: [1, 1, 1, 1] }],
    ['BatchNormalization', ['c', 'norm.weight', 'norm.bias', 'norm.mean', 'norm.var'], ['n']],
    ['Relu', ['n'], ['r']],
    ['Dropout', ['r'], ['d', 'mask']],
    ['Flatten', ['d'], ['f']],
    ['Gemm', ['f', 'fc.weight', 'fc.bias'], ['scores'], { transB: 1 }],
    ['Softmax', ['scores'], ['odds'], { axis: 1 }],
  ],
  inputs: { x: [1, 1, 3, 3] },
  initializers: {
    'features/0/weight': floats(
      [2, 1, 3, 3],
      Array.from({ length: 18 }, (_, i) => Math.sin(i)),
    ),
    'features/0/bias': floats([2], [0.1, -0.2]),
    'norm.weight': floats([2], [1, 2]),
    'norm.bias': floats([2], [0, 0.5]),
    'norm.mean': floats([2], [0.5, -0.5]),
    'norm.var': floats([2], [1, 4]),
    'fc.weight': floats(
      [3, 18],
      Array.from({ length: 54 }, (_, i) => Math.cos(i)),
    ),
    'fc.bias': floats([3], [0, 0, 0]),
  },
  outputs: ['odds'],
};
const WEIGHTS = ['features.0.weight', 'features.0.bias', 'norm.weight', 'norm.bias', 'norm.mean', 'norm.var', 'fc.weight', 'fc.bias'];
const bytes = writeModel(MODEL);
const part = (net: Module, name: string) => new Map(net.namedModules()).get(name) as Module;
const x = { shape: [4, 1, 3, 3], data: Float32Array.from({ length: 36 }, (_, i) => Math.sin(i * i)) };

/** A model of one node. */
const single = (type: string, more: Partial<TestModel> = {}, attributes: TestModel['nodes'][number][3] = {}): TestModel => ({
  opset: 13,
  nodes: [[type, ['x'], ['y'], attributes]],
  inputs: { x: [2, 3] },
  outputs: ['y'],
  ...more,
});

describe('an imported net', () => {
  test('has weights by the names of the file, statistics apart', () => {
    const net = fromOnnx(bytes);
    expect([...net.namedParameters().keys()]).toEqual(expect.arrayContaining(WEIGHTS));
    expect(net.namedParameters().size).toBe(WEIGHTS.length);
    expect(net.parameters()).toHaveLength(6);
    expect(net.inputs).toEqual([{ name: 'x', shape: [1, 1, 3, 3] }]);
    expect([...net.tensors.keys()]).toContain('features/0/weight');
  });

  test('learns: one step changes every weight, frozen parts stay', async () => {
    const net = fromOnnx(bytes, { output: 'scores' });
    part(net, 'fc').requiresGrad = false;
    const before = await net.stateDict();
    const optimizer = new SGD(net, { lr: 0.1 });
    const loss = await new CrossEntropyLoss().run(await net.run(x), [0, 1, 2, 0]);
    loss.backward();
    optimizer.step();
    const after = await net.stateDict();
    const changed = WEIGHTS.filter((name) => String(before.get(name)?.data) !== String(after.get(name)?.data));
    expect(changed).toEqual(WEIGHTS.filter((name) => !name.startsWith('fc')));
  });

  test('obeys its mode, and that of the part that holds the statistics', async () => {
    const net = fromOnnx(bytes).train();
    part(net, 'norm').eval();
    await net.run(x);
    const state = await net.stateDict();
    expect([...(state.get('norm.mean')?.data ?? [])]).toEqual([0.5, -0.5]);
  });

  test('gives up its head for another one', async () => {
    const features = fromOnnx(bytes, { output: 'd' });
    expect(features.plan.nodes.map(({ type }) => type)).toEqual(['Conv', 'BatchNormalization', 'Relu', 'Dropout']);
    features.requiresGrad = false;
    const model = new Sequential({ features: features.eval(), flat: new Flatten(), head: new Linear(18, 2) });
    const optimizer = new Adam(model);
    const loss = await new CrossEntropyLoss().run(await model.run(x), [0, 1, 1, 0]);
    loss.backward();
    optimizer.step();
    // and goes through a checkpoint with it
    const { model: again } = decodeCheckpoint(await encodeCheckpoint({ model, optimizer }));
    expect((await again.eval().run(x)).data).toEqual((await model.eval().run(x)).data);
  });

  test('is written again', async () => {
    const net = fromOnnx(bytes).eval();
    const again = fromOnnx(await toOnnx(net, [1, 1, 3, 3])).eval();
    const [a, b] = [await net.run(x), await again.run(x)];
    for (const [i, value] of a.data.entries()) expect(b.data[i]).toBeCloseTo(value, 5);
    expect([...again.namedParameters().keys()].sort()).toEqual([...WEIGHTS].sort());
  });

  test('has the gradient of what it computes', async () => {
    for (const { error } of await gradCheck(fromOnnx(bytes, { output: 'scores' }).eval(), [[2, 1, 3, 3]])) expect(error).toBeLessThan(1e-4);
  });
});

describe('steps that only imported nets record have the right gradient', () => {
  const two = (compute: (x: Value, y: Value) => Value) => compute;
  class Two extends Module {
    readonly weight = new Parameter([2, 3, 4], init.uniform(1));
    constructor(readonly compute: (x: Value, y: Value) => Value) {
      super();
    }
    forward(input: Value) {
      // away from 0, where roots and quotients end
      return this.compute(affine(exponential(input), 1, 0.5), affine(exponential(this.weight.in(input.graph)), 1, 0.5));
    }
  }
  test.each([
    ['divide', two(divide)],
    ['divide, broadcast', two((a, b) => divide(a, slice(b, 1, 1, 1)))],
    ['logarithm and root', two((a, b) => divide(squareRoot(a), logarithm(affine(b, 1, 1))))],
    ['transpose', two((a, b) => divide(transpose(a, [2, 0, 1]), transpose(b, [2, 0, 1])))],
    ['slice and join', two((a, b) => joinAlong([slice(a, 2, 1, 2, 2), slice(b, 2, 0, 1)], 2))],
    ['gather', two((a, b) => divide(gather(a, 2, [3, 0, 3]), gather(b, 2, [1, 1, 2])))],
  ])('%s', async (_name, compute) => {
    for (const { error } of await gradCheck(new Two(compute).initialize(1), [[2, 3, 4]])) expect(error).toBeLessThan(1e-5);
  });

  test('transposing is what NumPy does', async () => {
    const shape = [2, 3, 4, 5];
    const data = Float32Array.from({ length: 120 }, (_, i) => i);
    for (const order of [
      [0, 2, 3, 1],
      [3, 2, 1, 0],
      [1, 0, 3, 2],
      [2, 3, 0, 1],
      [0, 3, 1, 2],
    ]) {
      const out = await new Custom((value) => transpose(value, order)).run({ shape, data });
      expect(out.shape).toEqual(order.map((axis) => shape[axis]));
      const strides = [60, 20, 5, 1];
      const at = (cell: number) => {
        let [rest, from] = [cell, 0];
        for (let axis = 3; axis >= 0; axis--) {
          from += (rest % out.shape[axis]) * strides[order[axis]];
          rest = Math.floor(rest / out.shape[axis]);
        }
        return from;
      };
      expect([...out.data]).toEqual([...data.keys()].map(at));
    }
  });
});

describe('what cannot be imported is refused by name', () => {
  test.each<[what: string, model: TestModel, says: string]>([
    ['an operator', single('Hardmax'), 'fromOnnx: these operators are not supported: node "Hardmax_0" (Hardmax, opset 13)'],
    ['an old operator set', single('Relu', { opset: 8 }), 'fromOnnx: only opsets 9 to 21 are supported, received opset 8'],
    ['a new one', single('Relu', { opset: 22 }), 'received opset 22'],
  ])('%s', (_what, model, says) => {
    expect(() => fromOnnx(writeModel(model))).toThrow(UnsupportedError);
    expect(() => fromOnnx(writeModel(model))).toThrow(says);
  });

  test.each<[what: string, model: TestModel, says: string]>([
    ['a mode', single('Pad', { initializers: { pads: wholes(0, 0, 0, 0) }, nodes: [['Pad', ['x', 'pads'], ['y'], { mode: 'odd' }]] }), 'mode must be one of'],
    ['a type', single('Cast', {}, { to: 7 }), 'node "Cast_0" (Cast, opset 13): computed values are floating-point and cannot be cast to type 7'],
    ['a shape that is computed', single('Reshape', { nodes: [['Reshape', ['x', 'x'], ['y']]] }), 'input 1 must be a constant or computed from shapes'],
    [
      'a second output',
      single('Dropout', {
        nodes: [
          ['Dropout', ['x'], ['d', 'mask']],
          ['Relu', ['mask'], ['y']],
        ],
      }),
      'its output "mask" is not computed, but used',
    ],
    [
      'shapes that do not fit',
      single('MatMul', { initializers: { w: floats([2, 1], [1, 2]) }, nodes: [['MatMul', ['x', 'w'], ['y']]] }),
      'matrices do not match: [2, 3] and [2, 1]',
    ],
    [
      "the library's own rules",
      single('Conv', { inputs: { x: [1, 1, 2] }, initializers: { w: floats([1, 1, 3], [1, 2, 3]) }, nodes: [['Conv', ['x', 'w'], ['y']]] }),
      'node "Conv_0" (Conv, opset 13): conv: the output would be empty',
    ],
    ['an alpha', single('LeakyRelu', {}, { alpha: 'much' }), 'alpha must be a number, received "much"'],
    ['an axis', single('Softmax', {}, { axis: 2 }), 'an axis must be from -2 to 1, received 2'],
    [
      'many known numbers',
      single('Expand', {
        nodes: [
          ['ConstantOfShape', ['n'], ['c']],
          ['Sub', ['x', 'c'], ['y']],
        ],
        initializers: { n: wholes(1e6, 1e6) },
      }),
      '1000000000000',
    ],
  ])('when it runs: %s', async (_what, model, says) => {
    await expect((async () => fromOnnx(writeModel(model)).run(full(Object.values(model.inputs)[0], 0.5)))()).rejects.toThrow(says);
  });

  test('outputs that are not chosen, or not there', () => {
    const several = writeModel({ ...MODEL, outputs: ['scores', 'odds'] });
    expect(() => fromOnnx(several)).toThrow('fromOnnx: output must be one of the graph\'s outputs "scores", "odds", received undefined');
    expect(() => fromOnnx(bytes, { output: 'score' })).toThrow(OptionError);
    expect(fromOnnx(several, { output: 'odds' }).plan.output).toBe('odds');
  });

  test('inputs of another number or rank', async () => {
    const net = fromOnnx(bytes);
    await expect(net.run(x, x)).rejects.toThrow('ImportedNet: the model requires 1 inputs ("x"), received 2');
    await expect(net.run(full([1, 9], 0))).rejects.toThrow('input "x" must have the shape [1, 1, 3, 3] (-1: any size), received [1, 9]');
  });
});

describe('a broken file', () => {
  test.each<[what: string, bytes: Uint8Array, says: RegExp]>([
    ['nothing', new Uint8Array(), /^fromOnnx: the file: it contains no graph; it is not an ONNX model$/],
    ['text', new TextEncoder().encode('This is not a model at all.'), /^fromOnnx: the file: /],
    ['half a file', bytes.subarray(0, bytes.length / 2), /^fromOnnx: the file: field 7 at byte 3 claims \d+ bytes, but \d+ follow$/],
    ['a length that lies', Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f), /claims 34359738367 bytes, but 0 follow/],
    ['an endless number', new Uint8Array(20).fill(0xff), /^fromOnnx: the file: /],
    ['no bytes', 'model.onnx' as never, /its bytes must be a Uint8Array, received "model.onnx"/],
    ['a node before its input', writeModel({ ...MODEL, nodes: [...MODEL.nodes].reverse() }), /uses "scores", which is not computed before it/],
    [
      'a tensor that is computed twice',
      writeModel({ ...MODEL, nodes: [MODEL.nodes[0], MODEL.nodes[0], ...MODEL.nodes.slice(1)] }),
      /computes "c", which already exists/,
    ],
    ['an output without input', writeModel({ ...MODEL, nodes: [['Relu', ['norm.bias'], ['odds']]] }), /its output "odds" does not depend on any input/],
  ])('%s', (_what, broken, says) => {
    expect(() => fromOnnx(broken)).toThrow(DataError);
    expect(() => fromOnnx(broken)).toThrow(says);
  });

  test('a weight of any size costs nothing until it is used', () => {
    const nodes: TestModel['nodes'] = [
      ['ConstantOfShape', ['n'], ['w']],
      ['MatMul', ['x', 'w'], ['y']],
    ];
    const sized = (n: number) => writeModel(single('MatMul', { nodes, initializers: { n: wholes(3, n) } }));
    const before = process.memoryUsage().arrayBuffers;
    expect(fromOnnx(sized(8e7)).namedParameters().get('w')?.shape).toEqual([3, 8e7]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e7);
    expect(() => fromOnnx(sized(1e9))).toThrow(/\) requires a weight of shape \[3, 1000000000\]/);
  });

  test('a checkpoint whose graph was changed', () => {
    const [text] = architectureOf(fromOnnx(bytes)).arguments as [string];
    const made = (change: (plan: string) => string) => () => modelFrom({ type: 'ImportedNet', arguments: [change(text)] });
    expect(made((plan) => plan)()).toBeInstanceOf(Module);
    expect(made((plan) => plan.replace('"Relu"', '"Hardmax"'))).toThrow(/which is not a known operator/);
    expect(made((plan) => plan.replace('"opset":13', '"opset":99'))).toThrow(/must be of operator set 9 to 21, received 99/);
    expect(made((plan) => plan.replace('"output":"odds"', '"output":"even"'))).toThrow(/no node of its graph computes the output "even"/);
    expect(made((plan) => plan.replace('"role":"weight"', '"role":"king"'))).toThrow(/parameters { shape, role, fill }/);
    expect(made(() => '[]')).toThrow(/its graph must be an object/);
  });
});

describe('a file with weights beside it', () => {
  test('is read with them, and only with files of its folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'convlab-onnx-'));
    const ours = [1, 2, 3, 4, 5, 6];
    await writeFile(join(folder, 'model.onnx'), beside('model.onnx.data'));
    await writeFile(join(folder, 'model.onnx.data'), new Uint8Array(Float32Array.from([9, ...ours]).buffer));
    await writeFile(join(folder, 'other.onnx'), beside('../model.onnx.data'));
    const net = await loadOnnx(join(folder, 'model.onnx'));
    expect([...((await net.stateDict()).get('w')?.data ?? [])]).toEqual(ours);
    await expect(loadOnnx(join(folder, 'other.onnx'))).rejects.toThrow('its weights must be in files next to it, received "../model.onnx.data"');
    await expect(loadOnnx(join(folder, 'none.onnx'))).rejects.toThrow(/none.onnx cannot be read/);
    expect(() => fromOnnx(beside('model.onnx.data'))).toThrow('pass its bytes in options.externalData');
  });
});

test('a leaky unit keeps its slope', async () => {
  const net = fromOnnx(writeModel(single('LeakyRelu', {}, { alpha: decimal(0.5) })));
  expect([...(await net.run({ shape: [2, 3], data: Float32Array.of(-2, 2, -4, 4, 0, 1) })).data]).toEqual([-1, 2, -2, 4, 0, 1]);
});

test('a convolution alone is what the layer computes', async () => {
  const layer = new Conv2d(2, 3, 3, { stride: 2, padding: 1 }).initialize(1);
  const net = fromOnnx(await toOnnx(layer, [1, 2, 7, 7]));
  const input = { shape: [2, 2, 7, 7], data: Float32Array.from({ length: 196 }, (_, i) => Math.cos(i)) };
  expect((await net.run(input)).data).toEqual((await layer.run(input)).data);
});

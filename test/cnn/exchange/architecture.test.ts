import { describe, expect, test } from 'vitest';
import { architectureOf, modelFrom } from '../../../src/cnn/exchange/architecture.js';
import { parseJson } from '../../../src/cnn/exchange/json.js';
import * as cnn from '../../../src/cnn/index.js';
import { DataError, OptionError, UnsupportedError } from '../../../src/errors.js';
import { LAYER_CASES } from '../layer-cases.js';

const { Sequential, Residual, Parallel, Conv1d, Conv2d, Conv3d, ConvTranspose2d, Linear, ConvNet, Module } = cnn;
const { ReLU, LeakyReLU, GELU, Sigmoid, Tanh, Softmax, LogSoftmax, Flatten, Reshape, Dropout, Dropout2d } = cnn;
const { MaxPool1d, MaxPool2d, MaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d, AdaptiveAvgPool, BlurPool, BatchNorm1d, BatchNorm2d } = cnn;

class TwoLayers extends Module {
  readonly fc1;
  readonly fc2 = new Linear(8, 2);

  constructor(readonly inputs: number) {
    super();
    this.fc1 = new Linear(inputs, 8);
  }

  forward(x: cnn.Value): cnn.Value {
    return this.fc2.apply(cnn.relu(this.fc1.apply(x)));
  }
}

/** A copy as it comes out of a file. */
const viaText = (model: cnn.Module) => modelFrom(JSON.parse(JSON.stringify(architectureOf(model))));

describe('every layer comes back with all its options', () => {
  const cases: [make: () => cnn.Module, shape: number[]][] = [
    [() => new Conv1d(2, 4, 3, { stride: 2, padding: [1, 2], groups: 2, bias: false }), [2, 2, 9]],
    [() => new Conv2d(4, 6, [3, 2], { padding: ['same', 1], paddingMode: 'constant', paddingValue: 0.5, dilation: [1, 2], groups: 2 }), [1, 4, 7, 7]],
    [() => new Conv3d(1, 2, 2, { padding: 'full' }), [1, 1, 3, 3, 3]],
    [() => new ConvTranspose2d(4, 6, [3, 2], { stride: 2, dilation: 2, padding: 1, outputPadding: [1, 0], groups: 2, bias: false }), [1, 4, 4, 4]],
    [() => new Linear(6, 3, { bias: false }), [2, 6]],
    [() => new MaxPool1d(3, { stride: 1, padding: 1, dilation: 2 }), [1, 2, 9]],
    [() => new MaxPool2d([2, 3]), [1, 2, 6, 6]],
    [() => new MaxPool3d(2, { stride: [1, 2, 1] }), [1, 1, 4, 4, 4]],
    [() => new AvgPool1d(2, { padding: 1, countIncludePad: false }), [1, 1, 5]],
    [() => new AvgPool2d(2, { stride: 1 }), [1, 1, 4, 4]],
    [() => new AvgPool3d(2), [1, 1, 4, 4, 4]],
    [() => new AdaptiveAvgPool([2, 3]), [1, 1, 5, 5]],
    [() => new BlurPool(2, { size: 4, stride: 3 }), [1, 2, 8, 8]],
    [() => new BatchNorm1d(3, { eps: 0.1, momentum: 0.3 }), [4, 3]],
    [() => new BatchNorm2d(2, { affine: false }), [2, 2, 3, 3]],
    [() => new LeakyReLU(-0.5), [1, 4]],
    ...[ReLU, GELU, Sigmoid, Tanh, Softmax, LogSoftmax, Flatten].map((Layer): (typeof cases)[number] => [() => new Layer(), [2, 3]]),
    ...LAYER_CASES.filter(([name]) => !/squeeze|a sum|features/.test(name)).map(([, make, shape]): (typeof cases)[number] => [make, shape]),
    [() => new Reshape([-1, 2, 6]), [2, 12]],
    [() => new ConvNet(0.25), [1, 1, 28, 28]],
  ];
  test.each(cases.map(([make, shape]) => [make().constructor.name, make, shape] as const))('%s', async (_name, make, shape) => {
    const [model, copy] = [make(), viaText(make())];
    for (const each of [model, copy]) each.initialize(5);
    const length = shape.reduce((product, size) => product * size, 1);
    const x = { shape, data: Float32Array.from({ length }, (_, i) => Math.sin(i)) };
    // in training mode, so that momentum, eps and dropout count; twice, so that running statistics do
    await model.run(x);
    await copy.run(x);
    expect((await copy.run(x)).data).toEqual((await model.run(x)).data);
    expect(await copy.stateDict()).toEqual(await model.stateDict());
    expect(copy.constructor).toBe(model.constructor);
  });

  test('Dropout and Dropout2d', () => {
    expect(
      viaText(new Sequential([new Dropout(0.1), new Dropout2d(0.2)]))
        .children()
        .map(([, layer]) => (layer as cnn.Dropout).p),
    ).toEqual([0.1, 0.2]);
  });
});

test('modules inside modules, by number, by name, shared', () => {
  const tower = new Linear(4, 4);
  const model = new Sequential({
    towers: new Parallel([tower, new Residual(tower, new Linear(4, 4)), tower]),
    act: new ReLU(),
    head: new Sequential([new Residual(new Linear(12, 12)), new Linear(12, 2)]),
  });
  const architecture = architectureOf(model);
  expect(architecture).toEqual({
    type: 'Sequential',
    arguments: [
      {
        towers: {
          type: 'Parallel',
          arguments: [
            [{ type: 'Linear', arguments: [4, 4] }, { type: 'Residual', arguments: [{ shared: 0 }, { type: 'Linear', arguments: [4, 4] }] }, { shared: 0 }],
          ],
        },
        act: { type: 'ReLU' },
        head: {
          type: 'Sequential',
          arguments: [
            [
              { type: 'Residual', arguments: [{ type: 'Linear', arguments: [12, 12] }, null] },
              { type: 'Linear', arguments: [12, 2] },
            ],
          ],
        },
      },
    ],
  });
  const copy = viaText(model);
  expect(copy.namedModules().map(([path]) => path)).toEqual(model.namedModules().map(([path]) => path));
  expect([...copy.namedParameters().keys()]).toEqual([...model.namedParameters().keys()]);
  const [[, towers]] = copy.children() as [[string, cnn.Parallel]];
  expect(towers.towers[2]).toBe(towers.towers[0]);
  expect((towers.towers[1] as cnn.Residual).body).toBe(towers.towers[0]);
});

describe('a module of your own', () => {
  const modules = {
    TwoLayers: {
      module: TwoLayers,
      arguments: ({ inputs }: TwoLayers) => [inputs],
      create: ([inputs]: readonly unknown[]) => {
        if (typeof inputs !== 'number') throw new TypeError('inputs must be a number');
        return new TwoLayers(inputs);
      },
    },
  };

  test('is refused unless its format is handed in', () => {
    const model = new Sequential([new TwoLayers(3)]);
    expect(() => architectureOf(model)).toThrow(UnsupportedError);
    expect(() => architectureOf(model)).toThrow(/TwoLayers is not a module of the library/);
    expect(() => modelFrom(architectureOf(model, { modules }))).toThrow(/TwoLayers at arguments\[0\]\[0\]: it must be a module of the library/);
    const [[, copy]] = modelFrom(architectureOf(model, { modules }), { modules }).children() as [[string, TwoLayers]];
    expect(copy).toBeInstanceOf(TwoLayers);
    expect(copy.inputs).toBe(3);
    expect(() => modelFrom({ type: 'TwoLayers', arguments: ['3'] }, { modules })).toThrow('modelFrom: the architecture: TwoLayers: inputs must be a number');
  });

  test('cannot take the name of one of ours', () => {
    expect(() => architectureOf(new ReLU(), { modules: { Linear: modules.TwoLayers } })).toThrow(OptionError);
  });

  test('a subclass is not its base class', () => {
    class Mine extends ConvNet {}
    expect(() => architectureOf(new Mine())).toThrow(/Mine is not a module of the library/);
  });
});

describe('a model that was changed after it was made is refused', () => {
  test.each<[what: string, change: (net: cnn.ConvNet) => void, says: RegExp]>([
    ['another size', (net) => Object.assign(net, { fc2: new Linear(512, 26) }), /give fc2 = Linear\(512, 10\) where it has fc2 = Linear\(512, 26\)/],
    ['another kind', (net) => Object.assign(net, { pool: new AvgPool2d(2) }), /give pool = MaxPool2d\(2\) where it has pool = AvgPool2d\(2\)/],
    ['one more', (net) => Object.assign(net, { extra: new ReLU() }), /where it has extra = ReLU\(\)/],
    ['one less', (net) => Reflect.deleteProperty(net, 'fc2'), /give fc2 = Linear\(512, 10\) where it has conv1/],
    ['shared', (net) => Object.assign(net, { pool: net.conv1 }), /where it has pool = Conv2d\(.*\) shared with conv1/],
  ])('%s', (_what, change, says) => {
    const net = new ConvNet();
    change(net);
    expect(() => architectureOf(net)).toThrow(UnsupportedError);
    expect(() => architectureOf(net)).toThrow(says);
  });
});

describe('an architecture that cannot be trusted is refused', () => {
  const layer = { type: 'ReLU' };
  const doubled = (levels: number) => {
    let inner: unknown = layer;
    for (let i = 0; i < levels; i++) inner = { type: 'Sequential', arguments: [[inner, { shared: i }]] };
    return inner;
  };
  const deep = (levels: number): unknown => (levels === 0 ? layer : { type: 'Residual', arguments: [deep(levels - 1)] });
  test.each<[what: string, json: unknown, says: RegExp]>([
    ['nothing', null, /must be \{ type, arguments \}, received null/],
    ['no module', [1], /must be \{ type, arguments \}/],
    ['an unknown type', { type: 'Transformer' }, /Transformer: it must be a module/],
    ['a type of the prototype', { type: 'constructor', arguments: [] }, /constructor: it must be a module/],
    ['toString', { type: 'toString' }, /toString: it must be a module/],
    ['an unknown key', { type: 'ReLU', inplace: true }, /ReLU: it must be \{ type, arguments: \[…\] \}/],
    ['arguments that are no list', { type: 'ReLU', arguments: {} }, /ReLU: it must be/],
    ['too many arguments', { type: 'ReLU', arguments: [1] }, /ReLU: requires 0 arguments, received 1/],
    ['too few', { type: 'Conv2d', arguments: [1, 2] }, /Conv2d: requires 3 to 4 arguments, received 2/],
    ['a text for a number', { type: 'Linear', arguments: ['784', 10] }, /Linear: argument 1 must be an integer from 1 to 16777216, received "784"/],
    ['too large', { type: 'Linear', arguments: [1e9, 10] }, /Linear: argument 1 must be an integer/],
    ['half a channel', { type: 'Conv2d', arguments: [1.5, 1, 3] }, /Conv2d: argument 1 must be/],
    ['one axis too many', { type: 'Conv1d', arguments: [1, 1, [3, 3]] }, /Conv1d: argument 3 must be/],
    ['an unknown option', { type: 'Conv2d', arguments: [1, 1, 3, { flip: true }] }, /Conv2d: flip is not an option; the options are stride, dilation/],
    ['an option of the prototype', { type: 'Conv2d', arguments: [1, 1, 3, { toString: 1 }] }, /Conv2d: toString is not an option/],
    ['a wrong option', { type: 'MaxPool2d', arguments: [2, { padding: 'lots' }] }, /MaxPool2d: padding must be .*received "lots"/],
    ['a list for options', { type: 'MaxPool2d', arguments: [2, [1]] }, /MaxPool2d: argument 2 must be an object/],
    ['groups that do not divide', { type: 'Conv2d', arguments: [3, 4, 3, { groups: 2 }] }, /Conv2d: groups must divide the 3 input channels/],
    ['a module for a number', { type: 'Linear', arguments: [layer, 10] }, /Linear: argument 1 must be/],
    ['a number for a module', { type: 'Residual', arguments: [3] }, /Residual: argument 1 must be a module, received 3/],
    ['no layers', { type: 'Sequential', arguments: [[]] }, /Sequential: argument 1 must be/],
    ['a certain dropout', { type: 'Dropout', arguments: [1] }, /Dropout: argument 1 must be a probability/],
    ['an endless blur', { type: 'BlurPool', arguments: [1, { size: 1e6 }] }, /BlurPool: size must be an integer from 1 to 128/],
    ['sharing what is not there', { type: 'Residual', arguments: [{ shared: 0 }] }, /shares module 0, which is not created before it/],
    ['sharing itself', { type: 'Residual', arguments: [layer, { shared: 1 }] }, /shares module 1/],
    ['sharing a method', { type: 'Residual', arguments: [{ shared: 'map' }] }, /Residual: argument 1 must be a module/],
    ['__proto__', parseable('{"type":"Sequential","arguments":[{"__proto__":{"type":"ReLU"}}]}'), /arguments\[0\] has the key "__proto__"/],
    ['too deep', deep(60), /nested at most 100 levels deep/],
    ['too many', { type: 'Sequential', arguments: [Array(10_000).fill(layer)] }, /most 10000 modules, but has 10001/],
    ['few that become too many', doubled(25), /Sequential.*: it must have at most 10000 modules, but has \d+/],
    ['too many parameters', { type: 'Linear', arguments: [2 ** 20, 2 ** 10] }, /at most 268435456 parameters, but has/],
  ])('%s', (_what, json, says) => {
    expect(() => modelFrom(json)).toThrow(DataError);
    expect(() => modelFrom(json)).toThrow(says);
  });

  /** JSON.parse, unlike a literal, makes __proto__ a key like any other. */
  function parseable(text: string): unknown {
    expect(() => parseJson(text, (rule) => new DataError('test', rule))).toThrow(/key "__proto__"/);
    return JSON.parse(text);
  }
});

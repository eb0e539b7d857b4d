import { describe, expect, test } from 'vitest';
import {
  Adam,
  BatchNorm2d,
  Conv2d,
  Dropout,
  decodeCheckpoint,
  encodeCheckpoint,
  evaluate,
  Flatten,
  gradCheck,
  Linear,
  Module,
  ReLU,
  Sequential,
  SGD,
  type Tensor,
  tensor,
  train,
  type Value,
} from '../../src/index.js';
import { stripes } from './stripes.js';

const features = () => new Sequential({ conv: new Conv2d(1, 4, 3, { padding: 1 }), norm: new BatchNorm2d(4), act: new ReLU() });
const head = () => new Sequential({ flat: new Flatten(), drop: new Dropout(0.2), fc: new Linear(144, 2) });
const net = () => new Sequential({ features: features(), head: head() }).initialize(3);

type State = Map<string, Tensor>;
const changed = (before: State, after: State) => [...before].flatMap(([name, { data }]) => (String(data) === String(after.get(name)?.data) ? [] : [name]));
const part = (model: Module, name: string) => model.namedModules().find(([path]) => path === name)?.[1] as Module;
const learn = (model: Module, epochs = 1) => train(model, { train: stripes(1), optimizer: new SGD(model, { lr: 0.1, momentum: 0.9 }), epochs });

describe('a part in evaluation mode', () => {
  test("stays in it while its parent trains: torch's numbers", async () => {
    const norm = new BatchNorm2d(1);
    const model = new Sequential([norm]).train();
    norm.eval();
    const { data } = await model.run(tensor([1, 2, 3, 4], [4, 1, 1, 1]));
    for (const [i, value] of data.entries()) expect(value).toBeCloseTo(i + 1, 4);
    expect([...((await norm.stateDict()).get('running_mean')?.data ?? [])]).toEqual([0]);
    // its weights learn all the same
    const [worst] = await gradCheck(model, [[4, 1, 2, 2]]);
    expect(worst.error).toBeLessThan(1e-6);
  });

  test('keeps its statistics through training and measuring, again and again', async () => {
    const model = net();
    part(model, 'features.norm').eval();
    const before = await model.stateDict();
    await learn(model);
    expect(model.modules().some(({ training }) => training)).toBe(false);
    await evaluate(model, stripes(2, 8));
    await learn(model);
    expect(changed(before, await model.stateDict())).toEqual([
      'features.conv.weight',
      'features.conv.bias',
      'features.norm.weight',
      'features.norm.bias',
      'head.fc.weight',
      'head.fc.bias',
    ]);
    model.train();
    await learn(model);
    expect(changed(before, await model.stateDict())).toContain('features.norm.running_mean');
  });

  test('in training mode in a model that is not, e.g. dropout to see how sure a model is', async () => {
    const model = net().eval();
    part(model, 'head.drop').train();
    const x = tensor(new Float32Array(36).fill(1), [1, 1, 6, 6]);
    const run = async () => [...(await model.run(x)).data];
    expect(await run()).not.toEqual(await run());
    await evaluate(model, stripes(2, 8));
    expect(await run()).not.toEqual(await run());
  });

  test('measuring in a callback changes nothing', async () => {
    const course = async (callback?: (model: Module) => unknown) => {
      const model = net();
      part(model, 'features.norm').eval();
      const onEpoch = async () => void (await callback?.(model));
      await train(model, { train: stripes(1), optimizer: new SGD(model, { lr: 0.1 }), epochs: 2, callbacks: { onEpoch } });
      return model.stateDict();
    };
    const plain = await course();
    expect(changed(plain, await course((model) => evaluate(model, stripes(2, 8))))).toEqual([]);
    expect(changed(plain, await course((model) => model.eval()))).toEqual([]);
  });
});

describe('requiresGrad', () => {
  test('of a part: only the rest learns; and it learns again', async () => {
    const model = net();
    const frozen = part(model, 'features');
    frozen.requiresGrad = false;
    expect([frozen.requiresGrad, model.requiresGrad]).toEqual([false, true]);
    const before = await model.stateDict();
    const optimizer = new Adam(model, { lr: 0.01, weightDecay: 0.1 });
    await train(model, { train: stripes(1), optimizer, epochs: 1 });
    expect(changed(before, await model.stateDict()).filter((name) => !/running/.test(name))).toEqual(['head.fc.weight', 'head.fc.bias']);
    frozen.requiresGrad = true;
    await train(model, { train: stripes(1), optimizer, epochs: 1 });
    expect(changed(before, await model.stateDict())).toContain('features.conv.weight');
    // and frozen after it had learned: nothing is left of its last gradient or its momentum
    const then = await model.stateDict();
    frozen.requiresGrad = false;
    await train(model, { train: stripes(1), optimizer, epochs: 1 });
    expect(changed(then, await model.stateDict()).filter((name) => !/running/.test(name))).toEqual(['head.fc.weight', 'head.fc.bias']);
  });

  test('of one parameter, whose numbers give the others the same gradients', async () => {
    const model = net();
    for (const [name, parameter] of model.namedParameters()) if (name.endsWith('conv.weight')) parameter.requiresGrad = false;
    part(model, 'head.drop').eval();
    const checked = await gradCheck(model, [[3, 1, 6, 6]], { samples: 5 });
    expect(checked[0].error).toBeLessThan(1e-6);
    expect(new Set(checked.map(({ name }) => name))).not.toContain('features.conv.weight');
  });

  test('what makes no sense is refused', async () => {
    const model = net();
    model.requiresGrad = false;
    await expect(learn(model)).rejects.toThrow('train: at least one parameter must have');
    const mean = model.namedParameters().get('features.norm.running_mean');
    expect(() => Object.assign(mean as object, { requiresGrad: true })).toThrow('cannot be set on a statistic (trainable: false)');
    expect(() => Object.assign(mean as object, { requiresGrad: 'no' })).toThrow('requiresGrad must be true or false, received "no"');
  });
});

describe('a new head', () => {
  class Model extends Module {
    readonly body = features().initialize(5);
    head: Module = head();

    forward(x: Value): Value {
      return this.head.apply(this.body.apply(x));
    }
  }

  test.each([false, true])('on a trained body, which keeps its weights; after a run: %s', async (runs) => {
    const model = new Model().eval();
    const before = await model.body.stateDict();
    const x = tensor(new Float32Array(36).fill(1), [1, 1, 6, 6]);
    if (runs) expect((await model.run(x)).shape).toEqual([1, 2]);
    model.head = new Sequential({ flat: new Flatten(), fc: new Linear(144, 5) });
    expect((await model.run(x)).shape).toEqual([1, 5]);
    expect(changed(before, await model.body.stateDict())).toEqual([]);
  });

  test('loadStateDict with strict: false takes what fits and names the rest', async () => {
    const pretrained = await new Sequential({ features: features(), old: new Linear(4, 10) }).initialize(8).stateDict();
    const model = net();
    expect(model.loadStateDict(pretrained, { strict: false })).toEqual({ missing: ['head.fc.weight', 'head.fc.bias'], unexpected: ['old.weight', 'old.bias'] });
    expect((await model.stateDict()).get('features.conv.weight')).toEqual(pretrained.get('features.conv.weight'));
    expect(() => model.loadStateDict(pretrained)).toThrow('missing ["head.fc.weight", "head.fc.bias"], unknown ["old.weight", "old.bias"]');
    expect(() => model.loadStateDict(pretrained, { strikt: false } as object)).toThrow('loadStateDict: strikt is not an option; did you mean strict?');
    const odd = new Map([['head.fc.bias', tensor([1, 2, 3])]]);
    expect(() => model.loadStateDict(odd, { strict: false })).toThrow('head.fc.bias must have shape [2], received [3]');
  });
});

describe('a checkpoint of it', () => {
  const optimizers: [string, (model: Module) => SGD | Adam][] = [
    ['SGD', (model) => new SGD(model, { lr: 0.05, momentum: 0.9 })],
    ['Adam', (model) => new Adam(model, { lr: 0.01 })],
  ];

  test.each(optimizers)('%s on a part, with frozen parameters and fixed statistics, goes on to the same bits', async (_, make) => {
    const prepare = (model: Module) => {
      part(model, 'features.norm').eval();
      part(model, 'features.conv').requiresGrad = false;
      return model;
    };
    const whole = prepare(net());
    const optimizer = make(part(whole, 'head'));
    await train(whole, { train: stripes(1), optimizer, epochs: 1 });
    const bytes = await encodeCheckpoint({ model: whole, optimizer, epoch: 1, settings: { classes: ['a', 'b'] } });
    await train(whole, { train: stripes(1), optimizer, epochs: 2, startEpoch: 1 });

    const saved = decodeCheckpoint(bytes);
    expect(saved.settings).toEqual({ classes: ['a', 'b'] });
    expect(part(saved.model, 'features.norm').training).toBe(false);
    expect(part(saved.model, 'features.conv').requiresGrad).toBe(false);
    const again = saved.restoreOptimizer(make(part(saved.model, 'head')));
    expect(again.steps).toBeGreaterThan(0);
    await train(saved.model, { train: stripes(1), optimizer: again, epochs: 2, startEpoch: saved.epoch });
    expect(changed(await whole.stateDict(), await saved.model.stateDict())).toEqual([]);
  });

  test('state of parameters that an optimizer does not hold is refused, and an optimizer of another model', async () => {
    const model = net();
    const optimizer = new SGD(model, { lr: 0.1, momentum: 0.9 });
    await train(model, { train: stripes(1), optimizer, epochs: 1 });
    const saved = decodeCheckpoint(await encodeCheckpoint({ model, optimizer }));
    expect(() => saved.restoreOptimizer(new SGD(part(saved.model, 'head'), { lr: 0.1, momentum: 0.9 }))).toThrow(
      'must be the state of a parameter of this SGD',
    );
    await expect(encodeCheckpoint({ model, optimizer: new SGD(net(), { lr: 0.1 }) })).rejects.toThrow(
      'SGD: parameter features.conv.weight must belong to the model',
    );
    await expect(encodeCheckpoint({ model, optimiser: optimizer } as never)).rejects.toThrow('optimiser is not an option; did you mean optimizer?');
  });
});

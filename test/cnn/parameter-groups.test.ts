import { expect, test } from 'vitest';
import {
  Adam,
  AdamW,
  CrossEntropyLoss,
  decodeCheckpoint,
  encodeCheckpoint,
  Flatten,
  Linear,
  type Module,
  type Optimizer,
  RMSprop,
  Sequential,
  SGD,
  type Trainable,
  type tensor,
  train,
} from '../../src/index.js';
import { stripes } from './stripes.js';

const net = () => new Sequential({ flat: new Flatten(), body: new Linear(36, 4), head: new Linear(4, 2) }).initialize(1);
const part = (model: Module, name: string) => model.children().find(([path]) => path === name)?.[1] as Module;
const grouped = (model: Module) =>
  new SGD([{ params: part(model, 'body'), lr: 0.02 }, { params: part(model, 'head').parameters() }], { lr: 0.1, momentum: 0.9 });

/** Some steps with a gradient that is the same each time. */
async function steps(model: Module, optimizers: readonly Optimizer[]): Promise<Map<string, Float32Array>> {
  for (const { x, y } of await batches()) {
    model.zeroGrad();
    const loss = await new CrossEntropyLoss().run(await model.run(x), y);
    loss.backward();
    for (const optimizer of optimizers) optimizer.step();
  }
  return new Map([...(await model.stateDict())].map(([name, { data }]) => [name, data as Float32Array]));
}

async function batches() {
  const list = [];
  for await (const batch of stripes(1)) list.push(batch);
  return list.slice(0, 3) as { x: ReturnType<typeof tensor>; y: number[] }[];
}

test.each([
  ['SGD', (of: Trainable, lr: number) => new SGD(of, { lr, momentum: 0.9, weightDecay: 0.01 })],
  ['Adam', (of: Trainable, lr: number) => new Adam(of, { lr, weightDecay: 0.01 })],
  ['AdamW', (of: Trainable, lr: number) => new AdamW(of, { lr })],
  ['RMSprop', (of: Trainable, lr: number) => new RMSprop(of, { lr, momentum: 0.5 })],
] as const)('%s moves each group as an optimizer of its own would', async (_name, make) => {
  const [one, two] = [net(), net()];
  const together = make([{ params: part(one, 'body'), lr: 0.025 }, { params: part(one, 'head') }], 0.1);
  const apart = [make(part(two, 'body'), 0.025), make(part(two, 'head'), 0.1)];
  expect(await steps(one, [together])).toEqual(await steps(two, apart));
});

test('a schedule moves all groups, in their ratio', async () => {
  const model = net();
  const optimizer = grouped(model);
  const rates: number[][] = [];
  await train(model, {
    train: stripes(1),
    optimizer,
    epochs: 2,
    schedule: (_progress, epoch) => (epoch === 0 ? 1 : 0.5),
    callbacks: { onEpoch: () => void rates.push(optimizer.groups.map(({ share }) => share * optimizer.lr)) },
  });
  expect(rates[0]).toEqual([0.02, 0.1]);
  expect(rates[1]).toEqual([0.01, 0.05]);
});

test('a checkpoint goes on with momentum and rates of every group', async () => {
  const straight = net();
  const optimizer = grouped(straight);
  optimizer.groups[1].share = 0.7;
  await steps(straight, [optimizer]);
  const bytes = await encodeCheckpoint({ model: straight, optimizer });
  const expected = await steps(straight, [optimizer]);
  const saved = decodeCheckpoint(bytes);
  const again = saved.restoreOptimizer(grouped(saved.model));
  expect(again.groups.map(({ share }) => share)).toEqual([0.02 / 0.1, 0.7]);
  expect(await steps(saved.model, [again])).toEqual(expected);
  expect(() => saved.restoreOptimizer(new SGD(saved.model, { lr: 0.1, momentum: 0.9 }))).toThrow('its optimizer has 2 parameter groups, but this one has 1');
});

test('what is no group is refused', () => {
  const model = net();
  const [body] = [part(model, 'body')];
  expect(() => new SGD([], { lr: 1 })).toThrow('SGD: model must be a module, or a list of groups { params, lr }, received []');
  expect(() => new SGD([{ params: [1] as never }], { lr: 1 })).toThrow('SGD: params must be a module, or a list of parameters, received [1]');
  expect(() => new SGD([{ params: body, lr: -1 }], { lr: 1 })).toThrow('SGD: lr must be');
  expect(() => new SGD([{ params: body, rate: 1 } as never], { lr: 1 })).toThrow('SGD: rate is not an option');
  expect(() => new SGD([{ params: body, lr: 1 }], { lr: 0 })).toThrow(
    'SGD: lr must be > 0 if group 0 has the learning rate 1, because schedules keep their ratio, received 0',
  );
  expect(() => new Adam([{ params: body }, { params: model }])).toThrow('Adam: params must contain each parameter once, but 0.weight is also 1.body.weight');
});

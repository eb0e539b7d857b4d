import * as convlab from 'convlab';
import type { Call, Draw } from './draw.js';

// Steps of two trainings. Each call advances one step on its backend, so the calls must run in order.

const { AvgPool2d, BatchNorm2d, Conv2d, ConvNet, Dropout, Dropout2d, Flatten, Linear, MaxPool2d, ReLU, Sequential } = convlab;

const TRAININGS = {
  'SGD, ConvNet': () => {
    const model: convlab.Module = new ConvNet().initialize(1);
    return { model, optimizer: new convlab.SGD(model, { lr: 0.01, momentum: 0.9, weightDecay: 1e-4 }), loss: new convlab.NLLLoss() };
  },
  'Adam, batch norm': () => {
    const model: convlab.Module = new Sequential([
      ...[new Conv2d(1, 16, 5, { padding: 2, bias: false }), new BatchNorm2d(16), new ReLU(), new MaxPool2d(2), new Dropout2d(0.2)],
      ...[new Conv2d(16, 16, 3, { padding: 1 }), new BatchNorm2d(16), new ReLU(), new AvgPool2d(2), new Flatten()],
      ...[new Linear(16 * 7 * 7, 32), new ReLU(), new Dropout(0.3), new Linear(32, 10)],
    ]).initialize(2);
    return { model, optimizer: new convlab.Adam(model, { lr: 0.002 }), loss: new convlab.CrossEntropyLoss(), clipGradNorm: 1 };
  },
} as const;

const begun = new WeakMap<convlab.Backend, Map<string, ReturnType<(typeof TRAININGS)[keyof typeof TRAININGS]>>>();

export function trainingCall(draw: Draw, index: number): Call {
  const name = index % 2 === 0 ? 'SGD, ConvNet' : 'Adam, batch norm';
  const x = draw.tensor([12, 1, 28, 28], () => draw.uniform());
  const y = Int32Array.from(draw.integers(12, 0, 9));
  return {
    group: `training ${name}`,
    kinds: { training: name },
    inputs: `step ${Math.floor(index / 2) + 1}`,
    options: {},
    run: async (_, backend) => {
      const trainings = begun.get(backend) ?? new Map();
      begun.set(backend, trainings);
      const { model, ...rest } = trainings.get(name) ?? TRAININGS[name]();
      trainings.set(name, { model, ...rest });
      await model.to(backend);
      const batches = {
        length: 1,
        async *[Symbol.asyncIterator]() {
          yield { x, y };
        },
      };
      const { epochs } = await convlab.train(model, { ...rest, train: batches, epochs: 1 });
      return [epochs[0].loss, ...(await model.stateDict()).values()];
    },
  };
}

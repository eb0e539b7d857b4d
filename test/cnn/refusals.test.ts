import { describe, expect, test } from 'vitest';
import * as convlab from '../../src/index.js';
import { DataLoader, full, type Module, type Optimizer, TensorDataset, type TrainOptions, tensor, train } from '../../src/index.js';

const model = () => new convlab.Linear(2, 2);
type Make = (options: object) => unknown;

/** Every class and function of the networks that takes options, called with them. */
const TAKES_OPTIONS: Record<string, Make> = {
  ...Object.fromEntries(
    [convlab.Conv1d, convlab.Conv2d, convlab.Conv3d, convlab.ConvTranspose2d].map((Made): [string, Make] => [
      Made.name,
      (options) => new Made(1, 1, 1, options),
    ]),
  ),
  Linear: (options) => new convlab.Linear(1, 1, options),
  ...Object.fromEntries(
    [convlab.MaxPool1d, convlab.MaxPool2d, convlab.MaxPool3d, convlab.AvgPool1d, convlab.AvgPool2d, convlab.AvgPool3d, convlab.BlurPool].map(
      (Made): [string, Make] => [Made.name, (options) => new Made(2, options)],
    ),
  ),
  ...Object.fromEntries(
    [convlab.BatchNorm1d, convlab.BatchNorm2d, convlab.BatchNorm3d].map((Made): [string, Make] => [Made.name, (options) => new Made(2, options)]),
  ),
  GroupNorm: (options) => new convlab.GroupNorm(1, 2, options),
  LayerNorm: (options) => new convlab.LayerNorm(2, options),
  Upsample: (options) => new convlab.Upsample({ scaleFactor: 2, ...options }),
  ...Object.fromEntries(
    [
      convlab.ReLU,
      convlab.ReLU6,
      convlab.SiLU,
      convlab.Hardswish,
      convlab.Hardsigmoid,
      convlab.GELU,
      convlab.Sigmoid,
      convlab.Tanh,
      convlab.Softmax,
      convlab.LogSoftmax,
      convlab.Flatten,
    ].map((Made): [string, Make] => [Made.name, (options) => new (Made as new (options: object) => Module)(options)]),
  ),
  ...Object.fromEntries(
    [
      convlab.NLLLoss,
      convlab.CrossEntropyLoss,
      convlab.MSELoss,
      convlab.BCEWithLogitsLoss,
      convlab.L1Loss,
      convlab.SmoothL1Loss,
      convlab.HuberLoss,
      convlab.FocalLoss,
      convlab.DiceLoss,
    ].map((Made): [string, Make] => [Made.name, (options) => new Made(options)]),
  ),
  ...Object.fromEntries(
    [convlab.SGD, convlab.Adam, convlab.AdamW, convlab.RMSprop].map((Made): [string, Make] => [
      Made.name,
      (options) => new Made(model(), { lr: 0.1, ...options }),
    ]),
  ),
  oneCycleSchedule: convlab.oneCycleSchedule,
  trace: (options) => model().trace([[1, 2]], options),
  loadStateDict: (options) => model().loadStateDict(new Map(), options),
};

test('each class whose name says that it is a layer, loss or optimizer is among them, unless it takes no options', () => {
  const positional = [
    'Module',
    'Sequential',
    'Residual',
    'Parallel',
    'ConvNet',
    'Loss',
    'Optimizer',
    'Dropout',
    'Dropout2d',
    'LeakyReLU',
    'PReLU',
    'Reshape',
    'ImportedNet',
  ];
  const adaptive = ['AdaptiveAvgPool', 'AdaptiveMaxPool'];
  const classes = Object.entries(convlab).flatMap(([name, value]) => {
    const prototype = typeof value === 'function' ? value.prototype : undefined;
    return [convlab.Module, convlab.Loss, convlab.Optimizer].some((base) => prototype instanceof base || prototype === base.prototype) ? [name] : [];
  });
  expect(classes.filter((name) => !(name in TAKES_OPTIONS)).sort()).toEqual([...positional, ...adaptive].sort());
});

test.each(Object.entries(TAKES_OPTIONS))('%s refuses an option that it does not have', (name, make) => {
  expect(() => make({ bogus: 1 })).toThrow(new RegExp(`^${name}: bogus is not an option`, 'i'));
  expect(() => make({ bogus: undefined })).toThrow('bogus is not an option');
});

describe('values that make no sense', () => {
  test.each<[make: () => unknown, says: string]>([
    [() => new convlab.SGD(model(), { lr: 0.1, momentum: 9 }), 'SGD: momentum must be a share, 0 ≤ s < 1, received 9'],
    [() => new convlab.RMSprop(model(), { momentum: 1 }), 'RMSprop: momentum must be a share, 0 ≤ s < 1, received 1'],
    [() => new convlab.BatchNorm2d(2, { momentum: 9 }), 'BatchNorm2d: momentum must be a number from 0 to 1, received 9'],
    [() => new convlab.BatchNorm2d(2, { eps: -1 }), 'BatchNorm2d: eps must be a finite number ≥ 0, received -1'],
    [() => new convlab.BatchNorm1d(0), 'BatchNorm1d: channels must be an integer ≥ 1, received 0'],
    [() => new convlab.Adam(model(), { eps: -1 }), 'Adam: eps must be a finite number ≥ 0, received -1'],
    [() => new convlab.GroupNorm(3, 4), 'GroupNorm: groups must divide the 4 channels, received 3'],
    [() => new convlab.LayerNorm([]), 'LayerNorm: normalizedShape must be a list'],
    [() => new convlab.Dropout(1), 'Dropout: p must be a probability, 0 ≤ p < 1, received 1'],
    [() => new convlab.Dropout2d(-0.1), 'Dropout2d: p must be a probability'],
    [() => new convlab.ConvNet(2), 'ConvNet: dropoutRate must be a probability'],
    [() => new convlab.LeakyReLU(Number.NaN), 'LeakyReLU: negativeSlope must be a finite number, received NaN'],
    [() => new convlab.PReLU(0), 'PReLU: slopes must be an integer ≥ 1, received 0'],
    [() => new convlab.Conv2d(1.5, 1, 3), 'Conv2d: inChannels must be an integer ≥ 1, received 1.5'],
    [() => new convlab.Conv2d(1, 1, 0), 'Conv2d: kernelSize must be an integer ≥ 1, received 0'],
    [() => new convlab.Conv2d(4, 3, 1, { groups: 2 }), 'Conv2d: groups must divide the 3 output channels, received 2'],
    [() => new convlab.Linear(0, 1), 'Linear: inFeatures must be an integer ≥ 1, received 0'],
    [() => new convlab.MaxPool2d(0), 'MaxPool2d: kernelSize must be an integer ≥ 1, received 0'],
    [() => new convlab.AdaptiveAvgPool(0), 'AdaptiveAvgPool: outputSize must be an integer ≥ 1, received 0'],
    [() => new convlab.Upsample({}), 'upsample: size or scaleFactor must be set, but not both'],
    [() => new convlab.Upsample({ size: 3, alignCorners: true }), "upsample: alignCorners requires a linear mode (it is 'nearest')"],
  ])('%s', (make, says) => {
    expect(make).toThrow(says);
  });

  test('batch normalization of one value a channel, in training only', async () => {
    const layer = new convlab.BatchNorm1d(2);
    await expect(layer.run(tensor([[1, 2]]))).rejects.toThrow(
      'batchNorm: training requires more than one value per channel, received [1, 2, 1]; use larger batches, dropLast, or eval()',
    );
    expect((await layer.eval().run(tensor([[1, 2]]))).data[1]).toBeCloseTo(2, 4);
    // a summary computes nothing
    expect(convlab.summary(new convlab.BatchNorm1d(2), [1, 2]).parameters).toBe(4);
  });

  const data = () => new TensorDataset(full([3, 2]), [0, 1, 0]);
  const attempt = (more: Partial<TrainOptions> & object) => {
    const net = model();
    const optimizer: Optimizer = new convlab.SGD(net, { lr: 0.1 });
    return train(net, { train: new DataLoader(data(), { batchSize: 2 }), optimizer, epochs: 1, ...more });
  };
  test.each<[more: object, says: string]>([
    [
      { train: new DataLoader(data(), { batchSize: 4, dropLast: true }) },
      'train: train must contain at least one batch; a loader with dropLast requires at least batchSize samples',
    ],
    [{ validation: new DataLoader(data(), { batchSize: 4, dropLast: true }) }, 'train: validation must contain at least one batch; a loader'],
    [{ train: { length: 2, async *[Symbol.asyncIterator]() {} } }, 'train: the training data must contain at least one batch, received none in epoch 1'],
    [{ clipGradNorm: 0 }, 'train: clipGradNorm must be a finite number > 0, received 0'],
    [{ callbacks: { onEpcoh: () => {} } }, 'train: callbacks: onEpcoh is not an option; did you mean onEpoch?'],
    [{ callbacks: { onEpoch: 3 } }, 'train: callbacks: onEpoch must be a function, received 3'],
    [{ validation: new DataLoader(data()), earlyStopping: { patience: 0 } }, 'train: earlyStopping: patience must be an integer ≥ 1, received 0'],
    [{ validation: new DataLoader(data()), earlyStopping: { patients: 2 } }, 'train: earlyStopping: patients is not an option; did you mean patience?'],
  ])('train with %j', async (more, says) => {
    await expect(attempt(more)).rejects.toThrow(says);
  });
});

// Three networks, trained in the same way, that handle translation differently.
import { Adam, augment, BlurPool, Conv2d, Dropout, Flatten, Linear, LogSoftmax, MaxPool2d, type Module, NLLLoss, ReLU, randomShift, Sequential } from 'convlab';
import { shuffled, slice, trainDigits } from './digits.js';
import type { Stage } from './lesson.js';
import { trained } from './trained.js';

/** The lecture's layers. @param blurred pool with the maximum of 2 x 2 at every position, then a blur, then subsampling by 2 */
function network(blurred: boolean): Sequential {
  const pool = (channels: number): Module[] =>
    blurred
      ? [
          new MaxPool2d(2, {
            stride: 1,
            padding: [
              [0, 1],
              [0, 1],
            ],
          }),
          new BlurPool(channels),
        ]
      : [new MaxPool2d(2)];
  return new Sequential([
    new Conv2d(1, 4, 5, { padding: 2 }),
    new ReLU(),
    ...pool(4),
    new Conv2d(4, 8, 5, { padding: 2 }),
    new ReLU(),
    ...pool(8),
    new Flatten(),
    new Linear(8 * 7 * 7, 512),
    new ReLU(),
    new Dropout(0.5),
    new Linear(512, 10),
    new LogSoftmax(),
  ]);
}

export interface RobustNet {
  readonly name: string;
  readonly model: Module;
}

/** Max pooling, blurred pooling, and max pooling trained with digits that are shifted by up to 4 pixels. */
export async function robustNets(stage: Stage): Promise<RobustNet[]> {
  const digits = slice(await trainDigits(), 0, stage.size(30_000, 6_000));
  const moving = augment(digits, [randomShift({ max: 4 })], { seed: 1 });
  const recipe = (data: typeof moving) => (model: Module) => ({
    train: shuffled(data),
    optimizer: new Adam(model, { lr: stage.size(15, 30) / 10_000 }),
    loss: new NLLLoss(),
    epochs: stage.size(5, 3),
    seed: 1,
  });
  return [
    { name: 'max pooling', model: (await trained(stage, 'robust-max', network(false), recipe(digits))).model },
    { name: 'BlurPool', model: (await trained(stage, 'robust-blur', network(true), recipe(digits))).model },
    { name: 'trained with shifts', model: (await trained(stage, 'robust-shifts', network(false), recipe(moving))).model },
  ];
}

import { above, count, notNegative, oneOf, option, pickRows, probability, type Rows, type SettledOptions, whole } from '../../options.js';
import { NETWORK_FLAGS } from '../digits.js';
import { fileFlag, switchFlag } from '../flags.js';
import { augmentations } from './augmentations.js';

/** Flags of `convlab train`. */
export const TRAIN_FLAGS = {
  net: option(oneOf(['lecture', 'best']), { default: 'lecture', help: "lecture: the lecture's network; best: a small network with batch normalization" }),
  width: option(above(0), { default: 1, help: 'with --net best: multiplies the number of feature maps by this factor', placeholder: 'factor' }),
  epochs: option(count, { default: 1, help: 'total number of passes over the training set, including those before --resume' }),
  optimizer: option(oneOf(['sgd', 'adam', 'adamw', 'rmsprop']), { default: 'sgd', help: 'optimizer' }),
  lr: option(notNegative, { help: 'learning rate (default: 0.001; sgd 0.01)', placeholder: 'rate' }),
  momentum: option(notNegative, { default: 0, help: 'momentum of sgd and rmsprop', placeholder: 'm' }),
  weightDecay: option(notNegative, { default: 0, help: 'weight decay', placeholder: 'w' }),
  labelSmoothing: option(notNegative, { default: 0, help: 'fraction of the target that is spread over all classes', placeholder: 's' }),
  schedule: option(oneOf(['none', 'cosine', 'one-cycle', 'step']), { default: 'none', help: 'learning rate schedule' }),
  batch: option(count, { default: 64, help: 'samples per batch' }),
  accumulate: option(count, { default: 1, help: 'batches per optimizer step; their gradients are averaged' }),
  emaDecay: option(probability, {
    help: 'keep an exponential moving average of the weights with this decay, such as 0.999, for evaluation; it is saved in the checkpoint (default: none)',
    placeholder: 'd',
  }),
  validation: option(whole(0), {
    help: 'samples held out from the training set for validation after every epoch; with a folder: the same fraction of each class; 0: none (default: 5000; a fifth of a folder; 0 for tar files)',
  }),
  patience: option(count, {
    help: 'stop if the validation loss has not decreased for this number of epochs, and keep the best weights',
    placeholder: 'epochs',
  }),
  augment: option(augmentations, {
    help: 'augment the training images at random, differently in every epoch; without names: elastic,rotate,shift',
    preset: 'elastic,rotate,shift',
    placeholder: 'names',
  }),
  seed: option(whole(0), { default: 0, help: 'seed for initial weights, sample order, dropout and augmentation' }),
  size: option(whole(12, 1024), {
    help: 'with a folder: side length to which its images are resized (default: 28, cut out and centered like digits)',
    placeholder: 'pixels',
  }),
  color: option(oneOf(['gray', 'rgb']), { help: 'with a folder: use its images in gray or color, without cutting out digits (default: rgb with --size)' }),
  test: fileFlag('tars', 'with data in tar files: tar files of the test set, on which the network is evaluated at the end'),
  classes: option(count, { help: 'with data in tar files: the number of classes (default: 10)' }),
  out: fileFlag('file', 'checkpoint to write (.safetensors)'),
  resume: fileFlag('file', 'continue from a checkpoint; flags that are not set are taken from it'),
  history: fileFlag('file', 'write losses and accuracies as JSON'),
  report: fileFlag('file', 'write a page with curves, kernels, confusion matrix and worst mistakes (.html)'),
  json: switchFlag('print the result as JSON'),
  ...NETWORK_FLAGS,
} satisfies Rows;

/** The flags of a training, with their defaults. */
export type TrainFlags = SettledOptions<typeof TRAIN_FLAGS>;

/** Flags that a checkpoint stores. A resumed run uses them unless flags override them. */
export const KEPT_FLAGS = pickRows(
  TRAIN_FLAGS,
  ...(['net', 'width', 'data', 'epochs', 'optimizer', 'lr', 'momentum', 'weightDecay', 'labelSmoothing', 'schedule'] as const),
  ...(['batch', 'accumulate', 'emaDecay', 'validation', 'patience', 'augment', 'seed', 'size', 'color', 'test', 'classes'] as const),
);

import { ConvlabError, DataError } from '../../errors.js';
import { PADDING_MODES } from '../../kernels/geometry.js';
import {
  between,
  check,
  checkOptions,
  either,
  flag,
  list,
  type OptionRule,
  oneOf,
  pickRows,
  probability,
  type Rows,
  rule,
  text,
  whole,
} from '../../options.js';
import { UPSAMPLE_OPTIONS } from '../functional/upsampling.js';
import { ImportedNet } from '../import/imported-net.js';
import { planFromJson, planToJson } from '../import/plan-json.js';
import {
  Dropout,
  Dropout2d,
  Flatten,
  GELU,
  Hardsigmoid,
  Hardswish,
  LeakyReLU,
  LogSoftmax,
  PReLU,
  ReLU,
  ReLU6,
  Reshape,
  Sigmoid,
  SiLU,
  Softmax,
  Tanh,
} from '../layers/activation-layers.js';
import { BATCH_NORM_LAYER_OPTIONS, BatchNorm1d, BatchNorm2d, BatchNorm3d } from '../layers/batch-norm.js';
import { Parallel, Residual, Sequential } from '../layers/compose.js';
import { Conv1d, Conv2d, Conv3d, ConvTranspose2d, Linear } from '../layers/conv-layers.js';
import { GROUP_NORM_OPTIONS, GroupNorm, LAYER_NORM_OPTIONS, LayerNorm } from '../layers/group-norm.js';
import { AdaptiveAvgPool, AdaptiveMaxPool, AvgPool1d, AvgPool2d, AvgPool3d, BlurPool, MaxPool1d, MaxPool2d, MaxPool3d } from '../layers/pool-layers.js';
import { Upsample } from '../layers/upsample.js';
import { ConvNet } from '../models/conv-net.js';
import { Module } from '../module.js';
import { isObject } from './json.js';

/** How one class of module is written as JSON and recreated. */
export interface ModuleFormat<M extends Module = Module> {
  /** The class of the module. */
  readonly module: { readonly prototype: M };
  /** The constructor arguments of the module: JSON values and modules. */
  arguments(module: M): readonly unknown[];
  /**
   * Creates the module from these arguments. Modules among them already exist; the others may come from an untrusted
   * file, so check them and throw an error that names the problem.
   */
  create(args: readonly unknown[]): M;
}

const channels = whole(1, 2 ** 24);
const cellCount = whole(1, 2 ** 20);
const someCells = whole(0, 2 ** 20);
const module = rule<Module>('a module', (value) => value instanceof Module);
const none = rule<null>('null', (value) => value === null);
const modules = list(module, 1, 10_000);
const namedModules = rule('modules by name', (value) => isObject(value) && !(value instanceof Module) && Object.values(value).every(module.holds));

/** One value, or a list with one per spatial axis. */
function axisValues(each: OptionRule, rank: number): OptionRule {
  return either(each, list(each, rank, rank));
}

const scale = between(2 ** -20, 2 ** 20);
const axisPadding = either(someCells, list(someCells, 2, 2), oneOf(['valid', 'same', 'full']));
const window = (rank: number) => ({ stride: axisValues(cellCount, rank), dilation: axisValues(cellCount, rank), padding: axisValues(axisPadding, rank) });
const poolWindow = (rank: number) => ({ ...window(rank), ceilMode: flag });
const transposed = {
  stride: axisValues(cellCount, 2),
  dilation: axisValues(cellCount, 2),
  padding: axisValues(someCells, 2),
  outputPadding: axisValues(someCells, 2),
  groups: channels,
  bias: flag,
};

/** An argument: one value, or an object of options. */
type Argument = OptionRule | Rows;

/**
 * Checks the arguments of a constructor from a file against their rules.
 * @param required number of required arguments
 * @throws OptionError that names the argument or the option
 */
function checkArguments(type: string, args: readonly unknown[], rules: readonly Argument[], required: number): void {
  if (args.length < required || args.length > rules.length) {
    const expected = required === rules.length ? `${required}` : `${required} to ${rules.length}`;
    throw new ConvlabError(type, `requires ${expected} arguments, received ${args.length}`);
  }
  args.forEach((value, i) => {
    const expected = rules[i];
    if (isRule(expected)) check(type, `argument ${i + 1}`, value, expected);
    else checkOptions(type, value, expected, `argument ${i + 1}`);
  });
}

function isRule(argument: Argument): argument is OptionRule {
  return typeof argument.holds === 'function';
}

/**
 * A format whose arguments are checked by rules and passed to the constructor.
 * @param required number of required arguments. Default: all
 */
function format<A extends unknown[], M extends Module>(
  type: new (...args: A) => M,
  rules: readonly Argument[],
  args: (module: M) => readonly unknown[],
  required = rules.length,
): ModuleFormat<M> {
  return {
    module: type,
    arguments: args,
    create(received) {
      checkArguments(type.name, received, rules, required);
      return new type(...(received as A));
    },
  };
}

const plain = (type: new () => Module) => format(type, [], () => []);
const convFormat = (rank: number, type: typeof Conv1d | typeof Conv2d | typeof Conv3d) =>
  format(
    type,
    [
      channels,
      channels,
      axisValues(cellCount, rank),
      { ...window(rank), paddingMode: oneOf(PADDING_MODES), paddingValue: between(-1e30, 1e30), groups: channels, bias: flag },
    ],
    ({ weight: { shape }, bias, options }) => [shape[1] * (options.groups ?? 1), shape[0], shape.slice(2), { ...options, ...(bias ? {} : { bias: false }) }],
    3,
  );
const maxPoolFormat = (rank: number, type: typeof MaxPool1d | typeof MaxPool2d | typeof MaxPool3d) =>
  format(type, [axisValues(cellCount, rank), poolWindow(rank)], ({ options: { kernelSize, ...options } }) => [kernelSize, options], 1);
const avgPool = (rank: number, type: typeof AvgPool1d | typeof AvgPool2d | typeof AvgPool3d) =>
  format(
    type,
    [axisValues(cellCount, rank), { ...poolWindow(rank), countIncludePad: flag }],
    ({ options: { kernelSize, ...options }, countIncludePad }) => [kernelSize, { ...options, ...(countIncludePad ? {} : { countIncludePad }) }],
    1,
  );
const batchNorm = (type: typeof BatchNorm1d | typeof BatchNorm2d | typeof BatchNorm3d) =>
  format(
    type,
    [channels, BATCH_NORM_LAYER_OPTIONS],
    ({ channels: count, options, weight }) => [count, { ...options, ...(weight ? {} : { affine: false }) }],
    1,
  );

/** Every module of the library, by its name in files. */
export const MODULE_FORMATS: Readonly<Record<string, ModuleFormat>> = {
  Sequential: format(Sequential, [either(modules, namedModules)], (sequential) => {
    const layers = sequential.children();
    return [layers.every(([name], i) => name === String(i)) ? layers.map(([, layer]) => layer) : Object.fromEntries(layers)];
  }),
  Residual: format(Residual, [module, either(module, none)], ({ body, shortcut }) => [body, shortcut], 1),
  Parallel: format(Parallel, [modules], ({ towers }) => [towers]),
  Conv1d: convFormat(1, Conv1d),
  Conv2d: convFormat(2, Conv2d),
  Conv3d: convFormat(3, Conv3d),
  ConvTranspose2d: format(
    ConvTranspose2d,
    [channels, channels, axisValues(cellCount, 2), transposed],
    ({ weight: { shape }, bias, options }) => [shape[0], shape[1] * options.groups, shape.slice(2), { ...options, ...(bias ? {} : { bias: false }) }],
    3,
  ),
  Linear: format(
    Linear,
    [channels, channels, { bias: flag }],
    ({ inFeatures, outFeatures, bias }) => [inFeatures, outFeatures, bias ? {} : { bias: false }],
    2,
  ),
  MaxPool1d: maxPoolFormat(1, MaxPool1d),
  MaxPool2d: maxPoolFormat(2, MaxPool2d),
  MaxPool3d: maxPoolFormat(3, MaxPool3d),
  AvgPool1d: avgPool(1, AvgPool1d),
  AvgPool2d: avgPool(2, AvgPool2d),
  AvgPool3d: avgPool(3, AvgPool3d),
  AdaptiveMaxPool: format(AdaptiveMaxPool, [either(cellCount, list(cellCount, 1, 3))], ({ outputSize }) => [outputSize]),
  AdaptiveAvgPool: format(AdaptiveAvgPool, [either(cellCount, list(cellCount, 1, 3))], ({ outputSize }) => [outputSize]),
  // from size 129, the sum 2^(size − 1) of the binomial weights exceeds float32
  BlurPool: format(BlurPool, [channels, { size: whole(1, 128), stride: cellCount }], ({ channels: count, size, stride }) => [count, { size, stride }], 1),
  BatchNorm1d: batchNorm(BatchNorm1d),
  BatchNorm2d: batchNorm(BatchNorm2d),
  BatchNorm3d: batchNorm(BatchNorm3d),
  GroupNorm: format(GroupNorm, [channels, channels, GROUP_NORM_OPTIONS], ({ groups, channels: count, options }) => [groups, count, options], 2),
  LayerNorm: format(LayerNorm, [list(channels, 1, 8), LAYER_NORM_OPTIONS], ({ normalizedShape, options }) => [normalizedShape, options], 1),
  Upsample: format(
    Upsample,
    [{ size: either(cellCount, list(cellCount, 1, 3)), scaleFactor: either(scale, list(scale, 1, 3)), ...pickRows(UPSAMPLE_OPTIONS, 'mode', 'alignCorners') }],
    ({ options }) => [options],
  ),
  ReLU: plain(ReLU),
  ReLU6: plain(ReLU6),
  SiLU: plain(SiLU),
  Hardswish: plain(Hardswish),
  Hardsigmoid: plain(Hardsigmoid),
  PReLU: format(PReLU, [channels, between(-1e30, 1e30)], ({ slopes, init }) => [slopes, init], 0),
  GELU: plain(GELU),
  Sigmoid: plain(Sigmoid),
  Tanh: plain(Tanh),
  Softmax: plain(Softmax),
  LogSoftmax: plain(LogSoftmax),
  Flatten: plain(Flatten),
  LeakyReLU: format(LeakyReLU, [between(-1e30, 1e30)], ({ negativeSlope }) => [negativeSlope], 0),
  Dropout: format(Dropout, [probability], ({ p }) => [p], 0),
  Dropout2d: format(Dropout2d, [probability], ({ p }) => [p], 0),
  Reshape: format(Reshape, [list(whole(-1, 2 ** 31), 1, 8)], ({ shape }) => [shape]),
  ImportedNet: {
    module: ImportedNet,
    arguments: ({ plan }: ImportedNet) => [planToJson(plan)],
    create(args) {
      checkArguments('ImportedNet', args, [text], 1);
      return new ImportedNet(planFromJson(args[0] as string, (rule, values, more) => new DataError('ImportedNet', rule, values, more)));
    },
  },
  ConvNet: format(ConvNet, [probability], ({ dropoutRate }) => [dropoutRate], 0),
};

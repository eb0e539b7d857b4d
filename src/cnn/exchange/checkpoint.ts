import { DataError, show } from '../../errors.js';
import { checkedInUse, checkOptions, notNegative, option, type Rows, type RowsOf, rule, text, whole } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import type { AveragedModel } from '../averaged-model.js';
import type { Module } from '../module.js';
import type { Optimizer } from '../optimizer.js';
import { Adam, AdamW, RMSprop, SGD } from '../optimizers.js';
import type { History } from '../training-history.js';
import { ARCHITECTURE_OPTIONS, type ArchitectureOptions, architectureOf, buildModel } from './architecture.js';
import { historyFromJson, historyToJson } from './history.js';
import { type Complaint, isObject, parseJson } from './json.js';
import { learningOf, restoreLearning } from './learning.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';

/** The file's format tag. */
const KIND = 'checkpoint 1';
/** Prefixes; paths of modules contain no slash. */
const OPTIMIZER = 'optimizer/';
const BEST = 'best/';
const AVERAGE = 'average/';
const OPTIMIZER_CLASSES = { SGD, Adam, AdamW, RMSprop };

/** The input of {@link encodeCheckpoint}. */
export interface CheckpointContents {
  model: Module;
  /** Omit it if training will not be resumed. */
  optimizer?: Optimizer;
  /** The moving average of the model's weights, if there is one. */
  average?: AveragedModel;
  /** Plain data of your own, such as class names or training options; returned unchanged. */
  settings?: Readonly<Record<string, unknown>>;
  /** Completed epochs: the `startEpoch` of the resumed training. Default: those of `history`, or 0. */
  epoch?: number;
  /** The result of `train`, or the argument of `onEpoch`. */
  history?: History;
}

const CONTENTS = {
  model: option(checkedInUse<Module>('a model'), { required: true }),
  optimizer: checkedInUse<Optimizer>('an optimizer'),
  average: checkedInUse<AveragedModel>('an AveragedModel'),
  settings: rule<Readonly<Record<string, unknown>>>('plain data by name', (value) => isObject(value)),
  epoch: whole(0),
  history: checkedInUse<History>('a history'),
} satisfies RowsOf<CheckpointContents>;

/** The result of {@link decodeCheckpoint}. */
export interface Checkpoint {
  /** The model with its weights, frozen parameters, modes and random state; not yet on a backend. */
  readonly model: Module;
  /** The saved settings, or {}. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly epoch: number;
  readonly history: History | null;
  /** The class name of the saved optimizer, or null. */
  readonly optimizer: string | null;
  /**
   * Restores the state (such as momentum and the number of steps) of an optimizer of the same class that was created
   * for the same model, part or groups as the saved one. Options such as the learning rate stay as constructed; the
   * relative rates of groups are restored.
   * @param of the trained model. Default: {@link Checkpoint.model}
   * @throws DataError if there is no state, or if it belongs to another optimizer class or to parameters that this
   * optimizer does not have
   */
  restoreOptimizer<T extends Optimizer>(optimizer: T, of?: Module): T;
  /** The averaged weights, for a model's `loadStateDict`; null if none were saved. */
  readonly average: ReadonlyMap<string, Tensor> | null;
  /**
   * Restores an average so that training continues as if uninterrupted. Its decay stays as constructed.
   * @throws DataError if none was saved, or it belongs to another model
   */
  restoreAverage(average: AveragedModel): AveragedModel;
}

/**
 * All state needed to resume training, as the bytes of a safetensors file: weights under PyTorch's names, the
 * optimizer's state, the best weights so far and the averaged ones under prefixes; and, in the metadata, architecture,
 * epoch, history, random state, frozen parameters and modules in evaluation mode. Resumed training gives the same bits
 * as uninterrupted training on every backend that computes in float32 (the reference computes in float64, which the
 * file rounds).
 * @throws UnsupportedError if the architecture cannot be written, see {@link architectureOf}
 * @throws UnsupportedError if the optimizer holds parameters that the model does not have
 * @throws DataError if a number is not finite
 * @throws OptionError if the contents have an unknown name, or settings that are not plain data
 * @example
 * ```ts
 * import { decodeCheckpoint, encodeCheckpoint, Linear } from 'convlab';
 *
 * const bytes = await encodeCheckpoint({ model: new Linear(3, 2), epoch: 1 });
 * console.log(decodeCheckpoint(bytes).epoch); // → 1
 * ```
 */
export async function encodeCheckpoint(contents: CheckpointContents, options: ArchitectureOptions = {}): Promise<Uint8Array> {
  checkOptions('encodeCheckpoint', contents, CONTENTS, 'contents');
  const { model, optimizer, average, history, settings, epoch = history?.epochs.length ?? 0 } = contents;
  const architecture = JSON.stringify(architectureOf(model, options));
  const prefixed = (prefix: string, state: ReadonlyMap<string, Tensor> = new Map()) => [...state].map(([name, x]): [string, Tensor] => [prefix + name, x]);
  const tensors = new Map([
    ...(await model.stateDict()),
    ...prefixed(OPTIMIZER, await optimizer?.stateDict(model)),
    ...prefixed(BEST, history?.best),
    ...prefixed(AVERAGE, average && average.updates > 0 ? await average.stateDict() : undefined),
  ]);
  return encodeSafetensors(tensors, {
    convlab: KIND,
    architecture,
    epoch: String(epoch),
    random: JSON.stringify(model.random.state),
    ...learningOf(model),
    ...(settings && { settings: JSON.stringify(settings) }),
    ...(optimizer && { optimizer: optimizerName(optimizer) }),
    ...(optimizer && optimizer.groups.length > 1 && { groups: JSON.stringify(optimizer.groups.map(({ share }) => share)) }),
    ...(history && { history: historyToJson(history) }),
    ...(average && average.updates > 0 && { updates: String(average.updates) }),
  });
}

const DECODE_OPTIONS = { ...ARCHITECTURE_OPTIONS, name: option(text, { default: 'the file' }) } satisfies Rows;

/**
 * Reads a checkpoint. The file is untrusted; no code in it is executed.
 * @param options.name the file's name in errors. Default `the file`
 * @throws DataError, naming the file, if it is invalid
 */
export function decodeCheckpoint(bytes: Uint8Array, options: ArchitectureOptions & { name?: string } = {}): Checkpoint {
  checkOptions('decodeCheckpoint', options, DECODE_OPTIONS);
  const { name = DECODE_OPTIONS.name.default, ...architectureOptions } = options;
  const complain: Complaint = (rule, values, more) => new DataError('decodeCheckpoint', `${name}: ${rule}`, { name, ...values }, more);
  const { tensors, metadata } = decodeSafetensors(bytes, { name });
  if (metadata.convlab !== KIND) {
    throw complain(
      `it must be a checkpoint of this version (metadata convlab: ${show(KIND)}), received ${show(metadata.convlab)}; use decodeSafetensors to read weights only`,
    );
  }
  const part = (prefix: string) =>
    new Map([...tensors].filter(([key]) => key.startsWith(prefix)).map(([key, x]): [string, Tensor] => [key.slice(prefix.length), x]));
  const [state, best, averaged] = [OPTIMIZER, BEST, AVERAGE].map(part);
  const weights = new Map([...tensors].filter(([key]) => ![OPTIMIZER, BEST, AVERAGE].some((prefix) => key.startsWith(prefix))));

  const model = buildModel(parseJson(metadata.architecture ?? '', complain), architectureOptions, complain);
  const attempt = (step: () => void) => {
    try {
      step();
    } catch (cause) {
      throw complain((cause as Error).message, {}, { cause });
    }
  };
  // loaded first, so that they are checked like the weights
  for (const other of [best, averaged]) if (other.size > 0) attempt(() => model.loadStateDict(other));
  attempt(() => model.loadStateDict(weights));
  const random = parseJson(metadata.random ?? '', complain);
  attempt(() => model.random.restore(random as number[]));
  restoreLearning(model, metadata, complain);
  const settings = metadata.settings === undefined ? {} : parseJson(metadata.settings, complain);
  if (!isObject(settings)) throw complain(`its settings must be values by name, received ${show(settings)}`);

  if (!/^\d{1,9}$/.test(metadata.epoch)) throw complain(`its epoch must be an integer ≥ 0, received ${show(metadata.epoch)}`);
  const history = metadata.history === undefined ? null : historyFromJson(metadata.history, complain);
  if (best.size > 0 && !history) throw complain('it has best weights, but no history');
  if (history && best.size > 0) history.best = best;
  const { optimizer = null, updates = '0' } = metadata;
  if (!/^\d{1,15}$/.test(updates) || Number(updates) > 0 !== averaged.size > 0)
    throw complain(`its updates must be an integer ≥ 1 if it has averaged weights, received ${show(updates)}`);
  const shares = metadata.groups === undefined ? [1] : parseJson(metadata.groups, complain);
  if (!Array.isArray(shares) || !shares.every((share) => notNegative.holds(share)))
    throw complain(`its groups must be learning rates ≥ 0, received ${show(shares)}`);
  if (optimizer !== null) checkState(state, weights, complain);
  return {
    model,
    settings,
    epoch: Number(metadata.epoch),
    history,
    optimizer,
    restoreOptimizer(into, of = model) {
      if (optimizer === null) throw complain('it contains no optimizer state');
      if (optimizerName(into) !== optimizer) throw complain(`it contains the state of ${show(optimizer)}, which cannot be loaded into ${optimizerName(into)}`);
      if (into.groups.length !== shares.length) throw complain(`its optimizer has ${shares.length} parameter groups, but this one has ${into.groups.length}`);
      attempt(() => into.loadStateDict(state, of));
      if (metadata.groups !== undefined) for (const [i, group] of into.groups.entries()) group.share = shares[i];
      return into;
    },
    average: averaged.size > 0 ? averaged : null,
    restoreAverage(into) {
      if (averaged.size === 0) throw complain('it contains no averaged weights');
      attempt(() => into.loadStateDict(averaged, Number(updates)));
      return into;
    },
  };
}

function optimizerName(optimizer: Optimizer): string {
  const known = Object.entries(OPTIMIZER_CLASSES).find(([, type]) => type === optimizer.constructor);
  return known?.[0] ?? optimizer.constructor.name;
}

/** An optimizer's state is its step count and named tensors per parameter: `momentum.conv1.weight`. */
function checkState(state: ReadonlyMap<string, Tensor>, weights: ReadonlyMap<string, Tensor>, complain: Complaint): void {
  const steps = state.get('steps');
  if (steps?.data.length !== 1 || !Number.isInteger(steps.data[0]) || steps.data[0] < 0) {
    throw complain(`tensor ${show(`${OPTIMIZER}steps`)} must be one integer ≥ 0, received ${show([...(steps?.data ?? [])])}`);
  }
  for (const [name, { shape }] of state) {
    if (name === 'steps') continue;
    const beside = weights.get(name.slice(name.indexOf('.') + 1));
    if (!beside || String(beside.shape) !== String(shape)) {
      throw complain(`tensor ${show(OPTIMIZER + name)} must have the name and shape of a parameter, received ${show(shape)}`, { name, shape });
    }
  }
}

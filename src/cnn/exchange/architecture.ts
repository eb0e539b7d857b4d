import { ConvlabError, DataError, OptionError, show, UnsupportedError } from '../../errors.js';
import { checkedInUse, checkOptions, type OptionsOf, type Rows } from '../../options.js';
import { sizeOf } from '../../tensor.js';
import { Module } from '../module.js';
import { type Complaint, isObject, MAX_DEPTH } from './json.js';
import { MODULE_FORMATS, type ModuleFormat } from './module-formats.js';

/**
 * A model as JSON, without its weights: the constructor calls that rebuild it.
 *
 * `{ "type": "Sequential", "arguments": [[{ "type": "Conv2d", "arguments": [1, 4, [5, 5], { "padding": 2 }] }, { "type": "ReLU" }]] }`
 *
 * A module that is used in several places is written once; the other places hold `{ "shared": 3 }`, its index. A module
 * is counted after the modules in its arguments.
 */
export interface Architecture {
  readonly type: string;
  readonly arguments?: readonly unknown[];
}

/** Rules and defaults of {@link ArchitectureOptions}. */
export const ARCHITECTURE_OPTIONS = {
  /** Your own modules, by their names in files. */
  modules: checkedInUse<Readonly<Record<string, ModuleFormat>>>('formats by name'),
} satisfies Rows;

/** Options of {@link architectureOf} and {@link modelFrom}. */
export interface ArchitectureOptions extends OptionsOf<typeof ARCHITECTURE_OPTIONS> {}

const MAX_MODULES = 10_000;
/** 1 GiB of float32. */
const MAX_PARAMETERS = 2 ** 28;

/**
 * The architecture of a model.
 * @throws UnsupportedError if a module is neither the library's nor among `options.modules`, or if the
 * constructor's arguments would not rebuild the model, because it was modified afterwards
 * @example
 * ```ts
 * import { architectureOf, Linear, modelFrom } from 'convlab';
 *
 * const plan = architectureOf(new Linear(3, 2)); // plain data: JSON holds it
 * console.log(modelFrom(plan) instanceof Linear); // → true
 * ```
 */
export function architectureOf(model: Module, options: ArchitectureOptions = {}): Architecture {
  const formats = formatsOf('architectureOf', options);
  const written = new Map<Module, number>();

  const write = (value: unknown): unknown => {
    if (value instanceof Module) {
      const before = written.get(value);
      if (before !== undefined) return { shared: before };
      const [type, format] = moduleFormatOf(value, formats);
      const args = argumentsOf(value, format).map(write);
      written.set(value, written.size);
      return args.length > 0 ? { type, arguments: args } : { type };
    }
    if (Array.isArray(value)) return value.map(write);
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, write(inner)]));
    return value;
  };

  const architecture = write(model) as Architecture;
  const [was, becomes] = [model, modelFrom(architecture, options)].map((each) => outline(each, formats));
  const at = [...was, ...becomes].findIndex((_, i) => was[i] !== becomes[i]);
  if (at !== -1) {
    throw new UnsupportedError(
      'architectureOf',
      `the model must not be changed after construction: its constructors give ${becomes[at] ?? 'nothing'} where it has ${was[at] ?? 'nothing'}; write a class for it and pass its format in options.modules`,
      { architecture },
    );
  }
  return architecture;
}

/**
 * Builds a model from its architecture, without weights. The architecture is untrusted: it is validated completely, and
 * nothing is allocated.
 * @param architecture the result of {@link architectureOf}, or its parsed JSON
 * @throws DataError if it is invalid
 */
export function modelFrom(architecture: unknown, options: ArchitectureOptions = {}): Module {
  return buildModel(architecture, options, (rule, ...more) => new DataError('modelFrom', `the architecture: ${rule}`, ...more));
}

/** {@link modelFrom} for a caller with its own error messages. */
export function buildModel(architecture: unknown, options: ArchitectureOptions, complain: Complaint): Module {
  const formats = formatsOf('modelFrom', options);
  const made: Module[] = [];
  /** Number of modules in each, shared ones counted at every place. */
  const sizes = new Map<Module, number>();

  const read = (value: unknown, at: string, depth: number): unknown => {
    if (depth > MAX_DEPTH) throw complain(`it must be nested at most ${MAX_DEPTH} levels deep`);
    if (Array.isArray(value)) return value.map((inner, i) => read(inner, `${at}[${i}]`, depth + 1));
    if (!isObject(value)) return value;
    if (typeof value.type === 'string') return make(value, at, depth);
    if (typeof value.shared === 'number') {
      const shared = made[value.shared];
      if (!shared) throw complain(`${at || 'it'} shares module ${show(value.shared)}, which is not created before it`);
      return shared;
    }
    const own = Object.getOwnPropertyNames(value);
    if (own.includes('__proto__')) throw complain(`${at || 'it'} has the key "__proto__"`);
    return Object.fromEntries(own.map((key) => [key, read(value[key], `${at}.${key}`, depth + 1)]));
  };

  const make = ({ type, arguments: args = [], ...rest }: Readonly<Record<string, unknown>>, at: string, depth: number): Module => {
    const where = at ? `${type} at ${at}` : `${type}`;
    if (!Object.hasOwn(formats, type as string)) throw complain(`${where}: it must be a module of the library or of options.modules`);
    if (!Array.isArray(args) || Object.keys(rest).length > 0)
      throw complain(`${where}: it must be { type, arguments: […] }, received ${show({ arguments: args, ...rest })}`);
    const ready = args.map((inner, i) => read(inner, `${at}.arguments[${i}]`.replace(/^\./, ''), depth + 2));
    const size = modulesIn(ready).reduce((sum, inner) => sum + (sizes.get(inner) as number), 1);
    if (size > MAX_MODULES) throw complain(`${where}: it must have at most ${MAX_MODULES} modules, but has ${size}`);
    const module = create(where, formats[type as string], ready);
    sizes.set(module, size);
    made.push(module);
    return module;
  };

  const create = (where: string, format: ModuleFormat, args: readonly unknown[]): Module => {
    try {
      return format.create(args);
    } catch (cause) {
      throw complain(`${where}: ${cause instanceof ConvlabError ? cause.complaint : (cause as Error).message}`, {}, { cause });
    }
  };

  const model = read(architecture, '', 0);
  if (!(model instanceof Module)) throw complain(`it must be { type, arguments }, received ${show(architecture)}`);
  const parameters = [...model.namedParameters().values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (parameters > MAX_PARAMETERS) throw complain(`it must have at most ${MAX_PARAMETERS} parameters, but has ${parameters}`);
  return model;
}

function formatsOf(operation: string, options: ArchitectureOptions): Readonly<Record<string, ModuleFormat>> {
  checkOptions(operation, options, ARCHITECTURE_OPTIONS);
  const taken = Object.keys(options.modules ?? {}).find((name) => Object.hasOwn(MODULE_FORMATS, name));
  if (taken) throw new OptionError(operation, 'modules', `must not use the names of the library's own modules`, taken);
  return { ...MODULE_FORMATS, ...options.modules };
}

function moduleFormatOf(module: Module, formats: Readonly<Record<string, ModuleFormat>>): [string, ModuleFormat] {
  const found = Object.entries(formats).find(([, format]) => format.module === module.constructor);
  if (found) return found;
  throw new UnsupportedError(
    'architectureOf',
    `${module.constructor.name} is not a module of the library, so its code cannot be saved; pass its format in options.modules, or save only the weights`,
    { module },
  );
}

/** The constructor's arguments, without trailing empty options. */
function argumentsOf(module: Module, format: ModuleFormat): readonly unknown[] {
  const args = format.arguments(module);
  const last = args.at(-1);
  const empty = isObject(last) && !(last instanceof Module) && Object.values(last).every((option) => option === undefined);
  return empty ? args.slice(0, -1) : args;
}

/** Modules by path, with their format and what they share; parameters by name and shape. */
function outline(model: Module, formats: Readonly<Record<string, ModuleFormat>>): string[] {
  const modules: [string, Module][] = [['the model', model], ...model.namedModules()];
  const first = new Map<Module, string>();
  for (const [path, module] of modules) if (!first.has(module)) first.set(module, path);
  const lines = modules.map(([path, module]) => {
    const [type, format] = Object.entries(formats).find(([, known]) => known.module === module.constructor) ?? [module.constructor.name];
    const args = format ? argumentsOf(module, format).map((arg) => (modulesIn(arg).length > 0 ? '…' : JSON.stringify(arg))) : ['…'];
    const shared = first.get(module) === path ? '' : ` shared with ${first.get(module)}`;
    return `${path} = ${type}(${args.join(', ')})${shared}`;
  });
  return [...lines, ...[...model.namedParameters()].map(([name, { shape }]) => `${name} [${shape}]`)];
}

/** The modules in the arguments, nested in lists and objects too. */
function modulesIn(value: unknown): Module[] {
  if (value instanceof Module) return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(modulesIn) : [];
}

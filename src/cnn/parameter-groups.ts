import { OptionError } from '../errors.js';
import { check, notNegative, type RowsOf, rule, settle } from '../options.js';
import { Module } from './module.js';
import { Parameter } from './parameter.js';

/** Parameters with their own learning rate, like PyTorch's `{ params, lr }`. */
export interface ParameterGroup {
  /** A submodule of the model, or a list of parameters. */
  params: Module | readonly Parameter[];
  /** Learning rate of the group. Default: the optimizer's rate. */
  lr?: number;
}

/** The parameters that an optimizer updates: those of a model, or groups. */
export type Trainable = Module | readonly ParameterGroup[];

/** A parameter group of an optimizer. */
export interface OptimizerGroup {
  /**
   * The group's rate as a multiple of the optimizer's, so that schedules affect all groups equally. 1 if the group has
   * no rate of its own.
   */
  share: number;
  readonly parameters: readonly Parameter[];
}

/** A parameter by its own name in an optimizer, and the index of its group. */
export type NamedParameter = readonly [name: string, parameter: Parameter, group: number];

const params = rule<Module | readonly Parameter[]>(
  'a module, or a list of parameters',
  (value) => value instanceof Module || (Array.isArray(value) && value.every((entry) => entry instanceof Parameter)),
);
const GROUP = { params: { ...params, required: true }, lr: notNegative } satisfies RowsOf<ParameterGroup>;

/**
 * The trainable parameters of a model or of groups.
 * @throws OptionError if a group breaks its rule, a parameter is in two groups, or a group has its own rate while the optimizer's rate is 0
 */
export function holdGroups(operation: string, learned: Trainable, lr: number): { named: NamedParameter[]; groups: OptimizerGroup[] } {
  check(operation, 'lr', lr, notNegative);
  if (learned instanceof Module) {
    const named = trainable(learned).map(([name, parameter]) => [name, parameter, 0] as const);
    return { named, groups: [{ share: 1, parameters: named.map(([, parameter]) => parameter) }] };
  }
  if (!Array.isArray(learned) || learned.length === 0)
    throw new OptionError(operation, 'model', 'must be a module, or a list of groups { params, lr }', learned);
  const named = learned.flatMap((given: ParameterGroup, i): NamedParameter[] => {
    const { params: members, lr: own } = settle(operation, given, GROUP);
    if (own !== undefined && lr === 0)
      throw new OptionError(operation, 'lr', `must be > 0 if group ${i} has the learning rate ${own}, because schedules keep their ratio`, lr);
    const list: readonly (readonly [string, Parameter])[] =
      members instanceof Module ? trainable(members) : members.flatMap((parameter, k) => (parameter.trainable ? [[String(k), parameter] as const] : []));
    return list.map(([name, parameter]) => [`${i}.${name}`, parameter, i] as const);
  });
  const seen = new Map<Parameter, string>();
  for (const [name, parameter] of named) {
    const other = seen.get(parameter);
    if (other) throw new OptionError(operation, 'params', `must contain each parameter once, but ${other} is also ${name}`, learned);
    seen.set(parameter, name);
  }
  const groups = learned.map(({ lr: own }: ParameterGroup, i) => ({
    share: own === undefined ? 1 : own / lr,
    parameters: named.filter(([, , group]) => group === i).map(([, parameter]) => parameter),
  }));
  return { named, groups };
}

function trainable(model: Module): [string, Parameter][] {
  return [...model.namedParameters()].filter(([, parameter]) => parameter.trainable);
}

import { OptionError, show, UnsupportedError } from '../../errors.js';
import { sizeOf } from '../../tensor.js';
import type { Complaint } from '../exchange/json.js';
import { describeNode } from './call.js';
import { OPERATORS } from './operators/all.js';
import type { GraphFile, GraphPlan, KnownValues, NodePlan, ParameterPlan, ParameterRole } from './plan.js';

/** Supported versions of the operator set. */
export const OPSETS = { first: 9, last: 21 };
/** 1 GiB of float32; a file of a few bytes could request any number through a shape. */
const MOST_PARAMETERS = 2 ** 28;
/** A floating-point constant with more numbers is a buffer, not part of the plan. */
const MOST_INLINE = 64;

/** A plan, and the numbers of its parameters. */
export interface PlannedGraph {
  readonly plan: GraphPlan;
  readonly numbers: ReadonlyMap<string, Float32Array>;
}

/** Determines which nodes of a file run, and which values are trainable or constant. */
export function planGraph(operation: string, file: GraphFile, wanted: string | undefined, complain: Complaint): PlannedGraph {
  checkOrder(file.nodes, [...file.initializers.keys(), ...file.inputs.map(({ name }) => name)], complain);
  const output = outputOf(operation, file, wanted);
  const nodes = neededNodes(file.nodes, output);
  if (file.opset < OPSETS.first || file.opset > OPSETS.last) {
    throw new UnsupportedError(operation, `only opsets ${OPSETS.first} to ${OPSETS.last} are supported, received opset ${file.opset}`, {
      opset: file.opset,
    });
  }
  checkOperators(operation, nodes, file.opset);
  const constants = new Map(file.initializers);
  for (const node of nodes) if (node.type === 'Constant') constants.set(node.outputs[0], constantOf(operation, node, file.opset));
  const computed = nodes.filter(({ type }) => type !== 'Constant');

  const roles = rolesOf(computed);
  const parameters: [string, ParameterPlan][] = [];
  const numbers = new Map<string, Float32Array>();
  const kept: [string, KnownValues][] = [];
  const used = new Set([output, ...computed.flatMap(({ inputs }) => inputs)]);
  for (const [name, known] of constants) {
    if (!used.has(name)) continue;
    const found = file.fixed?.has(name) ? undefined : roles.get(name);
    const size = known.data.length;
    const learned = found && size > 0 && (size > 1 || found.weight);
    if (!known.whole && (learned || size > MOST_INLINE)) {
      parameters.push([name, { shape: known.shape, role: learned ? found.role : 'buffer' }]);
      numbers.set(name, known.data as Float32Array);
    } else kept.push([name, known]);
  }
  const rest = computed.filter((node) => {
    const role = roles.get(node.outputs[0])?.role;
    const shape = node.type === 'ConstantOfShape' && role ? constants.get(node.inputs[0]) : undefined;
    const value = node.attributes.value as KnownValues | undefined;
    if (!shape || !role || value?.whole || shape.data.length === 0) return true;
    parameters.push([node.outputs[0], { shape: sizesOf(shape, node, complain), role, fill: value?.data[0] ?? 0 }]);
    return false;
  });
  const total = parameters.reduce((sum, [, { shape }]) => sum + sizeOf(shape), 0);
  if (total > MOST_PARAMETERS) throw complain(`it must have at most ${MOST_PARAMETERS} parameters, but has ${total}`);
  const inUse = new Set([output, ...rest.flatMap(({ inputs }) => inputs)]);
  const plan: GraphPlan = {
    opset: file.opset,
    nodes: rest,
    // inputs that the chosen output does not need are optional
    inputs: wanted === undefined ? file.inputs : file.inputs.filter(({ name }) => inUse.has(name)),
    output,
    parameters: Object.fromEntries(parameters),
    constants: Object.fromEntries(kept.filter(([name]) => inUse.has(name))),
  };
  if (!plan.inputs.some(({ name }) => inUse.has(name))) throw complain(`its output ${show(output)} does not depend on any input`);
  return { plan, numbers };
}

/** Checks that a plan from a checkpoint is one that {@link planGraph} could have created. */
export function checkPlan(plan: GraphPlan, complain: Complaint): void {
  const given = [...plan.inputs.map(({ name }) => name), ...Object.keys(plan.parameters), ...Object.keys(plan.constants)];
  if (new Set(given).size < given.length) throw complain('its graph has two inputs, parameters or constants with the same name');
  checkOrder(plan.nodes, given, complain);
  if (plan.opset < OPSETS.first || plan.opset > OPSETS.last)
    throw complain(`its graph must be of operator set ${OPSETS.first} to ${OPSETS.last}, received ${plan.opset}`);
  const unknown = plan.nodes.find(({ type }) => !OPERATORS.has(type));
  if (unknown) throw complain(`its graph has ${describeNode(unknown, plan.opset)}, which is not a known operator`);
  if (!plan.nodes.some(({ outputs }) => outputs.includes(plan.output))) throw complain(`no node of its graph computes the output ${show(plan.output)}`);
  if (plan.inputs.length === 0) throw complain('its graph has no input');
}

/** Checks that every tensor is computed once, before it is used. */
function checkOrder(nodes: readonly NodePlan[], given: Iterable<string>, complain: Complaint): void {
  const made = new Set(['', ...given]);
  for (const node of nodes) {
    for (const input of node.inputs) {
      if (!made.has(input)) throw complain(`node ${show(node.name)} (${node.type}) uses ${show(input)}, which is not computed before it`);
    }
    for (const output of node.outputs) {
      if (output !== '' && made.has(output)) throw complain(`node ${show(node.name)} (${node.type}) computes ${show(output)}, which already exists`);
      made.add(output);
    }
  }
}

function outputOf(operation: string, { outputs, nodes, inputs, initializers }: GraphFile, wanted: string | undefined): string {
  const known = new Set([...outputs, ...nodes.flatMap((node) => node.outputs)]);
  if (wanted !== undefined) {
    if (!known.has(wanted) || wanted === '')
      throw new OptionError(operation, 'output', `must be a tensor of the graph, whose outputs are ${outputs.map(show).join(', ')}`, wanted);
    return wanted;
  }
  if (outputs.length !== 1)
    throw new OptionError(operation, 'output', `must be one of the graph's outputs ${outputs.map(show).join(', ') || '(there are none)'}`, wanted);
  const made = new Set([...known, ...inputs.map(({ name }) => name), ...initializers.keys()]);
  if (!made.has(outputs[0]) || !nodes.some((node) => node.outputs.includes(outputs[0]))) {
    throw new OptionError(operation, 'output', `must be computed by a node; the graph's output ${show(outputs[0])} is not`, wanted);
  }
  return outputs[0];
}

/** The nodes that an output depends on. */
function neededNodes(nodes: readonly NodePlan[], output: string): NodePlan[] {
  const needed = new Set([output]);
  const kept: NodePlan[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => name !== '' && needed.has(name))) continue;
    for (const input of node.inputs) needed.add(input);
    kept.push(node);
  }
  return kept.reverse();
}

function checkOperators(operation: string, nodes: readonly NodePlan[], opset: number): void {
  const missing = nodes.filter(({ type }) => type !== 'Constant' && !OPERATORS.has(type));
  if (missing.length === 0) return;
  const first = new Map(missing.map((node) => [node.type, node]).reverse() as [string, NodePlan][]);
  const what = [...first.values()].reverse().map((node) => describeNode(node, opset));
  throw new UnsupportedError(operation, `these operators are not supported: ${what.slice(0, 8).join(', ')}; set options.output to a tensor before them`, {
    operators: [...first.keys()],
  });
}

function constantOf(operation: string, node: NodePlan, opset: number): KnownValues {
  const { value, value_float: float, value_int: int, value_floats: floats, value_ints: ints } = node.attributes;
  if (typeof value === 'object' && 'data' in value) return value;
  if (typeof float === 'number') return { shape: [], data: Float32Array.of(float), whole: false };
  if (typeof int === 'number') return { shape: [], data: Float64Array.of(int), whole: true };
  if (Array.isArray(floats)) return { shape: [floats.length], data: Float32Array.from(floats as number[]), whole: false };
  if (Array.isArray(ints)) return { shape: [ints.length], data: Float64Array.from(ints as number[]), whole: true };
  throw new UnsupportedError(
    operation,
    `${describeNode(node, opset)}: it must contain numbers, received ${Object.keys(node.attributes).join(', ') || 'nothing'}`,
  );
}

/** The role of each tensor in the operators that use it, also through operators that only reshape it. */
function rolesOf(nodes: readonly NodePlan[]): Map<string, { role: ParameterRole; weight: boolean }> {
  const roles = new Map<string, { role: ParameterRole; weight: boolean }>();
  for (const node of [...nodes].reverse()) {
    const { parameters, passes } = OPERATORS.get(node.type) ?? {};
    // single numbers are trained if an operator requires a weight, but not in additions and multiplications
    const weight = node.type !== 'Add' && node.type !== 'Mul';
    for (const [i, role] of Object.entries(parameters ?? {})) {
      const input = node.inputs[Number(i)];
      if (input && (weight || !roles.has(input))) roles.set(input, { role, weight });
    }
    const through = passes ? roles.get(node.outputs[0]) : undefined;
    if (through && !roles.has(node.inputs[0])) roles.set(node.inputs[0], through);
  }
  return roles;
}

function sizesOf(shape: KnownValues, node: NodePlan, complain: Complaint): number[] {
  const sizes = Array.from(shape.data);
  const cells = sizes.reduce((product, size) => product * size, 1);
  if (!sizes.every((size) => Number.isSafeInteger(size) && size >= 1) || cells > MOST_PARAMETERS) {
    throw complain(
      `node ${show(node.name)} (${node.type}) requires a weight of shape ${show(sizes)}, which must be integers ≥ 1 with at most ${MOST_PARAMETERS} values in total`,
    );
  }
  return sizes;
}

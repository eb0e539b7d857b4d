import { show } from '../../errors.js';
import { sizeOf } from '../../tensor.js';
import { type Complaint, isObject, parseJson } from '../exchange/json.js';
import type { Attribute, GraphPlan, KnownValues, NodePlan, ParameterPlan, ParameterRole } from './plan.js';
import { checkPlan } from './plan-graph.js';

const ROLES: readonly ParameterRole[] = ['weight', 'bias', 'scale', 'mean', 'variance', 'buffer'];

/** A plan as JSON text, for checkpoints. Numbers that JSON cannot represent are stored as strings. */
export function planToJson(plan: GraphPlan): string {
  return JSON.stringify(plan, (_key, value) => {
    if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  });
}

/** The inverse of {@link planToJson}, for untrusted text. */
export function planFromJson(text: string, complain: Complaint): GraphPlan {
  const read = parseJson(text, complain);
  if (!isObject(read)) throw complain(`its graph must be an object, received ${show(read)}`);
  const { opset, nodes, inputs, output, parameters, constants } = read;
  const expect = (holds: boolean, what: string, received: unknown) => {
    if (!holds) throw complain(`its graph must have ${what}, received ${show(received)}`);
  };
  expect(Number.isSafeInteger(opset), 'an opset', opset);
  expect(Array.isArray(nodes) && nodes.length < 1e6, 'a list of nodes', nodes);
  expect(Array.isArray(inputs), 'a list of inputs', inputs);
  expect(typeof output === 'string', 'an output', output);
  expect(isObject(parameters), 'parameters by name', parameters);
  expect(isObject(constants), 'constants by name', constants);

  const known = (value: unknown): KnownValues => {
    const { shape, data, whole } = isObject(value) ? value : {};
    const numbers = Array.isArray(data) ? data.map((number) => (typeof number === 'string' ? Number(number) : number)) : [];
    expect(
      isShape(shape) && typeof whole === 'boolean' && Array.isArray(data) && numbers.every((number) => typeof number === 'number'),
      'constants { shape, data, whole }',
      value,
    );
    expect(sizeOf(shape as number[]) === numbers.length, `constants whose data match their shape ${show(shape)}`, numbers.length);
    return { shape: shape as number[], data: whole ? Float64Array.from(numbers) : Float32Array.from(numbers), whole: whole as boolean };
  };
  const attribute = (value: unknown): Attribute => {
    if (isObject(value)) return known(value);
    const numbers = Array.isArray(value) ? value : [value];
    expect(
      numbers.every((entry) => typeof entry === 'number') || numbers.every((entry) => typeof entry === 'string'),
      'attributes of numbers or strings',
      value,
    );
    return value as Attribute;
  };
  const node = (value: unknown): NodePlan => {
    const { name, type, inputs: from, outputs: to, attributes } = isObject(value) ? value : {};
    const fits = typeof name === 'string' && typeof type === 'string' && isTexts(from) && isTexts(to) && isObject(attributes);
    expect(fits, 'nodes { name, type, inputs, outputs, attributes }', value);
    return { name, type, inputs: from, outputs: to, attributes: mapped(attributes as object, attribute) } as NodePlan;
  };
  const parameter = (value: unknown): ParameterPlan => {
    const { shape, role, fill } = isObject(value) ? value : {};
    expect(
      isShape(shape) && ROLES.includes(role as ParameterRole) && (fill === undefined || typeof fill === 'number'),
      'parameters { shape, role, fill }',
      value,
    );
    return { shape, role, ...(fill !== undefined && { fill }) } as ParameterPlan;
  };
  const input = (value: unknown): GraphPlan['inputs'][number] => {
    const { name, shape } = isObject(value) ? value : {};
    expect(typeof name === 'string' && (shape === null || (Array.isArray(shape) && shape.every(Number.isSafeInteger))), 'inputs { name, shape }', value);
    return { name, shape } as GraphPlan['inputs'][number];
  };
  const plan = {
    opset: opset as number,
    nodes: (nodes as unknown[]).map(node),
    inputs: (inputs as unknown[]).map(input),
    output: output as string,
    parameters: mapped(parameters as object, parameter),
    constants: mapped(constants as object, known),
  };
  checkPlan(plan, complain);
  return plan;
}

function mapped<T>(values: object, read: (value: unknown) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, read(value)]));
}

function isShape(value: unknown): boolean {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

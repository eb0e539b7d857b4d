import { show, UnsupportedError } from '../../errors.js';
import type { Complaint } from '../exchange/json.js';
import { MOST_AXES } from './call.js';
import type { Attribute, GraphFile, KnownValues, NodePlan } from './plan.js';
import { MessageReader } from './protobuf.js';
import { type ExternalData, ExternalFiles, readTensor } from './read-tensor.js';

/** Numbers are field numbers of onnx.proto. @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 */
export function readOnnx(bytes: Uint8Array, externalData: ExternalData, complain: Complaint): GraphFile {
  const reader = new MessageReader(bytes, complain);
  const external = new ExternalFiles(externalData);
  let opset = 0;
  let graph: Omit<GraphFile, 'opset'> | undefined;
  reader.fields({
    7: (message) => {
      graph = readGraph(message, external);
    },
    8: (message) => {
      const { domain, version } = readOpset(message);
      if (domain === '' || domain === 'ai.onnx') opset = version;
    },
    25: () => {
      throw new UnsupportedError('fromOnnx', 'model functions are not supported; export the model with functions inlined');
    },
  });
  if (!graph) throw complain('it contains no graph; it is not an ONNX model');
  if (opset === 0) throw complain('it does not specify an operator set version');
  return { ...graph, opset };
}

function readOpset(reader: MessageReader): { domain: string; version: number } {
  let [domain, version] = ['', 0];
  reader.message({
    1: (message) => {
      domain = message.text();
    },
    2: (message) => {
      version = message.integer();
    },
  });
  return { domain, version };
}

function readGraph(reader: MessageReader, external: ExternalFiles): Omit<GraphFile, 'opset'> {
  const nodes: NodePlan[] = [];
  const initializers = new Map<string, KnownValues>();
  const inputs: GraphFile['inputs'][number][] = [];
  const outputs: string[] = [];
  reader.message({
    1: (message) => nodes.push(readNode(message, nodes.length, external)),
    5: (message) => {
      const { name, tensor } = readTensor(message, external);
      if (initializers.has(name)) throw reader.complain(`two initializers are named ${show(name)}`);
      initializers.set(name, tensor);
    },
    11: (message) => inputs.push(readValue(message)),
    12: (message) => outputs.push(readValue(message).name),
    15: () => {
      throw new UnsupportedError('fromOnnx', 'sparse initializers are not supported');
    },
  });
  // before IR version 4 initializers are listed among the inputs, as their defaults
  return { nodes, initializers, inputs: inputs.filter(({ name }) => !initializers.has(name)), outputs };
}

function readNode(reader: MessageReader, index: number, external: ExternalFiles): NodePlan {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: Record<string, Attribute> = Object.create(null);
  let [name, type, domain] = ['', '', ''];
  reader.message({
    1: (message) => inputs.push(message.text()),
    2: (message) => outputs.push(message.text()),
    3: (message) => {
      name = message.text();
    },
    4: (message) => {
      type = message.text();
    },
    5: (message) => {
      const [key, value] = readAttribute(message, external);
      attributes[key] = value;
    },
    7: (message) => {
      domain = message.text();
    },
  });
  // node names are optional
  name ||= outputs[0] || `${type}_${index}`;
  if (domain !== '' && domain !== 'ai.onnx') type = `${domain}.${type}`;
  return { name, type, inputs, outputs, attributes: { ...attributes } };
}

function readAttribute(reader: MessageReader, external: ExternalFiles): [string, Attribute] {
  const [floats, integers, texts]: [number[], number[], string[]] = [[], [], []];
  let name = '';
  let value: Attribute | undefined;
  let type = 0;
  reader.message({
    1: (message) => {
      name = message.text();
    },
    2: (message) => {
      value = message.float();
    },
    3: (message) => {
      value = message.integer();
    },
    4: (message) => {
      value = message.text();
    },
    5: (message) => {
      value = readTensor(message, external).tensor;
    },
    7: (message) => message.floats(floats),
    8: (message) => message.integers(integers),
    9: (message) => texts.push(message.text()),
    20: (message) => {
      type = message.integer();
    },
  });
  if (type === ATTRIBUTE.graph || type === ATTRIBUTE.graphs) return [name, 'a graph'];
  if (type === ATTRIBUTE.strings) return [name, texts];
  // proto3 omits empty lists, zeros and empty strings
  const lists: Record<number, number[]> = { [ATTRIBUTE.floats]: floats, [ATTRIBUTE.ints]: integers };
  if (lists[type]) return [name, lists[type]];
  return [name, value ?? (floats.length > 0 ? floats : integers.length > 0 ? integers : type === ATTRIBUTE.string ? '' : 0)];
}

/** AttributeProto's numbers for types. */
const ATTRIBUTE = { string: 3, graph: 5, floats: 6, ints: 7, strings: 8, graphs: 10 };

function readValue(reader: MessageReader): { name: string; shape: number[] | null } {
  let name = '';
  let shape: number[] | null = null;
  reader.message({
    1: (message) => {
      name = message.text();
    },
    2: (message) =>
      message.message({
        1: (tensor) =>
          tensor.message({
            2: (dimensions) => {
              const sizes: number[] = [];
              dimensions.message({ 1: (dimension) => sizes.push(readDimension(dimension)) });
              shape = sizes;
            },
          }),
      }),
  });
  if (shape && (shape as number[]).length > MOST_AXES)
    throw reader.complain(`${show(name)}: tensors must have at most ${MOST_AXES} axes, but it has ${(shape as number[]).length}`);
  return { name, shape };
}

/** −1 for a size that is open. */
function readDimension(reader: MessageReader): number {
  let size = -1;
  reader.message({
    1: (message) => {
      size = message.integer();
    },
  });
  return size > 0 ? size : -1;
}

import { show } from '../../../errors.js';
import { DTYPES } from '../../exchange/dtypes.js';
import { type Complaint, isObject, MAX_DEPTH } from '../../exchange/json.js';
import type { KnownValues } from '../plan.js';

/** One layer as Keras describes it. */
export interface LayerConfig {
  readonly name: string;
  /** Class of the layer, e.g. `Conv2D`. */
  readonly type: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The layers that provide its inputs, for each call; undefined in a sequence. */
  readonly calls: readonly (readonly TensorName[])[] | undefined;
  /** The inner layers, if the layer is itself a model. */
  readonly inner: LayersModel | undefined;
}

/** An output of a call of a layer. */
export interface TensorName {
  readonly layer: string;
  readonly call: number;
}

/** A model of layers: a sequence, or a graph with named inputs and outputs. */
export interface LayersModel {
  readonly sequence: boolean;
  readonly layers: readonly LayerConfig[];
  readonly inputs: readonly TensorName[];
  readonly outputs: readonly TensorName[];
}

type Json = Readonly<Record<string, unknown>>;

/** Reads the layers of a `model.json`. */
export function readLayers(json: Json, complain: Complaint): LayersModel {
  if (json.format === 'graph-model') throw complain('it is a graph model; only layers models ("format": "layers-model") are supported');
  const topology = json.modelTopology;
  if (!isObject(topology)) throw complain(`it must have a modelTopology, received ${show(topology)}`);
  return readModel(isObject(topology.model_config) ? topology.model_config : topology, complain, 0);
}

function readModel({ class_name: type, config }: Json, complain: Complaint, depth: number): LayersModel {
  if (depth > MAX_DEPTH) throw complain(`its models must be nested at most ${MAX_DEPTH} levels deep`);
  const sequence = type === 'Sequential';
  if (!sequence && type !== 'Model' && type !== 'Functional') throw complain(`its model must be Sequential, Model or Functional, received ${show(type)}`);
  // before Keras 2.2.3 a sequence was its list of layers
  const list = Array.isArray(config) ? config : isObject(config) ? config.layers : undefined;
  if (!Array.isArray(list) || list.length > 10_000) throw complain(`its model must contain a list of layers, received ${show(list)}`);
  const layers = list.map((layer) => readLayer(layer, sequence, complain, depth));
  const names = (value: unknown) => (sequence ? [] : tensorNames(value, complain));
  const { input_layers: inputs, output_layers: outputs } = isObject(config) ? config : {};
  return { sequence, layers, inputs: names(inputs), outputs: names(outputs) };
}

function readLayer(layer: unknown, sequence: boolean, complain: Complaint, depth: number): LayerConfig {
  const { class_name: type, config, name, inbound_nodes: inbound } = isObject(layer) ? layer : {};
  if (typeof type !== 'string' || !isObject(config)) throw complain(`a layer must be { class_name, config }, received ${show(layer)}`);
  const called = name ?? config.name;
  if (typeof called !== 'string') throw complain(`a layer of class ${show(type)} has no name`);
  const nested = ['Sequential', 'Model', 'Functional'].includes(type);
  const calls = sequence ? undefined : readCalls(called, inbound, complain);
  return { name: called, type, config, calls, inner: nested ? readModel(layer as Json, complain, depth + 1) : undefined };
}

function readCalls(layer: string, inbound: unknown, complain: Complaint): TensorName[][] {
  if (!Array.isArray(inbound)) throw complain(`layer ${show(layer)} must have a list of inbound_nodes, received ${show(inbound)}`);
  return inbound.map((call) => tensorNames(call, complain));
}

/** `[["conv", 0, 0, {}], …]`, or a single entry. */
function tensorNames(value: unknown, complain: Complaint): TensorName[] {
  const list = Array.isArray(value) && typeof value[0] === 'string' ? [value] : value;
  if (!Array.isArray(list)) throw complain(`inputs and outputs must be [layer, call, tensor], received ${show(value)}`);
  return list.map((entry) => {
    const [layer, call, tensor] = Array.isArray(entry) ? entry : [];
    if (typeof layer !== 'string' || !Number.isSafeInteger(call) || tensor !== 0)
      throw complain(`inputs and outputs must be [layer, call, 0], received ${show(entry)}`);
    return { layer, call };
  });
}

/** The weights by layer and role, `conv2d/kernel`. @param bytes the concatenated files of the manifest */
export function readWeights(json: Json, bytes: Uint8Array, complain: Complaint): Map<string, { name: string; tensor: KnownValues }> {
  const manifest = json.weightsManifest;
  if (!Array.isArray(manifest)) throw complain(`it must have a weightsManifest, received ${show(manifest)}`);
  const found = new Map<string, { name: string; tensor: KnownValues }>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (const spec of manifest.flatMap((group) => (isObject(group) && Array.isArray(group.weights) ? group.weights : []))) {
    const { name, shape, dtype, quantization } = isObject(spec) ? spec : {};
    const sized = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
    if (typeof name !== 'string' || !sized) throw complain(`a weight must be { name, shape, dtype }, received ${show(spec)}`);
    const stored = isObject(quantization) ? quantization : { dtype };
    const type = DTYPES.get(TYPES[String(stored.dtype)]);
    if (!type) throw complain(`weight ${show(name)} has the type ${show(stored.dtype)}, which is not supported`);
    const length = (shape as number[]).reduce((product, size) => product * size, 1);
    if (!(at + length * type.bytes <= bytes.length))
      throw complain(`weight ${show(name)} of shape ${show(shape)} ends beyond the ${bytes.length} bytes of weights`);
    const [scale, low] = [stored.scale ?? 1, stored.min ?? 0] as number[];
    const data = new Float32Array(length);
    for (let i = 0; i < length; i++) data[i] = type.read(view, at + i * type.bytes) * scale + low;
    at += length * type.bytes;
    const [layer, role] = name.split('/').slice(-2);
    found.set(`${layer}/${(role ?? '').replace(/_\d+$|:0$/, '')}`, { name, tensor: { shape: shape as number[], data, whole: false } });
  }
  return found;
}

const TYPES: Readonly<Record<string, string>> = { float32: 'F32', int32: 'I32', uint8: 'U8', uint16: 'U16', float16: 'F16', bool: 'BOOL' };

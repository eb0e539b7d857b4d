import { DataError, show, UnsupportedError } from '../../errors.js';
import { type OptionsOf, option, type Rows, settle, text } from '../../options.js';
import { type Complaint, isObject } from '../exchange/json.js';
import { importedNet } from './from-onnx.js';
import type { ImportedNet } from './imported-net.js';
import { inOrder, key } from './layers/call-order.js';
import { LayerCall, LayersGraph, type LayerTensor } from './layers/layers-graph.js';
import { PLAIN_LAYERS } from './layers/plain-layers.js';
import { type LayerConfig, type LayersModel, readLayers, readWeights } from './layers/read-layers.js';
import { WINDOW_LAYERS } from './layers/window-layers.js';
import type { GraphFile, KnownValues } from './plan.js';
import { planGraph } from './plan-graph.js';

/** Rules and defaults of {@link FromTfjsLayersOptions}. */
export const FROM_TFJS_LAYERS_OPTIONS = {
  /** The layer whose output the model returns, e.g. the one before a head to replace. Default: the model's only output. */
  output: text,
  /** The file's name in errors. Default `the file`. */
  name: option(text, { default: 'the file' }),
} satisfies Rows;

/** Options of {@link fromTfjsLayers}. */
export interface FromTfjsLayersOptions extends OptionsOf<typeof FROM_TFJS_LAYERS_OPTIONS> {}

/** Version of the ONNX operator set to which layers are converted. */
const OPSET = 17;

/**
 * A layers model of TensorFlow.js or Keras (`format: "layers-model"`) as a trainable module. Its kernels are converted once to channels-first order:
 * where the original model used `[N, H, W, C]`, the module takes and returns `[N, C, H, W]`.
 * @param modelJson the contents of `model.json`, parsed
 * @param weights the concatenated files of its manifest
 * @throws DataError, naming the file, if it is invalid
 * @throws UnsupportedError, naming the layer, if its class or one of its options is not supported
 * @throws OptionError if an option is unknown or breaks its rule
 * @example
 * ```ts
 * import { fromTfjsLayers, full } from 'convlab';
 *
 * const layer = { class_name: 'Dense', config: { name: 'd', units: 1, use_bias: false, batch_input_shape: [null, 2] } };
 * const modelJson = {
 *   modelTopology: { class_name: 'Sequential', config: { layers: [layer] } },
 *   weightsManifest: [{ paths: ['w.bin'], weights: [{ name: 'd/kernel', shape: [2, 1], dtype: 'float32' }] }],
 * };
 * const model = fromTfjsLayers(modelJson, new Uint8Array(Float32Array.of(3, 4).buffer));
 * console.log((await model.run(full([1, 2], 1))).data); // → Float32Array(1) [ 7 ]
 * ```
 */
export function fromTfjsLayers(modelJson: unknown, weights: Uint8Array, options: FromTfjsLayersOptions = {}): ImportedNet {
  const { name, output } = settle('fromTfjsLayers', options, FROM_TFJS_LAYERS_OPTIONS);
  const complain: Complaint = (rule, values, more) => new DataError('fromTfjsLayers', `${name}: ${rule}`, { name, ...values }, more);
  if (!isObject(modelJson)) throw complain(`it must be an object, received ${show(modelJson)}`);
  if (!(weights instanceof Uint8Array)) throw complain(`its weights must be a Uint8Array, received ${show(weights)}`);
  const builder = new LayersBuilder(readWeights(modelJson, weights, complain), complain);
  const made = builder.model(readLayers(modelJson, complain), undefined);
  const { nodes, initializers, fixed } = builder.graph;
  // the tensor that a layer returned last
  const wanted = output === undefined ? undefined : (builder.outputs.get(output) ?? output);
  const file: GraphFile = { opset: OPSET, nodes, initializers, fixed, inputs: builder.inputs, outputs: made.map((tensor) => builder.ordered(tensor)) };
  return importedNet(planGraph('fromTfjsLayers', file, wanted, complain));
}

/** Maximum number of layer calls, far above what real models have. */
const MOST_STEPS = 100_000;

class LayersBuilder {
  readonly graph = new LayersGraph();
  readonly inputs: GraphFile['inputs'][number][] = [];
  /** Names of tensors by the layer that returned them last. */
  readonly outputs = new Map<string, string>();
  #steps = 0;

  constructor(
    readonly weights: ReadonlyMap<string, { name: string; tensor: KnownValues }>,
    readonly complain: Complaint,
  ) {}

  /** The name of a tensor in the layout of its shape. */
  ordered(tensor: LayerTensor): string {
    return tensor.flattened ? this.graph.channelsLast('output', tensor) : tensor.name;
  }

  /** Adds a model. @param given its inputs; undefined for the whole model */
  model(model: LayersModel, given: readonly LayerTensor[] | undefined): LayerTensor[] {
    // nested models that are each called twice would double the steps at every level
    this.#steps += model.layers.reduce((sum, { calls }) => sum + 1 + (calls?.length ?? 0), 1);
    if (this.#steps > MOST_STEPS) throw this.complain(`its layers must be called at most ${MOST_STEPS} times`);
    return model.sequence ? [this.#sequence(model, given)] : this.#network(model, given);
  }

  #sequence({ layers }: LayersModel, given: readonly LayerTensor[] | undefined): LayerTensor {
    let x = given?.[0];
    for (const layer of layers) {
      x ??= this.#input(layer.name, layer.config);
      if (layer.type !== 'InputLayer') x = this.#call(layer, [x])[0];
    }
    if (!x) throw this.complain('its model has no layers');
    return x;
  }

  #network({ layers, inputs, outputs }: LayersModel, given: readonly LayerTensor[] | undefined): LayerTensor[] {
    const made = new Map<string, LayerTensor>();
    // the first of several layers with the same name
    const byName = new Map(layers.map((layer) => [layer.name, layer] as const).reverse());
    for (const [i, input] of inputs.entries()) {
      const layer = byName.get(input.layer);
      if (!layer) throw this.complain(`its input ${show(input.layer)} is not a layer`);
      made.set(key(input), given?.[i] ?? this.#input(layer.name, layer.config));
    }
    // a nested model with its own inputs counts the call that created it
    const named = new Set([...layers.flatMap(({ calls = [] }) => calls.flat()), ...outputs].map(key));
    const first = ({ name, inner, calls = [] }: LayerConfig) => (inner && named.has(key({ layer: name, call: calls.length })) ? 1 : 0);
    const calls = layers.flatMap((layer) => (layer.calls ?? []).map((from, call) => ({ layer, from, call: call + first(layer) })));
    inOrder(calls, new Set(made.keys()), this.complain, ({ layer, from, call }) => {
      const results = this.#call(
        layer,
        from.map((input) => made.get(key(input)) as LayerTensor),
      );
      made.set(key({ layer: layer.name, call }), results[0]);
    });
    return outputs.map((output) => {
      const tensor = made.get(key(output));
      if (!tensor) throw this.complain(`its output ${show(output.layer)} is not a layer`);
      return tensor;
    });
  }

  #input(name: string, config: Readonly<Record<string, unknown>>): LayerTensor {
    const shape = config.batch_input_shape ?? config.batch_shape;
    if (!Array.isArray(shape) || shape.length < 2 || shape.length > 5)
      throw this.complain(`input ${show(name)} must have a batch_input_shape of 2 to 5 axes, received ${show(shape)}`);
    const sizes = shape.map((size) => (Number.isSafeInteger(size) && size > 0 ? (size as number) : -1));
    const [batch, channels] = [sizes[0], sizes[sizes.length - 1]];
    const input = `${name}:0`;
    this.inputs.push({ name: input, shape: sizes.length < 3 ? sizes : [batch, channels, ...sizes.slice(1, -1)] });
    return { name: input, rank: sizes.length, channels: channels > 0 ? channels : undefined };
  }

  #call(layer: LayersModel['layers'][number], inputs: readonly LayerTensor[]): LayerTensor[] {
    const { name, type, config, inner } = layer;
    const row = Object.hasOwn(WINDOW_LAYERS, type) ? WINDOW_LAYERS[type] : Object.hasOwn(PLAIN_LAYERS, type) ? PLAIN_LAYERS[type] : undefined;
    if (!inner && !row)
      throw new UnsupportedError('fromTfjsLayers', `layer ${show(name)} is of class ${show(type)}, which is not supported`, { layer: name, type });
    const results = inner
      ? this.model(inner, inputs)
      : [(row as NonNullable<typeof row>)(new LayerCall(this.graph, 'fromTfjsLayers', name, type, config, this.weights, inputs))];
    this.outputs.set(name, results[0].name);
    return results;
  }
}

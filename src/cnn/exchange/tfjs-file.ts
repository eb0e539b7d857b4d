/** One operation of a TensorFlow graph. */
export interface TfNode {
  readonly name: string;
  /** TensorFlow's name, e.g. `Conv2D`. */
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, unknown>>;
}

/** A weight of a TensorFlow graph. */
export interface TfWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** A model for TensorFlow.js: `model.json` and its weight file. */
export interface TfjsModel {
  readonly modelJson: {
    readonly format: 'graph-model';
    readonly generatedBy: string;
    readonly convertedBy: string;
    readonly signature: Readonly<Record<'inputs' | 'outputs', Readonly<Record<string, TfSignature>>>>;
    readonly modelTopology: { readonly node: readonly TfNode[]; readonly versions: { readonly producer: number } };
    readonly weightsManifest: readonly [{ readonly paths: readonly string[]; readonly weights: readonly TfWeightSpec[] }];
  };
  /** The contents of the weight file, `weights.bin` in the manifest. */
  readonly weights: Uint8Array;
}

/** An input or output of a TensorFlow graph. */
export interface TfSignature {
  readonly name: string;
  readonly dtype: 'DT_FLOAT';
  readonly tensorShape: TfShape;
}

/** Description of one weight in the weight file. */
export interface TfWeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

/** A shape in TensorFlow's format; −1 is the batch. */
export interface TfShape {
  readonly dim: readonly { readonly size: string }[];
}

/** An input or output; −1 in its shape is the batch. */
export interface TfValue {
  readonly name: string;
  readonly shape: readonly number[];
}

const FLOAT = { type: 'DT_FLOAT' };

/** An attribute of integers. */
export function integers(values: readonly number[]) {
  return { list: { i: values.map(String) } };
}

/** A text attribute, in base64 as in the JSON format of protocol buffers. */
export function textAttribute(value: string) {
  return { s: btoa(value) };
}

/** Assembles a graph. */
export function tfjsModel(nodes: readonly TfNode[], weights: readonly TfWeight[], inputs: readonly TfValue[], outputs: readonly TfValue[]): TfjsModel {
  const placeholders = inputs.map(({ name, shape }) => ({ name, op: 'Placeholder', input: [], attr: { dtype: FLOAT, shape: { shape: shapeOf(shape) } } }));
  const constants = weights.map(({ name, data }) => ({
    name,
    op: 'Const',
    input: [],
    attr: { dtype: data instanceof Float32Array ? FLOAT : { type: 'DT_INT32' } },
  }));
  const signature = (values: readonly TfValue[]) =>
    Object.fromEntries(values.map(({ name, shape }) => [name, { name: `${name}:0`, dtype: 'DT_FLOAT' as const, tensorShape: shapeOf(shape) }]));
  const specs = weights.map(({ name, shape, data }) => ({ name, shape, dtype: data instanceof Float32Array ? ('float32' as const) : ('int32' as const) }));
  return {
    modelJson: {
      format: 'graph-model',
      generatedBy: 'convlab',
      convertedBy: 'convlab',
      signature: { inputs: signature(inputs), outputs: signature(outputs) },
      modelTopology: { node: [...placeholders, ...constants, ...nodes], versions: { producer: 1395 } },
      weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
    },
    weights: joined(weights),
  };
}

function joined(weights: readonly TfWeight[]): Uint8Array {
  const bytes = new Uint8Array(weights.reduce((sum, { data }) => sum + data.byteLength, 0));
  let at = 0;
  for (const { data } of weights) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

function shapeOf(shape: readonly number[]): TfShape {
  return { dim: shape.map((size) => ({ size: String(size) })) };
}

import { PbfWriter } from 'pbf';

/** A number of floating point among attributes, where plain numbers are whole. */
interface Float {
  readonly float: number;
}

/** One operation of an ONNX graph. */
export interface OnnxNode {
  readonly name: string;
  /** The operator's name, e.g. `Conv`. */
  readonly type: string;
  readonly inputs: string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, number | readonly number[] | string | Float>>;
}

/** Numbers that belong to an ONNX graph. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** An input or output; −1 in its shape is the batch. */
interface OnnxValue {
  readonly name: string;
  readonly shape: readonly number[];
}

/** An ONNX graph. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** The oldest set of operators in which Softmax means one axis, so that old programs can read the file. */
const OPSET_VERSION = 13;
const IR_VERSION = 7;
// onnx.proto's numbers for types
const [FLOAT, INT64] = [1, 7];
const ATTRIBUTE = { float: 1, int: 2, string: 3, ints: 7 };

/** An ONNX model as protocol buffers; every number is a field's of onnx.proto. @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, 'convlab');
  pbf.writeMessage(7, writeGraph, graph);
  pbf.writeMessage(8, (version: number, set) => set.writeVarintField(2, version), OPSET_VERSION);
  return pbf.finish();
}

function writeGraph({ nodes, initializers, inputs, outputs }: OnnxGraph, pbf: PbfWriter): void {
  for (const node of nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, 'model');
  for (const tensor of initializers) pbf.writeMessage(5, writeTensor, tensor);
  for (const value of inputs) pbf.writeMessage(11, writeValue, value);
  for (const value of outputs) pbf.writeMessage(12, writeValue, value);
}

function writeNode({ name, type, inputs, output, attributes }: OnnxNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input);
  pbf.writeStringField(2, output);
  pbf.writeStringField(3, name);
  pbf.writeStringField(4, type);
  for (const attribute of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, attribute);
}

function writeAttribute([name, value]: [string, number | readonly number[] | string | Float], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if (typeof value === 'number') {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, ATTRIBUTE.int);
  } else if (typeof value === 'string') {
    pbf.writeStringField(4, value);
    pbf.writeVarintField(20, ATTRIBUTE.string);
  } else if ('float' in value) {
    pbf.writeFloatField(2, value.float);
    pbf.writeVarintField(20, ATTRIBUTE.float);
  } else {
    for (const entry of value) pbf.writeVarintField(8, entry);
    pbf.writeVarintField(20, ATTRIBUTE.ints);
  }
}

function writeTensor({ name, shape, data }: OnnxTensor, pbf: PbfWriter): void {
  for (const size of shape) pbf.writeVarintField(1, size);
  pbf.writeVarintField(2, data instanceof Float32Array ? FLOAT : INT64);
  pbf.writeStringField(8, name);
  // little-endian, like every machine that runs JavaScript
  pbf.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValue({ name, shape }: OnnxValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, writeType, shape);
}

function writeType(shape: readonly number[], pbf: PbfWriter): void {
  pbf.writeMessage(
    1,
    (sizes: readonly number[], tensor) => {
      tensor.writeVarintField(1, FLOAT);
      tensor.writeMessage(2, writeDimensions, sizes);
    },
    shape,
  );
}

function writeDimensions(shape: readonly number[], pbf: PbfWriter): void {
  for (const size of shape) {
    pbf.writeMessage(1, (cells: number, dimension) => (cells === -1 ? dimension.writeStringField(2, 'batch') : dimension.writeVarintField(1, cells)), size);
  }
}

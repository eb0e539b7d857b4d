import { PbfWriter } from 'pbf';
import { sizeOf } from '../../../src/tensor.js';

/** A number with a decimal point; plain numbers are whole. */
export interface Decimal {
  readonly decimal: number | readonly number[];
}

/** An initializer, or the value of an attribute. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly whole: boolean;
}

type AttributeValue = number | string | readonly number[] | Decimal | Numbers;

/** A node: operator, inputs, outputs, attributes. */
export type TestNode = readonly [type: string, inputs: readonly string[], outputs: readonly string[], attributes?: Readonly<Record<string, AttributeValue>>];

/** A model that a test writes, in any operator set. */
export interface TestModel {
  readonly opset: number;
  readonly nodes: readonly TestNode[];
  /** Shapes; with `float16` and the like only initializers differ. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly initializers?: Readonly<Record<string, Numbers>>;
  readonly outputs: readonly string[];
  /** Initializers are listed as inputs too, as before IR version 4. */
  readonly initializersAsInputs?: boolean;
  /** Numbers of initializers stand in lists of their type, not as bytes. */
  readonly lists?: boolean;
}

export const decimal = (value: number | readonly number[]): Decimal => ({ decimal: value });
export const wholes = (...data: number[]): Numbers => ({ shape: [data.length], data, whole: true });
export const scalarWhole = (value: number): Numbers => ({ shape: [], data: [value], whole: true });
export const floats = (shape: readonly number[], data: readonly number[]): Numbers => ({ shape, data, whole: false });

/** An ONNX file. Written by hand, from onnx.proto, apart from the library's own writer. */
export function writeModel({ opset, nodes, inputs, initializers = {}, outputs, initializersAsInputs = false, lists = false }: TestModel): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, initializersAsInputs ? 3 : 7);
  pbf.writeMessage(
    7,
    (_none, graph) => {
      for (const [i, [type, from, to, attributes = {}]] of nodes.entries()) {
        graph.writeMessage(
          1,
          (_no, node) => {
            for (const name of from) node.writeStringField(1, name);
            for (const name of to) node.writeStringField(2, name);
            node.writeStringField(3, `${type}_${i}`);
            node.writeStringField(4, type);
            for (const attribute of Object.entries(attributes)) node.writeMessage(5, writeAttribute, attribute);
          },
          null,
        );
      }
      graph.writeStringField(2, 'test');
      for (const [name, numbers] of Object.entries(initializers))
        graph.writeMessage(5, (value: Numbers, tensor) => writeNumbers(value, tensor, name, lists), numbers);
      for (const [name, shape] of Object.entries(inputs)) graph.writeMessage(11, writeValue, [name, shape, 1] as const);
      if (initializersAsInputs) {
        for (const [name, { shape, whole }] of Object.entries(initializers)) graph.writeMessage(11, writeValue, [name, shape, whole ? 7 : 1] as const);
      }
      for (const name of outputs) graph.writeMessage(12, writeValue, [name, null, 1] as const);
    },
    null,
  );
  pbf.writeMessage(8, (version: number, set) => set.writeVarintField(2, version), opset);
  return pbf.finish();
}

function writeAttribute([name, value]: [string, AttributeValue], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  const type = (id: number) => pbf.writeVarintField(20, id);
  if (typeof value === 'number') {
    pbf.writeVarintField(3, value);
    type(2);
  } else if (typeof value === 'string') {
    pbf.writeStringField(4, value);
    type(3);
  } else if ('decimal' in value) {
    if (typeof value.decimal === 'number') pbf.writeFloatField(2, value.decimal);
    else for (const entry of value.decimal) pbf.writeFloatField(7, entry);
    type(typeof value.decimal === 'number' ? 1 : 6);
  } else if ('whole' in value) {
    pbf.writeMessage(5, (numbers: Numbers, tensor) => writeNumbers(numbers, tensor, '', false), value);
    type(4);
  } else {
    for (const entry of value) pbf.writeVarintField(8, entry);
    type(7);
  }
}

function writeNumbers({ shape, data, whole }: Numbers, pbf: PbfWriter, name: string, lists: boolean): void {
  if (sizeOf(shape) !== data.length) throw new Error(`${name}: ${shape} does not hold ${data.length} numbers`);
  for (const size of shape) pbf.writeVarintField(1, size);
  pbf.writeVarintField(2, whole ? 7 : 1);
  pbf.writeStringField(8, name);
  if (lists && whole) pbf.writePackedVarint(7, [...data]);
  else if (lists) pbf.writePackedFloat(4, [...data]);
  else pbf.writeBytesField(9, new Uint8Array(whole ? BigInt64Array.from(data, BigInt).buffer : Float32Array.from(data).buffer));
}

function writeValue([name, shape, type]: readonly [string, readonly number[] | null, number], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(
    2,
    (_none, value) => {
      value.writeMessage(
        1,
        (_no, tensor) => {
          tensor.writeVarintField(1, type);
          if (!shape) return;
          tensor.writeMessage(
            2,
            (sizes: readonly number[], list) => {
              for (const size of sizes) list.writeMessage(1, (cells: number, dimension) => dimension.writeVarintField(1, cells), size);
            },
            shape,
          );
        },
        null,
      );
    },
    null,
  );
}

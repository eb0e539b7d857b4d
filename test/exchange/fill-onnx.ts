import { PbfReader, PbfWriter } from 'pbf';
import { sizeOf } from '../../src/tensor.js';

/** How a tensor is filled. */
export interface Filling {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * An ONNX file with other weights, whether initializers or nodes of ConstantOfShape give them, and with every tensor among its
 * outputs. It works on the bytes, apart from the library's reader.
 */
export function fillOnnx(bytes: Uint8Array, weights: ReadonlyMap<string, Filling>): Uint8Array {
  return rewritten(bytes, { 7: (graph, out) => out.writeBytesField(7, fillGraph(graph, weights)) });
}

function fillGraph(bytes: Uint8Array, weights: ReadonlyMap<string, Filling>): Uint8Array {
  const kept = new Set<string>();
  const outputs: string[] = [];
  const graph = rewritten(bytes, {
    1: (node, out) => {
      const [made, type] = [texts(node, 2), texts(node, 4)[0]];
      if (type === 'ConstantOfShape' && weights.has(made[0])) return;
      outputs.push(...made.slice(0, 1));
      out.writeBytesField(1, node);
    },
    5: (tensor, out) => {
      if (weights.has(texts(tensor, 8)[0])) return;
      out.writeBytesField(5, tensor);
    },
    12: (value, out) => {
      kept.add(texts(value, 1)[0]);
      out.writeBytesField(12, value);
    },
  });
  const more = new PbfWriter();
  for (const [name, { shape, data }] of weights) {
    if (sizeOf(shape) !== data.length) throw new Error(`${name}: ${shape} does not hold ${data.length} numbers`);
    more.writeMessage(
      5,
      (_none, tensor) => {
        for (const size of shape) tensor.writeVarintField(1, size);
        tensor.writeVarintField(2, 1);
        tensor.writeStringField(8, name);
        tensor.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      },
      null,
    );
  }
  for (const name of outputs) if (!kept.has(name)) more.writeMessage(12, (_none, value) => value.writeStringField(1, name), null);
  return Buffer.concat([graph, more.finish()]);
}

/** A message with the fields of some numbers, all of them bytes, handed over. */
function rewritten(bytes: Uint8Array, change: Readonly<Record<number, (field: Uint8Array, out: PbfWriter) => void>>): Uint8Array {
  const [reader, out] = [new PbfReader(bytes), new PbfWriter()];
  while (reader.pos < reader.length) {
    const tag = reader.nextField();
    if (reader.type === 2) {
      const field = reader.readBytes();
      if (change[tag]) change[tag](field, out);
      else out.writeBytesField(tag, field);
    } else if (reader.type === 0) out.writeVarintField(tag, reader.readVarint(true));
    else throw new Error(`a field of wire type ${reader.type}`);
  }
  return out.finish();
}

/** The texts in one field of a message. */
function texts(bytes: Uint8Array, field: number): string[] {
  const reader = new PbfReader(bytes);
  const found: string[] = [];
  while (reader.pos < reader.length) {
    const tag = reader.nextField();
    if (tag === field) found.push(reader.readString());
    else reader.skip(reader.type);
  }
  return found;
}

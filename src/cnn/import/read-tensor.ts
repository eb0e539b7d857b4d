import { show } from '../../errors.js';
import { DTYPES } from '../exchange/dtypes.js';
import type { Complaint } from '../exchange/json.js';
import { MOST_AXES } from './call.js';
import type { KnownValues } from './plan.js';
import type { Fields, MessageReader } from './protobuf.js';

/** TensorProto's data type numbers, with their safetensors names. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'F32',
  2: 'U8',
  3: 'I8',
  4: 'U16',
  5: 'I16',
  6: 'I32',
  7: 'I64',
  9: 'BOOL',
  10: 'F16',
  11: 'F64',
  12: 'U32',
  13: 'U64',
  16: 'BF16',
};

/** External files with tensor data, by name. */
export type ExternalData = ReadonlyMap<string, Uint8Array>;

/**
 * The available files, and how much of them has been read, because tensors that share data must not multiply the
 * memory.
 */
export class ExternalFiles {
  readonly #read = new Map<string, number>();

  constructor(readonly files: ExternalData) {}

  /** @throws the error created by `fail` */
  take(location: string, length: number, fail: Complaint): void {
    const all = (this.#read.get(location) ?? 0) + length;
    this.#read.set(location, all);
    const { length: held = 0 } = this.files.get(location) ?? {};
    if (all > MOST_TIMES * held) throw fail(`tensors must use at most ${MOST_TIMES} times the ${held} bytes of ${show(location)}, but use ${all}`);
  }
}

/** How often the bytes of a file may be read, because tensors may share weights. */
const MOST_TIMES = 4;

/** Reads a TensorProto. */
export function readTensor(reader: MessageReader, external: ExternalFiles): { name: string; tensor: KnownValues } {
  const { complain } = reader;
  const shape: number[] = [];
  const numbers: number[] = [];
  const place: Record<string, string> = {};
  let [type, name, raw, location] = [0, '', undefined as Uint8Array | undefined, 0];
  const lists: Fields = {
    4: (message) => message.floats(numbers),
    5: (message) => message.integers(numbers),
    7: (message) => message.integers(numbers),
    10: (message) => message.doubles(numbers),
    11: (message) => message.integers(numbers),
  };
  reader.message({
    ...lists,
    1: (message) => message.integers(shape),
    2: (message) => {
      type = message.integer();
    },
    8: (message) => {
      name = message.text();
    },
    9: (message) => {
      raw = message.bytes();
    },
    13: (message) => readEntry(message, place),
    14: (message) => {
      location = message.integer();
    },
  });
  const fail: Complaint = (rule, values) => complain(`tensor ${show(name)}: ${rule}`, { tensor: name, ...values });
  const dtype = DTYPES.get(TYPES[type]);
  if (!dtype) throw fail(`its type must be a floating-point, integer or boolean type, received ${type}`);
  const length = lengthOf(shape, fail);
  if (location === 1) raw = externalBytes(place, external, fail);
  const whole = !TYPES[type].includes('F');
  if (!raw) {
    if (numbers.length !== length) throw fail(`its shape ${show(shape)} requires ${length} values, but it has ${numbers.length}`);
    return { name, tensor: { shape, data: whole ? Float64Array.from(numbers) : Float32Array.from(asFloats(numbers, TYPES[type])), whole } };
  }
  if (raw.length !== length * dtype.bytes) throw fail(`its shape ${show(shape)} requires ${length * dtype.bytes} bytes, but it has ${raw.length}`);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const data = whole ? new Float64Array(length) : new Float32Array(length);
  for (let i = 0; i < length; i++) data[i] = dtype.read(view, i * dtype.bytes);
  return { name, tensor: { shape, data, whole } };
}

/** 16-bit floats are stored as integers in int32_data. */
function asFloats(numbers: number[], type: string): number[] {
  if (type !== 'F16' && type !== 'BF16') return numbers;
  const view = new DataView(new ArrayBuffer(2));
  const { read } = DTYPES.get(type) as { read: (view: DataView, at: number) => number };
  return numbers.map((bits) => {
    view.setUint16(0, bits, true);
    return read(view, 0);
  });
}

/** The number of elements of an untrusted shape. */
function lengthOf(shape: readonly number[], fail: Complaint): number {
  if (shape.length > MOST_AXES) throw fail(`tensors must have at most ${MOST_AXES} axes, but it has ${shape.length}`);
  const length = shape.reduce((product, size) => product * size, 1);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0) || !Number.isSafeInteger(length)) {
    throw fail(`its shape must be integers ≥ 0, received ${show(shape)}`);
  }
  return length;
}

/** A key and a value, both strings. */
function readEntry(reader: MessageReader, into: Record<string, string>): void {
  let [key, value] = ['', ''];
  reader.message({
    1: (message) => {
      key = message.text();
    },
    2: (message) => {
      value = message.text();
    },
  });
  if (key === 'location' || key === 'offset' || key === 'length') into[key] = value;
}

function externalBytes(place: Readonly<Record<string, string>>, external: ExternalFiles, fail: Complaint): Uint8Array {
  const { location = '', offset = '0', length } = place;
  const bytes = external.files.get(location);
  if (!bytes) throw fail(`its values are in the file ${show(location)}: pass its bytes in options.externalData`);
  const [from, size] = [Number(offset), length === undefined ? bytes.length - Number(offset) : Number(length)];
  if (![from, size].every((value) => Number.isSafeInteger(value) && value >= 0) || from + size > bytes.length) {
    throw fail(`its values are at offset ${show(offset)}, length ${show(length ?? 'to the end')}, of ${show(location)}, which has ${bytes.length} bytes`);
  }
  external.take(location, size, fail);
  return bytes.subarray(from, from + size);
}

import { DataError, show } from '../../errors.js';
import { flag, type OptionsOf, oneOf, option, type Rows, settle, text } from '../../options.js';
import type { Tensor } from '../../tensor.js';
import { checkTensor } from '../../tensor.js';
import { DTYPES, type Dtype, halfFromNumber } from './dtypes.js';
import { type Complaint, isObject, parseJson } from './json.js';

/**
 * The safetensors format: 8 bytes with the header's length, the header as JSON, and the data in row-major order.
 * @see https://huggingface.co/docs/safetensors
 */
const METADATA = '__metadata__';
/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;
/** Halfway between the largest binary16 number and the next: from here on, values round to infinity. */
const HALF_LIMIT = 65520;

/** The contents of a safetensors file. */
export interface Safetensors {
  readonly tensors: Map<string, Tensor>;
  /** Metadata strings; empty if there are none. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Rules and defaults of {@link EncodeSafetensorsOptions}. */
export const ENCODE_SAFETENSORS_OPTIONS = {
  /** Storage type. Default `'F32'`; `'F16'` takes half the space and rounds to 11 significant bits. */
  dtype: option(oneOf(['F32', 'F16']), { default: 'F32' }),
} satisfies Rows;

/** Options of {@link encodeSafetensors}. */
export interface EncodeSafetensorsOptions extends OptionsOf<typeof ENCODE_SAFETENSORS_OPTIONS> {}

/** Rules and defaults of {@link SafetensorsOptions}. */
export const SAFETENSORS_OPTIONS = {
  /** The file's name in errors. Default `the file`. */
  name: option(text, { default: 'the file' }),
  /** Accept NaN and infinite numbers. Default false. */
  allowNonFinite: option(flag, { default: false }),
} satisfies Rows;

/** Options of {@link decodeSafetensors}. */
export interface SafetensorsOptions extends OptionsOf<typeof SAFETENSORS_OPTIONS> {}

/**
 * Encodes tensors as the bytes of a safetensors file, for PyTorch, JAX and others.
 * @param metadata strings stored in the header
 * @throws ShapeError if a value is not a tensor
 * @throws OptionError if an option is unknown or breaks its rule
 * @throws DataError if a number is not finite, or becomes infinite in F16: {@link decodeSafetensors} would reject the file
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors, tensor } from 'convlab';
 *
 * const bytes = encodeSafetensors(new Map([['weight', tensor([[1, 2]])]]), { made: 'here' });
 * const { tensors, metadata } = decodeSafetensors(bytes);
 * console.log(tensors.get('weight')?.shape, metadata.made); // → [ 1, 2 ] here
 * ```
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
  options: EncodeSafetensorsOptions = {},
): Uint8Array {
  const fail: Complaint = (rule, values) => new DataError('encodeSafetensors', rule, values);
  const { dtype } = settle('encodeSafetensors', options, ENCODE_SAFETENSORS_OPTIONS);
  const half = dtype === 'F16';
  const size = half ? 2 : 4;
  const entries: [string, unknown][] = [];
  const odd = Object.entries(metadata).find(([, text]) => typeof text !== 'string');
  if (odd) throw fail(`metadata must be strings, received ${show(odd[1])} for ${show(odd[0])}`);
  if (Object.keys(metadata).length > 0) entries.push([METADATA, metadata]);
  let end = 0;
  for (const [name, x] of tensors) {
    if (name === METADATA || name === '__proto__') throw fail(`a tensor cannot be named ${show(name)}`);
    checkTensor('encodeSafetensors', name, x);
    checkNumbers(name, x.data.length, (i) => x.data[i], fail);
    const large = half ? x.data.findIndex((value) => Math.abs(value) >= HALF_LIMIT) : -1;
    if (large >= 0)
      throw fail(`tensor ${show(name)} has the value ${x.data[large]} at index ${large}; F16 values must be at most 65504`, { tensor: name, at: large });
    entries.push([name, { dtype, shape: x.shape, data_offsets: [end, end + size * x.data.length] }]);
    end += size * x.data.length;
  }

  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  if (headerBytes > MAX_HEADER_BYTES) throw fail(`names and metadata must take at most ${MAX_HEADER_BYTES} bytes, but take ${headerBytes}`);
  const bytes = new Uint8Array(8 + headerBytes + end);
  bytes.fill(0x20, 8 + json.length, 8 + headerBytes);
  bytes.set(json, 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  let at = 8 + headerBytes;
  for (const { data } of tensors.values()) {
    for (let i = 0; i < data.length; i++, at += size) {
      if (half) view.setUint16(at, halfFromNumber(data[i]), true);
      else view.setFloat32(at, data[i], true);
    }
  }
  return bytes;
}

/**
 * Reads a safetensors file; all floating-point and integer types become float32. The file is untrusted: all its
 * claims are checked before anything is allocated.
 * @throws DataError, naming the file and the tensor, if it is invalid
 */
export function decodeSafetensors(bytes: Uint8Array, options: SafetensorsOptions = {}): Safetensors {
  const { name, allowNonFinite } = settle('decodeSafetensors', options, SAFETENSORS_OPTIONS);
  const fail: Complaint = (rule, values) => new DataError('decodeSafetensors', `${name}: ${rule}`, { name, ...values });
  const { header, data } = splitHeader(bytes, fail);
  const { [METADATA]: metadata = {}, ...entries } = header;
  if (!isObject(metadata) || !Object.values(metadata).every((text) => typeof text === 'string')) throw fail('its metadata must be strings by name');
  const places = Object.entries(entries).map(([tensor, entry]) => spanOf(tensor, entry, data.byteLength, fail));
  checkCovers(places, data.byteLength, fail);
  if (!allowNonFinite) {
    // as float32: 1e300 overflows
    for (const { tensor, length, dtype, begin } of places) checkNumbers(tensor, length, (i) => Math.fround(dtype.read(data, begin + i * dtype.bytes)), fail);
  }

  const tensors = new Map<string, Tensor>();
  for (const { tensor, shape, length, dtype, begin } of places) {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) values[i] = dtype.read(data, begin + i * dtype.bytes);
    tensors.set(tensor, { shape, data: values });
  }
  return { tensors, metadata: metadata as Record<string, string> };
}

/** The byte range of a tensor in the data. */
interface TensorSpan {
  readonly tensor: string;
  readonly shape: readonly number[];
  readonly length: number;
  readonly dtype: Dtype;
  readonly begin: number;
  readonly end: number;
}

function splitHeader(bytes: Uint8Array, fail: Complaint): { header: Readonly<Record<string, unknown>>; data: DataView } {
  if (!(bytes instanceof Uint8Array)) throw fail(`its bytes must be a Uint8Array, received ${show(bytes)}`);
  if (bytes.length < 8) throw fail(`it must begin with a length of 8 bytes, but has ${bytes.length} bytes`);
  const claimed = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (claimed > MAX_HEADER_BYTES)
    throw fail(`its header claims ${claimed} bytes, more than the format allows (${MAX_HEADER_BYTES}); it is not a safetensors file`);
  const start = 8 + Number(claimed);
  if (start > bytes.length) throw fail(`its header claims ${claimed} bytes, but only ${bytes.length - 8} follow`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, start));
  } catch {
    throw fail('its header is not UTF-8');
  }
  const header = parseJson(text, fail);
  if (!isObject(header)) throw fail('its header must be a JSON object');
  return { header, data: new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start) };
}

function spanOf(tensor: string, entry: unknown, dataBytes: number, fail: Complaint): TensorSpan {
  const complain = (rule: string) => fail(`tensor ${show(tensor)}: ${rule}`, { tensor, entry });
  if (!isObject(entry)) throw complain(`its entry must be { dtype, shape, data_offsets }, received ${show(entry)}`);
  const { dtype: type, shape, data_offsets: offsets } = entry;
  const dtype = DTYPES.get(type as string);
  if (!dtype) throw complain(`its dtype must be one of ${[...DTYPES.keys()].join(', ')}, received ${show(type)}`);
  if (!Array.isArray(shape) || !shape.every(isSize)) throw complain(`its shape must be integers ≥ 0, received ${show(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw complain(`its data_offsets must be two integers ≥ 0, received ${show(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataBytes) throw complain(`its data_offsets ${show(offsets)} are outside the ${dataBytes} bytes of data`);
  const length = shape.reduce((product: number, size: number) => product * size, 1);
  if (length * dtype.bytes !== end - begin) {
    throw complain(`its shape ${show(shape)} in ${type} requires ${length * dtype.bytes} bytes, but its data_offsets ${show(offsets)} span ${end - begin}`);
  }
  return { tensor, shape, length, dtype, begin, end };
}

/** Checks that every byte belongs to exactly one tensor. */
function checkCovers(places: readonly TensorSpan[], dataBytes: number, fail: Complaint): void {
  let covered = 0;
  for (const { tensor, begin, end } of [...places].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered) throw fail(`tensor ${show(tensor)}: its data begins at byte ${begin}, inside another tensor that ends at ${covered}`, { tensor });
    if (begin > covered) throw fail(`tensor ${show(tensor)}: its data begins at byte ${begin}; the bytes from ${covered} belong to no tensor`, { tensor });
    covered = end;
  }
  if (covered < dataBytes) throw fail(`it has ${dataBytes} bytes of data; those from ${covered} on belong to no tensor`);
}

function checkNumbers(tensor: string, length: number, read: (i: number) => number, fail: Complaint): void {
  for (let i = 0; i < length; i++) {
    const value = read(i);
    if (!Number.isFinite(value)) throw fail(`tensor ${show(tensor)} must have finite values, received ${value} at index ${i}`, { tensor, at: i, value });
  }
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

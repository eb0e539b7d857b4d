import { DataError, show } from '../errors.js';

/** The values of an IDX file. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
}

/** The header of an IDX file. */
export interface IdxHeader {
  readonly type: IdxType;
  readonly shape: readonly number[];
  /** offset of the values */
  readonly start: number;
  /** the whole file's length in bytes */
  readonly size: number;
}

interface IdxType {
  readonly bytes: 1 | 2 | 4 | 8;
  /** Reads big-endian values; single bytes are viewed, not copied. */
  read(view: DataView, start: number, count: number): IdxArray['data'];
}

const numbers = <T extends Int16Array | Int32Array | Float32Array | Float64Array>(
  array: new (length: number) => T,
  get: (view: DataView, at: number) => number,
): IdxType['read'] => {
  return (view, start, count) => {
    const data = new array(count);
    for (let i = 0; i < count; i++) data[i] = get(view, start + i * data.BYTES_PER_ELEMENT);
    return data;
  };
};

/** Keyed by the third byte of the file. @see http://yann.lecun.com/exdb/mnist/, the IDX file format */
const IDX_TYPES: Readonly<Record<number, IdxType>> = {
  8: { bytes: 1, read: (view, start, count) => new Uint8Array(view.buffer, view.byteOffset + start, count) },
  9: { bytes: 1, read: (view, start, count) => new Int8Array(view.buffer, view.byteOffset + start, count) },
  11: { bytes: 2, read: numbers(Int16Array, (view, at) => view.getInt16(at)) },
  12: { bytes: 4, read: numbers(Int32Array, (view, at) => view.getInt32(at)) },
  13: { bytes: 4, read: numbers(Float32Array, (view, at) => view.getFloat32(at)) },
  14: { bytes: 8, read: numbers(Float64Array, (view, at) => view.getFloat64(at)) },
};

/**
 * Reads an IDX file, the format of MNIST, with any number of axes and all six element types.
 * @param bytes the file; one-byte values are not copied
 * @throws DataError, before anything is allocated, if the file is not an IDX file, is truncated, or has trailing bytes
 * @example
 * ```ts
 * import { parseIdx } from 'convlab';
 *
 * const bytes = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1); // unsigned bytes, one axis of 3
 * console.log(parseIdx(bytes)); // → { shape: [ 3 ], data: Uint8Array(3) [ 7, 2, 1 ] }
 * ```
 */
export function parseIdx(bytes: Uint8Array, { name = 'the file' }: { /** The file's name in errors. */ name?: string } = {}): IdxArray {
  const header = idxHeader(bytes, { name });
  const { type, shape, start, size } = header;
  if (bytes.length !== size) throw wrongSize(name, header, bytes.length);
  return { shape, data: type.read(viewOf(bytes), start, (size - start) / type.bytes) };
}

/** @throws DataError if the bytes do not begin with an IDX header */
export function idxHeader(bytes: Uint8Array, { name }: { name: string }): IdxHeader {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw new DataError('parseIdx', `${name} must be decompressed first (it is gzip)`, { name });
  const type = bytes[0] === 0 && bytes[1] === 0 ? IDX_TYPES[bytes[2]] : undefined;
  if (bytes.length < 4 || !type) {
    const begin = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new DataError(
      'parseIdx',
      `${name} is not an IDX file: it must begin with 00 00, a type 08, 09 or 0b to 0e, and the number of axes; it begins with ${begin || 'nothing'}`,
      { name },
    );
  }
  const start = 4 + 4 * bytes[3];
  if (bytes.length < start)
    throw new DataError('parseIdx', `${name} is truncated: its header must have ${start} bytes, but the file has ${bytes.length}`, { name });
  const shape = Array.from({ length: bytes[3] }, (_, axis) => viewOf(bytes).getUint32(4 + 4 * axis));
  const count = shape.includes(0) ? 0 : shape.reduce((size, n) => size * n, 1);
  return { type, shape, start, size: start + type.bytes * count };
}

function wrongSize(name: string, { shape, start, size }: IdxHeader, received: number): DataError {
  const state = received < size ? 'is truncated' : 'has data after its values';
  return new DataError('parseIdx', `${name} ${state}: a header of ${start} bytes and the values ${show(shape)} require ${size} bytes, received ${received}`, {
    name,
    shape,
    size,
    received,
  });
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

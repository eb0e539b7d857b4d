import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DTYPES, halfFromNumber } from '../../../src/cnn/exchange/dtypes.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/cnn/exchange/safetensors.js';
import { DataError, OptionError } from '../../../src/errors.js';
import { tensor } from '../../../src/tensor.js';

/** A file as another program might write it: any header, any data. */
function file(header: unknown, data: ArrayLike<number> = [], headerBytes?: number | bigint): Uint8Array {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header instanceof Uint8Array ? header : file.json(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes ?? json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}
file.json = (header: unknown) => new TextEncoder().encode(JSON.stringify(header));

const entry = (dtype: string, shape: number[], begin: number, end: number) => ({ dtype, shape, data_offsets: [begin, end] });

test('the bytes of a small file are those of the format', () => {
  const bytes = encodeSafetensors(new Map([['w', tensor([1, -2], [2, 1])]]), { made: 'by hand' });
  const header = '{"__metadata__":{"made":"by hand"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}';
  const padding = 8 - (header.length % 8);
  const expected = file(header + ' '.repeat(padding), [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  expect([...bytes]).toEqual([...expected]);
});

test('what is written is read back bit by bit', () => {
  const tensors = fc.dictionary(
    fc.string().filter((name) => name !== '__proto__' && name !== '__metadata__'),
    fc.array(fc.nat(3), { maxLength: 4 }).chain((shape) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const number = fc.float({ noNaN: true, noDefaultInfinity: true });
      return fc.array(number, { minLength: length, maxLength: length }).map((values) => tensor(Float32Array.from(values), shape));
    }),
  );
  const texts = fc.dictionary(
    fc.string().filter((name) => name !== '__proto__'),
    fc.string(),
  );
  fc.assert(
    fc.property(tensors, texts, (record, metadata) => {
      const read = decodeSafetensors(encodeSafetensors(new Map(Object.entries(record)), metadata));
      expect(read.metadata).toEqual({ ...metadata });
      expect([...read.tensors.keys()].sort()).toEqual(Object.keys(record).sort());
      for (const [name, { shape, data }] of read.tensors) {
        expect(shape).toEqual(record[name].shape);
        expect(data.every((value, i) => Object.is(value, record[name].data[i]))).toBe(true);
      }
    }),
  );
});

describe('every type of number becomes float32', () => {
  const bytesOf = (view: ArrayBufferView) => [...new Uint8Array(view.buffer)];
  test.each<[dtype: string, bytes: number[], values: number[]]>([
    ['F32', bytesOf(Float32Array.of(0.1, -3)), [Math.fround(0.1), -3]],
    ['F64', bytesOf(Float64Array.of(0.1, -1e30)), [Math.fround(0.1), Math.fround(-1e30)]],
    // 1, −2, the largest, the smallest normal, the smallest subnormal, −0
    ['F16', bytesOf(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000)), [1, -2, 65504, 2 ** -14, 2 ** -24, -0]],
    ['BF16', bytesOf(Uint16Array.of(0x3f80, 0xc040, 0x0001)), [1, -3, 2 ** -133]],
    ['I64', bytesOf(BigInt64Array.of(-5n, 4711n)), [-5, 4711]],
    ['I32', bytesOf(Int32Array.of(-70000)), [-70000]],
    ['I16', bytesOf(Int16Array.of(-300)), [-300]],
    ['I8', [0xff, 0x7f], [-1, 127]],
    ['U64', bytesOf(BigUint64Array.of(2n ** 40n)), [2 ** 40]],
    ['U32', bytesOf(Uint32Array.of(2 ** 31)), [2 ** 31]],
    ['U16', bytesOf(Uint16Array.of(65535)), [65535]],
    ['U8', [200], [200]],
    ['BOOL', [0, 1], [0, 1]],
  ])('%s', (dtype, bytes, values) => {
    const { tensors } = decodeSafetensors(file({ t: entry(dtype, [values.length], 0, bytes.length) }, bytes));
    expect([...(tensors.get('t')?.data ?? [])]).toEqual(values);
  });
});

describe('numbers of 16 bits', () => {
  const half = (bits: number) => DTYPES.get('F16')?.read(new DataView(Uint16Array.of(bits).buffer), 0) as number;
  const finite = Array.from({ length: 0x7c00 }, (_, bits) => bits);

  test('every one of them is written as itself, with either sign', () => {
    for (const bits of finite) {
      expect(halfFromNumber(half(bits))).toBe(bits);
      expect(halfFromNumber(half(bits | 0x8000))).toBe(bits | 0x8000);
    }
  });

  test('what lies between two goes to the nearer one, from the middle to the even one', () => {
    for (const bits of finite.slice(1)) {
      const [below, above] = [half(bits - 1), half(bits)];
      const middle = (below + above) / 2;
      expect(halfFromNumber(middle)).toBe(bits % 2 === 0 ? bits : bits - 1);
      expect(halfFromNumber(middle * (1 - 1e-6))).toBe(bits - 1);
      expect(halfFromNumber(-middle * (1 + 1e-6))).toBe(bits | 0x8000);
    }
  });

  test('a file of them has two bytes per number, and says so', () => {
    const bytes = encodeSafetensors(new Map([['w', tensor([1, -2, 65504, 0.1], [2, 2])]]), {}, { dtype: 'F16' });
    const header = '{"w":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]}}';
    expect([...bytes]).toEqual([...file(header, [0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x66, 0x2e])]);
    expect([...(decodeSafetensors(bytes).tensors.get('w') as { data: Float32Array }).data]).toEqual([1, -2, 65504, 0.0999755859375]);
  });

  test('a number that would be infinite, and another type, are refused', () => {
    const write = (value: number, dtype: string) => () => encodeSafetensors(new Map([['w', tensor([0, value])]]), {}, { dtype: dtype as 'F16' });
    expect(write(-65519, 'F16')).not.toThrow();
    expect(write(-65520, 'F16')).toThrow(/^encodeSafetensors: tensor "w" has the value -65520 at index 1; F16 values must be at most 65504$/);
    expect(write(1, 'F64')).toThrow(OptionError);
  });
});

test('tensors may come in any order, be empty, be scalars', () => {
  const bytes = Uint8Array.from([...new Uint8Array(Float32Array.of(1, 2, 3).buffer)]);
  const header = { late: entry('F32', [2], 4, 12), empty: entry('F32', [0, 7], 4, 4), scalar: entry('F32', [], 0, 4) };
  const { tensors } = decodeSafetensors(file(header, bytes));
  expect(tensors).toEqual(
    new Map([
      ['late', tensor([2, 3], [2])],
      ['empty', tensor([], [0, 7])],
      ['scalar', tensor([1], [])],
    ]),
  );
});

test('the bytes may lie anywhere in a larger buffer', () => {
  const inner = encodeSafetensors(new Map([['x', tensor([1, 2])]]));
  const outer = new Uint8Array(inner.length + 9);
  outer.set(inner, 3);
  expect(decodeSafetensors(outer.subarray(3, 3 + inner.length)).tensors.get('x')?.data).toEqual(Float32Array.of(1, 2));
});

describe('a file that lies is refused, by name', () => {
  const f32 = (values: number[]) => [...new Uint8Array(Float32Array.from(values).buffer)];
  const cases: [what: string, bytes: Uint8Array, says: RegExp][] = [
    ['too short for a length', Uint8Array.of(1, 2, 3), /has 3 bytes/],
    ['a header beyond the file', file({}, [], 1000), /header claims 1000 bytes, but only 2 follow/],
    ['a header of 2⁶⁴ − 1 bytes', file({}, [], 2n ** 64n - 1n), /18446744073709551615 bytes, more than the format allows \(100000000\)/],
    ['an empty header', file(''), /JSON is invalid/],
    ['broken JSON', file('{"a":'), /JSON is invalid/],
    ['an open text', file('{"a'), /JSON is invalid/],
    ['no object', file('[]'), /must be a JSON object/],
    ['UTF-8 that is none', file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), /not UTF-8/],
    ['a byte order mark', file(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d)), /JSON is invalid/],
    ['nesting without end', file('['.repeat(1e6)), /nested at most 100 levels deep/],
    ['__proto__', file('{"__proto__":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'), /key "__proto__"/],
    ['__proto__, escaped, in the metadata', file('{"__metadata__":{"\\u005f_proto__":"x"}}'), /key "__proto__"/],
    ['a name twice', file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061" :{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), /key "a" twice/],
    ['metadata that is no text', file({ __metadata__: { a: 1 } }), /metadata must be strings/],
    ['metadata that is a list', file({ __metadata__: ['a'] }), /metadata must be strings/],
    ['an entry that is not an object', file({ w: null }), /tensor "w": its entry must be/],
    ['an unknown type', file({ w: entry('F8', [1], 0, 1) }, [0]), /tensor "w": its dtype must be one of F64, F32, .*received "F8"/],
    ['a type of the prototype', file({ w: entry('constructor', [1], 0, 1) }, [0]), /tensor "w": its dtype/],
    ['a shape that is not valid', file({ w: { dtype: 'U8', shape: [-1], data_offsets: [0, 1] } }, [0]), /tensor "w": its shape must be/],
    ['half a cell', file({ w: entry('U8', [0.5, 2], 0, 1) }, [0]), /tensor "w": its shape must be/],
    ['no offsets', file({ w: { dtype: 'U8', shape: [1] } }, [0]), /tensor "w": its data_offsets must be two/],
    ['offsets back to front', file({ w: entry('U8', [1], 1, 0) }, [0]), /tensor "w": its data_offsets \[1, 0\] are outside the 1 bytes/],
    ['offsets beyond the file', file({ w: entry('F32', [1e12], 0, 4e12) }, [0]), /tensor "w": its data_offsets .* are outside the 1 bytes/],
    ['a shape that does not multiply', file({ w: entry('F32', [3], 0, 8) }, f32([1, 2])), /tensor "w": its shape \[3\] in F32 requires 12 bytes.*span 8/],
    ['a shape beyond counting', file({ w: entry('U8', [2 ** 40, 2 ** 40, 2 ** 40], 0, 1) }, [0]), /tensor "w": its shape/],
    ['overlap', file({ a: entry('U8', [2], 0, 2), b: entry('U8', [2], 1, 3) }, [0, 0, 0]), /tensor "b": its data begins at byte 1, inside another/],
    [
      'a gap',
      file({ a: entry('U8', [1], 0, 1), b: entry('U8', [1], 2, 3) }, [0, 0, 0]),
      /tensor "b": its data begins at byte 2; the bytes from 1 belong to no tensor/,
    ],
    ['a tail', file({ a: entry('U8', [1], 0, 1) }, [0, 0]), /those from 1 on belong to no tensor/],
    ['NaN', file({ w: entry('F32', [2], 0, 8) }, f32([1, Number.NaN])), /tensor "w" must have finite values, received NaN at index 1/],
    ['infinity in half precision', file({ w: entry('F16', [1], 0, 2) }, [0, 0x7c]), /tensor "w" must have finite values, received Infinity at index 0/],
    [
      'too large for float32',
      file({ w: entry('F64', [1], 0, 8) }, [...new Uint8Array(Float64Array.of(-1e300).buffer)]),
      /tensor "w" must have finite values, received -Infinity at index 0/,
    ],
  ];
  test.each(cases)('%s', (_what, bytes, says) => {
    const read = () => decodeSafetensors(bytes, { name: 'weights.safetensors' });
    expect(read).toThrow(DataError);
    expect(read).toThrow(says);
    expect(read).toThrow('decodeSafetensors: weights.safetensors: ');
  });

  test('any file with a byte changed or cut off is read or refused, never anything else', () => {
    const whole = encodeSafetensors(
      new Map([
        ['a', tensor([1, 2, 3])],
        ['b', tensor([[4], [5]])],
      ]),
      { epoch: '3' },
    );
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
        const broken = whole.slice(0, length);
        if (at < length) broken[at] = byte;
        try {
          decodeSafetensors(broken);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test('NaN and infinity are read where that is allowed, and never written', () => {
  const bytes = file({ w: entry('F16', [3], 0, 6) }, [0, 0x7c, 0, 0xfc, 1, 0x7c]);
  const { tensors } = decodeSafetensors(bytes, { allowNonFinite: true });
  expect([...(tensors.get('w')?.data ?? [])]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]);
  expect(() => encodeSafetensors(tensors)).toThrow(/tensor "w" must have finite values, received Infinity at index 0/);
});

test('what cannot be a file is not written', () => {
  expect(() => encodeSafetensors(new Map([['__metadata__', tensor([1])]]))).toThrow(/a tensor cannot be named "__metadata__"/);
  expect(() => encodeSafetensors(new Map([['w', { shape: [2], data: new Float32Array(1) }]]))).toThrow(/w has shape \[2\]/);
  expect(() => encodeSafetensors(new Map(), { epoch: 3 } as never)).toThrow(/metadata must be strings, received 3 for "epoch"/);
});

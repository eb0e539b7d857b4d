import fc from 'fast-check';

/** Numbers at which readers stumble: the ends of 8, 16 and 32 bits, with and without sign. */
const EDGES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff];

type Mutation = (bytes: Buffer) => Buffer;

/** Somewhere in the file, more often near its beginning, where the headers are. */
const place = fc.oneof(
  fc.nat(64).map((at) => (bytes: Buffer) => Math.min(at, bytes.length)),
  fc.double({ min: 0, max: 1, noNaN: true }).map((share) => (bytes: Buffer) => Math.floor(share * bytes.length)),
);

/** One way in which a file breaks: a bit, a byte, a wrong number, a part that is missing, foreign or there twice. */
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(([at, bit]) => patch(at, (bytes, from) => from < bytes.length && bytes.writeUInt8(bytes[from] ^ (1 << bit), from))),
  fc.tuple(place, fc.nat(255)).map(([at, value]) => patch(at, (bytes, from) => from < bytes.length && bytes.writeUInt8(value, from))),
  fc.tuple(place, fc.constantFrom(...EDGES), fc.constantFrom(2, 4), fc.boolean()).map(([at, value, size, little]) =>
    patch(at, (bytes, from) => {
      if (from + size > bytes.length) return;
      const fits = size === 2 ? value & 0xffff : value;
      little ? bytes.writeUIntLE(fits, from, size) : bytes.writeUIntBE(fits, from, size);
    }),
  ),
  place.map((at) => (bytes: Buffer) => bytes.subarray(0, at(bytes))),
  fc.tuple(place, fc.nat(40)).map(
    ([at, length]) =>
      (bytes: Buffer) =>
        Buffer.concat([bytes.subarray(0, at(bytes)), bytes.subarray(at(bytes) + length)]),
  ),
  fc.tuple(place, fc.uint8Array({ maxLength: 40 })).map(
    ([at, added]) =>
      (bytes: Buffer) =>
        Buffer.concat([bytes.subarray(0, at(bytes)), added, bytes.subarray(at(bytes))]),
  ),
  fc.tuple(place, place).map(
    ([at, to]) =>
      (bytes: Buffer) =>
        Buffer.concat([bytes.subarray(0, at(bytes)), bytes.subarray(to(bytes))]),
  ),
);

/** Files of a corpus, each broken in up to four ways; some stay as they are. */
export function mutated(corpus: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.nat(corpus.length - 1), fc.array(mutation, { maxLength: 4 }))
    .map(([file, steps]) => steps.reduce<Buffer>((bytes, step) => step(bytes), Buffer.from(corpus[file])));
}

function patch(at: (bytes: Buffer) => number, change: (bytes: Buffer, from: number) => unknown): Mutation {
  return (bytes) => {
    const copy = Buffer.from(bytes);
    change(copy, at(copy));
    return copy;
  };
}

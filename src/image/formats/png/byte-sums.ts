/** Mask of the highest bit of each of four bytes, where a carry would reach the next byte. */
const HIGH = 0x80808080 | 0;
const LOW = 0x7f7f7f7f;

/** Sums and differences of bytes modulo 256, four at a time. */
export class ByteSums {
  readonly #a: Uint32Array;
  readonly #b: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #otherBytes: Uint8Array;

  /** @param length bytes per row */
  constructor(readonly length: number) {
    // rows may start at any byte, words may not
    [this.#a, this.#b] = [0, 1].map(() => new Uint32Array(Math.ceil(length / 4)));
    this.#bytes = new Uint8Array(this.#a.buffer, 0, length);
    this.#otherBytes = new Uint8Array(this.#b.buffer, 0, length);
  }

  /** a + b; the bytes that are returned are valid until the next call */
  sum(a: Uint8Array, b: Uint8Array): Uint8Array {
    const [x, y] = this.#hold(a, b);
    for (let i = 0; i < x.length; i++) x[i] = ((x[i] & LOW) + (y[i] & LOW)) ^ ((x[i] ^ y[i]) & HIGH);
    return this.#bytes;
  }

  /** a − b; the bytes that are returned are valid until the next call */
  difference(a: Uint8Array, b: Uint8Array): Uint8Array {
    const [x, y] = this.#hold(a, b);
    for (let i = 0; i < x.length; i++) x[i] = ((x[i] | HIGH) - (y[i] & LOW)) ^ (~(x[i] ^ y[i]) & HIGH);
    return this.#bytes;
  }

  #hold(a: Uint8Array, b: Uint8Array): [Uint32Array, Uint32Array] {
    this.#bytes.set(a);
    this.#otherBytes.set(b);
    return [this.#a, this.#b];
  }
}

import { PbfReader } from 'pbf';
import type { Complaint } from '../exchange/json.js';

/** Handlers for the fields of a message, by number. */
export type Fields = Readonly<Record<number, (reader: MessageReader) => void>>;

// wire types of protocol buffers
const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];
/** Maximum nesting of messages, far above what a model without control flow needs. */
const MAX_DEPTH = 16;

/** Reads untrusted protocol buffers: lengths cannot exceed the enclosing message. */
export class MessageReader {
  readonly #pbf: PbfReader;
  #end: number;
  #depth = 0;

  constructor(
    bytes: Uint8Array,
    readonly complain: Complaint,
  ) {
    this.#pbf = new PbfReader(bytes);
    this.#end = bytes.length;
  }

  /** Reads all fields of the message; those without an entry are skipped. */
  fields(fields: Fields): void {
    const pbf = this.#pbf;
    while (pbf.pos < this.#end) {
      const key = this.#varint();
      const [field, type] = [Math.floor(key / 8), key % 8];
      pbf.type = type;
      const before = pbf.pos;
      if (type === BYTES) {
        const length = this.#varint();
        if (pbf.pos + length > this.#end) throw this.complain(`field ${field} at byte ${before} claims ${length} bytes, but ${this.#end - pbf.pos} follow`);
        pbf.pos = before;
      } else if (type === FIXED32 || type === FIXED64) {
        if (pbf.pos + (type === FIXED32 ? 4 : 8) > this.#end) throw this.complain(`it ends inside field ${field} at byte ${before}`);
      } else if (type !== VARINT) {
        throw this.complain(`field ${field} at byte ${before} has wire type ${type}, which does not exist`);
      }
      const read = Object.hasOwn(fields, field) ? fields[field] : undefined;
      if (read) read(this);
      else pbf.skip(key);
      if (pbf.pos > this.#end) throw this.complain(`it ends inside field ${field} at byte ${before}`);
    }
  }

  /** A message in this field. */
  message(fields: Fields): void {
    this.#expect(BYTES);
    if (++this.#depth > MAX_DEPTH) throw this.complain(`its messages must be nested at most ${MAX_DEPTH} levels deep`);
    const around = this.#end;
    const length = this.#varint();
    this.#end = this.#pbf.pos + length;
    this.fields(fields);
    this.#end = around;
    this.#depth--;
  }

  /** A signed or unsigned integer. */
  integer(): number {
    this.#expect(VARINT);
    return this.#pbf.readVarint(true);
  }

  text(): string {
    this.#expect(BYTES);
    return this.#pbf.readString();
  }

  bytes(): Uint8Array {
    this.#expect(BYTES);
    return this.#pbf.readBytes();
  }

  float(): number {
    this.#expect(FIXED32);
    return this.#pbf.readFloat();
  }

  /** One number of a list, or several packed into one field. */
  integers(into: number[]): void {
    this.#pbf.readPackedVarint(into, true);
  }

  floats(into: number[]): void {
    this.#pbf.readPackedFloat(into);
  }

  doubles(into: number[]): void {
    this.#pbf.readPackedDouble(into);
  }

  #varint(): number {
    const at = this.#pbf.pos;
    const value = this.#pbf.readVarint();
    if (this.#pbf.pos > this.#end || !Number.isSafeInteger(value)) throw this.complain(`byte ${at} does not begin an integer`);
    return value;
  }

  #expect(type: number): void {
    if (this.#pbf.type !== type) throw this.complain(`a field at byte ${this.#pbf.pos} has wire type ${this.#pbf.type} in place of ${type}`);
  }
}

declare const kind: unique symbol;

/** A byte address in wasm memory, and of what: a record, or an array of `Floats`, `Ints` or `Bytes`. */
export type Address<K extends string> = number & { readonly [kind]: K };

/** Memory that holds nothing yet can be used for anything. */
export type FreshMemory = Address<never>;

/** No array: an omitted optional input. */
export const NOWHERE = 0 as FreshMemory;

/** A memory as the writers of records see it; valid until the memory grows. */
export interface Views {
  readonly i32: Int32Array;
  readonly f32: Float32Array;
}

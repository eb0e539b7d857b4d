declare const kind: unique symbol;

/** A byte address in wasm memory, typed by its contents: a record, or an array of `Floats`, `Ints` or `Bytes`. */
export type Address<K extends string> = number & { readonly [kind]: K };

/** Uninitialized memory, which can be used for any type. */
export type FreshMemory = Address<never>;

/** The address of an omitted optional input. */
export const NOWHERE = 0 as FreshMemory;

/** Views of a memory for writing records; valid until the memory grows. */
export interface Views {
  readonly i32: Int32Array;
  readonly f32: Float32Array;
}

/**
 * Arrays of up to so many bytes, a picture of 3840 × 2160 RGBA, are copied where a call has to wait before it reads them: 3 to 4 ms into
 * memory that was used before. Larger ones must stay as they are until the call's promise settles.
 */
export const KEPT_BYTES = 2 ** 25;

/** What a call was handed, as later changes do not reach it: lists, plain objects and arrays of numbers as copies, all else as it is. */
export function keep<T>(value: T): T {
  if (ArrayBuffer.isView(value)) return value.byteLength <= KEPT_BYTES && 'slice' in value ? ((value as unknown as Float32Array).slice() as T) : value;
  if (Array.isArray(value)) return value.map(keep) as T;
  if (typeof value !== 'object' || value === null || ![Object.prototype, null].includes(Object.getPrototypeOf(value))) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, keep(each)])) as T;
}

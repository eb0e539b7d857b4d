import { expect } from 'vitest';

/**
 * Vitest compares typed arrays through their iterators, about 1 µs a value, which is most of what a table of cases costs. This
 * compares them by index and to the same rule: equal length, every value `Object.is` its counterpart.
 */
expect.addEqualityTesters([
  (a, b) => {
    if (!isValues(a) || !isValues(b) || a.constructor !== b.constructor) return undefined;
    return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
  },
]);

type Values = Uint8Array | Uint8ClampedArray | Uint16Array | Int32Array | Float32Array | Float64Array;

function isValues(a: unknown): a is Values {
  return ArrayBuffer.isView(a) && !(a instanceof DataView);
}

/**
 * The largest array, in bytes, that is copied when a call cannot read it at once: an RGBA image of 3840 × 2160, which takes 3 to 4 ms
 * into reused memory. Callers must leave larger arrays unchanged until the promise settles.
 */
export const KEPT_BYTES = 2 ** 25;

/** Copies of arguments that later changes do not affect: lists, plain objects and arrays of numbers are copied, everything else is not. */
export function keep<T>(value: T): T {
  if (ArrayBuffer.isView(value)) return value.byteLength <= KEPT_BYTES && 'slice' in value ? ((value as unknown as Float32Array).slice() as T) : value;
  if (Array.isArray(value)) return value.map(keep) as T;
  if (typeof value !== 'object' || value === null || ![Object.prototype, null].includes(Object.getPrototypeOf(value))) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, keep(each)])) as T;
}

/** Arrays of numbers that a call was passed. */
type Numbers = Uint8ClampedArray | Uint16Array | Float32Array;

/** Memory of discarded copies, for reuse: copying to newly allocated memory takes several times as long. */
const spare: ArrayBuffer[] = [];
const MOST_SPARE = 2;

/**
 * Passes samples to a run that may read them after the call has returned: as copies, unless they are larger than
 * {@link KEPT_BYTES}.
 * @param later true if the run reads later
 */
export async function whileKept<T>(samples: readonly Numbers[], later: boolean | undefined, run: (samples: readonly Numbers[]) => Promise<T>): Promise<T> {
  if (!later) return run(samples);
  const copies = samples.map((each) => (each.byteLength <= KEPT_BYTES ? copyToSpare(each) : each));
  try {
    return await run(copies);
  } finally {
    for (const [i, { buffer }] of copies.entries()) if (copies[i] !== samples[i] && spare.length < MOST_SPARE) spare.push(buffer as ArrayBuffer);
  }
}

function copyToSpare(samples: Numbers): Numbers {
  const at = spare.findIndex(({ byteLength }) => byteLength >= samples.byteLength);
  const buffer = at === -1 ? new ArrayBuffer(samples.byteLength) : spare.splice(at, 1)[0];
  const copy = new (samples.constructor as typeof Float32Array)(buffer, 0, samples.length);
  copy.set(samples);
  return copy as Numbers;
}

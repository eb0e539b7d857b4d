import { type Format, sameFormat } from '../image/samples.js';
import type { Backend } from '../kernels/backend.js';
import type { Tensor } from '../tensor.js';

/** A plan and the values it was created from. */
interface Entry<Plan> {
  readonly format: Format;
  readonly from: readonly unknown[];
  readonly plan: Plan;
}

/**
 * The plans of recent calls on each backend, so that the frames of a video are planned once. Kernels and options are
 * compared by their values.
 */
export class RecentPlans<Plan extends { release(): void }> {
  readonly #entries = new WeakMap<Backend, Entry<Plan>[]>();

  /** @param most maximum number of plans per backend; the least recently used one is released first */
  constructor(readonly most: number) {}

  /**
   * The plan that was created from equal values, or a new one.
   * @param from kernels and options: everything except the format that the plan depends on
   */
  get(backend: Backend, format: Format, from: readonly unknown[], make: () => Plan): Plan {
    const entries = this.#entries.get(backend) ?? [];
    const at = entries.findIndex((entry) => sameFormat(entry.format, format) && sameValue(entry.from, from));
    const entry = at === -1 ? { format, from: copyOf(from), plan: make() } : entries[at];
    if (at !== -1 && at === entries.length - 1) return entry.plan;
    if (at !== -1) entries.splice(at, 1);
    entries.push(entry);
    if (entries.length > this.most) entries.shift()?.plan.release();
    this.#entries.set(backend, entries);
    return entry.plan;
  }
}

/** True if two options, or lists and objects of them, have equal values. Samples are equal only if they are the same array. */
function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Float32Array && b instanceof Float32Array) return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  if (ArrayBuffer.isView(a) || ArrayBuffer.isView(b)) return sameMemory(a, b);
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => sameValue((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]));
}

function sameMemory(a: object, b: object): boolean {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.constructor !== b.constructor) return false;
  return a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.byteLength === b.byteLength;
}

/** A copy that later changes do not affect. Kernel weights are copied, the samples of masks are not. */
function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  const copy = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copyOf(each)])) as T;
  const { shape, data } = value as Partial<Tensor>;
  return shape && data instanceof Float32Array ? { ...copy, data: data.slice() } : copy;
}
